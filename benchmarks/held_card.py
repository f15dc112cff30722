"""A sound card that another program holds, where there is no hardware that could be held.

PortAudio and ALSA are the real ones, in the process of the card; only ALSA's answer to being opened is "busy"
while a file exists. Needs a C compiler.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class HeldCard:
    """The sound card as seen by programs that run with `env`.

    Args:
        folder: for what it needs.

    Attributes:
        env: what those programs need in their environment; empty without a compiler.
    """

    def __init__(self, folder: Path) -> None:
        self._held = folder / "held"
        self.env: dict[str, str] = {}
        if not possible():
            return
        library = folder / "held_card.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"], check=True)
        self.env = {"LD_PRELOAD": str(library), "HELD_CARD": str(self._held)}

    def take(self) -> None:
        """Hold the card: nobody else can open it from now on; who has it open keeps it."""
        self._held.touch()

    def leave(self) -> None:
        """Let it go."""
        self._held.unlink(missing_ok=True)


def possible() -> bool:
    """Tell whether there is a compiler."""
    return shutil.which("cc") is not None
