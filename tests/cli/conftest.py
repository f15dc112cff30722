from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speakers import JOE, natural_voice

from voiceguide.audio.samples import to_int16
from voiceguide.cli.main import main
from voiceguide.core.clock import RATE, samples
from voiceguide.demo.person import LEVEL_DB, NOISE_DB
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Voice

REAL = ("--engine", "moonshine", "--voice", "pyttsx3")
"""Options for what every installation has."""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote; line breaks within messages count as spaces."""

    exit_code: int
    out: str
    err: str


Voiceguide = Callable[..., Done]
Says = Callable[..., Path]


@pytest.fixture
def voiceguide(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Voiceguide:
    """Run the command line in this process, errors and exit code as a person gets them."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["voiceguide", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "160")
        with pytest.raises(SystemExit) as left:
            main()
        written = capsys.readouterr()
        code = left.value.code
        return Done(code if isinstance(code, int) else 0, written.out, " ".join(written.err.split()))

    return run


@cache
def said_by_joe() -> SpeechStore:
    """What joe says, rendered once for all tests: the same each time, other than espeak-ng, which sounds a little
    different after other words, so that nothing of it is shared."""
    return SpeechStore(natural_voice(JOE))


@pytest.fixture
def user_says(tmp_path: Path) -> Says:
    """Write a microphone's sound file: a quiet room in which somebody says words at given seconds."""

    def write(words: Iterable[tuple[float, str]], length_s: float, voice: Voice | None = None) -> Path:
        render = said_by_joe().samples if voice is None else lambda text: finish(voice.render(text))
        noise = np.random.default_rng(7).standard_normal(samples(length_s))
        room = (noise * 10 ** (NOISE_DB / 20)).astype(np.float32)
        for at_s, text in words:
            sound = render(text) * np.float32(10 ** (LEVEL_DB / 20))
            room[samples(at_s) : samples(at_s) + len(sound)] += sound
        path = tmp_path / "user.wav"
        soundfile.write(path, to_int16(room), RATE)
        return path

    return write


@pytest.fixture
def real() -> tuple[str, ...]:
    return REAL
