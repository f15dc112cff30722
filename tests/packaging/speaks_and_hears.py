"""A program for test_nothing_leaves.py: every voice speaks, and the recogniser's own process hears it."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.speaking.choose import choose_voice, voices_for


def main() -> None:
    """Print the voices that spoke and what was heard."""
    with closing(RecogniserApart("en")) as recogniser:
        for name in voices_for("en"):
            with closing(choose_voice("en", name)) as voice:
                sound = to_int16(np.pad(voice.render("next side"), (RATE // 2, 2 * RATE)).astype(np.float32))
            recogniser.restart()
            blocks = [sound[at : at + 160] for at in range(0, len(sound), 160)]
            heard = [hypothesis for block in blocks for hypothesis in recogniser.accept(block)]
            print(f"{recogniser.name} hears {name}:", *(one.text for one in heard))  # noqa: T201


if __name__ == "__main__":
    main()
