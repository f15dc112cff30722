"""What a model's folder looks like, engine by engine: its files, and how its name tells the language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from voiceguide.hearing.recognisers.moonshine.model import DECODER, ENCODER, TOKENS


@dataclass(frozen=True)
class Layout:
    """How the models of one engine look.

    Attributes:
        engine: the engine's name, as in `--engine`.
        title: the same for people.
        files: what must be there; each with the places where it may be.
        names: matches the name of an installed model's folder and finds the language code in it.
    """

    engine: str
    title: str
    files: tuple[tuple[str, ...], ...]
    names: re.Pattern[str]

    def missing(self, folder: Path) -> list[str]:
        """Return the files that a model would have and this folder has not."""
        return [places[0] for places in self.files if not any((folder / place).is_file() for place in places)]

    def language_of(self, name: str) -> str | None:
        """Return the language that a folder's name tells; None for a name of another kind."""
        match = self.names.match(name)
        return match[1] if match else None

    def models_in(self, folder: Path) -> list[Path]:
        """Return the complete models in a folder, by name."""
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        return [path for path in entries if self.language_of(path.name) and not self.missing(path)]


MOONSHINE = Layout(
    engine="moonshine",
    title="Moonshine",
    files=((ENCODER,), (DECODER,), (TOKENS,)),
    names=re.compile(r"moonshine-.+-([a-z]{2,3})$"),
)

VOSK = Layout(
    engine="vosk",
    title="Vosk",
    # The second of each pair is where older models have it.
    files=(("am/final.mdl", "final.mdl"), ("conf/mfcc.conf", "mfcc.conf")),
    names=re.compile(r"vosk-model-(?:small-)?([a-z]{2,3})(?:-|$)"),
)

LAYOUTS = {layout.engine: layout for layout in (MOONSHINE, VOSK)}
"""By the engine's name."""
