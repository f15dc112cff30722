"""The log of the service: a line for each event, never a word of what was heard."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiceguide.service.logging_events import LOGGED, EventLog, OneLine, goes_to_systemd, log_to

EVENTS = Path(__file__).parents[2] / "docs" / "events.md"
WORDS = {"text", "heard", "saying"}
"""Fields that hold what somebody said, or what the guide did."""


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    ours = logging.getLogger("voiceguide.service.logging_events")
    yield
    root.handlers = handlers
    root.setLevel(level)
    ours.setLevel(logging.NOTSET)


def logged(*entries: dict[str, object]) -> list[str]:
    stream = io.StringIO()
    log_to(stream)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(OneLine(priorities=True))
    for entry in entries:
        EventLog().notice({"time_s": 1.0, **entry})
    return stream.getvalue().splitlines()


def test_each_event_is_a_line_with_its_priority() -> None:
    assert logged(
        {"kind": "standby", "stage": "asking"},
        {"kind": "heard", "command": "start", "text": "start the short routine", "engine": "vosk"},
        {"kind": "heard", "command": None, "text": "what a day", "engine": "vosk"},
        {"kind": "state", "state": "holding", "exercise": "ball", "side": None, "repeat": 2, "repeats": 3},
        {"kind": "pain", "report": 1, "pain": "sharp", "over": True, "heard": "a sharp pain", "exercise": "ball"},
        {"kind": "hearing_lost", "trouble": "card", "reason": "The card is gone.\nPlug it in."},
    ) == [
        "<6>standby stage=asking",
        "<6>heard command=start engine=vosk",
        "<6>heard engine=vosk",
        "<6>state state=holding exercise=ball repeat=2",
        "<4>pain report=1 pain=sharp over=True exercise=ball",
        "<3>hearing_lost trouble=card reason=The card is gone. / Plug it in.",
    ]


def test_words_are_never_logged() -> None:
    for kind, (_, fields) in LOGGED.items():
        assert not WORDS & set(fields), kind
    silent = ("say_started", "say_finished", "say_cut", "cue", "not_heard", "chime")
    assert logged(*({"kind": kind, "text": "a word"} for kind in silent)) == []


def test_all_kinds_that_are_logged_exist() -> None:
    known = set(re.findall(r"^\| `(\w+)` \|", EVENTS.read_text(encoding="utf-8"), re.MULTILINE))
    assert LOGGED.keys() <= known


def test_warnings_of_all_others_are_in_the_log_too_with_their_traceback_in_the_same_line() -> None:
    stream = io.StringIO()
    log_to(stream)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(OneLine(priorities=True))
    try:
        int("broken")
    except ValueError:
        logging.getLogger("anything").exception("a light\nfailed")
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("<3>a light / failed / Traceback")
    assert "ValueError" in line


def test_a_stream_into_the_journal_is_known_by_its_device_and_file(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        status = (tmp_path / "log").stat()
        assert goes_to_systemd(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        assert not goes_to_systemd(stream, {"JOURNAL_STREAM": f"{status.st_dev}:1"})
        assert not goes_to_systemd(stream, {})
    assert not goes_to_systemd(io.StringIO(), {"JOURNAL_STREAM": "1:1"})


def test_at_a_terminal_a_line_begins_with_the_time() -> None:
    record = logging.LogRecord("any", logging.WARNING, "", 0, "gone", (), None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \S+ WARNING gone", OneLine(priorities=False).format(record))
