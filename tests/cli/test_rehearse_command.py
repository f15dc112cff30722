"""`voiceguide rehearse`: what it prints, keeps, forgets and refuses."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from rich.console import Console

from voiceguide.cli.rehearse_command import _report
from voiceguide.core.clock import RATE
from voiceguide.core.commands import Command
from voiceguide.core.takes import Learned, Problem, Recall
from voiceguide.errors import VoiceguideError
from voiceguide.hearing.enrolment.learning import BOUNDS
from voiceguide.hearing.enrolment.templates import Enrolment, load, place
from voiceguide.language.pack import load_language
from voiceguide.rehearsing import Rehearsed

Voiceguide = Callable[..., Any]
EN = load_language("en").rehearsal


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def report(words: dict[Command, Recall], *, kept: bool = True, failure: str = "") -> tuple[str, bool]:
    written = io.StringIO()
    done = Rehearsed(Learned(0, words, kept), Path("/somewhere/en.npz"), failure)
    learned = _report(Console(file=written, width=160), done, EN)
    return written.getvalue(), learned


def test_the_table_tells_how_well_each_word_was_heard_and_what_to_change() -> None:
    text, learned = report(
        {
            Command.PAIN: Recall(3, 2, 3, over_guide=False, level_dbfs=-31.4),
            Command.STOP: Recall(0, 0, 0, over_guide=None, level_dbfs=-40.0, problem=Problem.NOISE),
        }
    )
    pain = next(line for line in text.splitlines() if "it hurts" in line)
    for cell in ("well", "2 of 3", "3 of 3", "missed", "-31 dBFS"):
        assert cell in pain
    assert EN.lines.lines("advice_volume")[0] in text.replace("\n", " ")
    assert "“stop” was not learned: no voice that stands out from the noise." in text
    assert "Instead of “stop” you can say “stop please”." in text
    assert "/somewhere/en.npz" in text
    assert learned


def test_nothing_learned_is_no_success() -> None:
    recall = Recall(0, 0, 0, over_guide=None, level_dbfs=float("-inf"), problem=Problem.SILENCE)
    text, learned = report({Command.PAIN: recall}, kept=False)
    assert not learned
    assert "/somewhere" not in text


def test_what_cannot_be_kept_is_an_error_after_the_table() -> None:
    with pytest.raises(VoiceguideError, match="disk is full"):
        report(
            {Command.PAIN: Recall(3, 3, 3, over_guide=True, level_dbfs=-30.0)}, kept=False, failure="disk is full"
        )


def test_who_says_nothing_gets_exit_code_1_and_keeps_nothing(voiceguide: Voiceguide, tmp_path: Path) -> None:
    pytest.importorskip("pyopen_wakeword", reason="pip install pyopen-wakeword==1.1.0")
    mic, speaker = tmp_path / "mic.wav", tmp_path / "guide.wav"
    soundfile.write(mic, np.zeros(RATE, np.float32), RATE)
    done = voiceguide(
        "rehearse", "--mic", mic, "--speaker", speaker, "--engine", "moonshine", "--voice", "pyttsx3"
    )
    assert done.exit_code == 1
    assert "guide: I heard nothing." in done.out
    assert "left before its end" in done.out
    assert soundfile.info(speaker).duration > 10
    assert load(place("en")) is None


def test_forget_deletes_what_was_learned_in_this_language(voiceguide: Voiceguide) -> None:
    for language in ("en", "ko"):
        templates = {Command.PAIN: (np.ones((4, 96), np.float32),)}
        Enrolment(language, templates, {Command.PAIN: BOUNDS}).save(place(language))
    assert voiceguide("rehearse", "--forget").out.strip() == "forgotten"
    assert load(place("en")) is None
    assert load(place("ko")) is not None
    assert voiceguide("rehearse", "--forget").out.strip() == "there was nothing to forget"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--speaker", "guide.wav"), "needs --mic FILE"),
        (("--mic", "user.wav", "--input", "usb"), "use one or the other"),
        (("--language", "xx"), 'there is no language "xx"'),
    ],
)
def test_what_cannot_be_done_is_said(voiceguide: Voiceguide, arguments: tuple[str, ...], message: str) -> None:
    done = voiceguide("rehearse", *arguments)
    assert done.exit_code != 0
    assert message in done.err
