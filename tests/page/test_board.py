from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from voiceguide.core.commands import Command
from voiceguide.core.hold import BreathPhase
from voiceguide.core.plan import Side
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.page.board import LINES_SHOWN, Board
from voiceguide.page.speaker_clock import SpeakerClock
from voiceguide.page.stream import Streams
from voiceguide.testing import load_scenario, play

VIEW = View(
    at=160_000,
    state=State.HOLDING,
    exercise="The stretch",
    side=Side.LEFT,
    repeat=1,
    repeats=3,
    hold_left=320_000,
    breath=BreathPhase(True, 16_000, 64_000, 96_000),
    minutes_left=7,
    saying="",
    heard="",
    commands=frozenset({Command.PAIN, Command.PAUSE}),
    level_dbfs=-40.0,
)


def later(view: View, samples: int) -> View:
    assert view.breath is not None
    assert view.hold_left is not None
    breath = dataclasses.replace(view.breath, done=view.breath.done + samples)
    return dataclasses.replace(view, at=view.at + samples, hold_left=view.hold_left - samples, breath=breath)


class Clock:
    """A loop that hands over a tenth of a second every tenth of a second, and is late now and then."""

    def __init__(self, late_s: list[float]) -> None:
        self._late = iter(late_s)
        self._number = 0

    def __call__(self) -> float:
        self._number += 1
        return 500.0 + 0.1 * self._number + next(self._late, 0.0)


def test_the_board_changes_when_something_happens_and_not_because_time_goes_by() -> None:
    board = Board(SpeakerClock(0.12), Clock([0.0] * 40))
    view = VIEW
    board.show(view)
    number = board.shown.number
    for _ in range(20):
        view = later(view, 1_600)
        board.show(view)
    assert board.shown.number == number
    board.show(dataclasses.replace(view, repeat=2))
    assert board.shown.number == number + 1


def test_times_are_absolute() -> None:
    board = Board()
    board.show(VIEW)
    values = board.shown.values
    assert values["ends_s"] == 30.0
    assert values["breath"] == {"inward": True, "begins_s": 9.0, "length_s": 4.0, "follows_s": 6.0}


def test_a_state_once_read_never_changes() -> None:
    board = Board()
    board.notice({"kind": "say_started", "time_s": 0.0, "key": "welcome", "text": "Hello."})
    before = json.dumps(board.shown.values)
    shown = board.shown
    board.notice({"kind": "say_started", "time_s": 1.0, "key": "welcome", "text": "Again."})
    board.notice({"kind": "microphone", "time_s": 1.0, "trouble": "quiet", "why": ""})
    assert json.dumps(shown.values) == before


def test_the_pain_conversation_is_shown_in_the_words_that_are_spoken() -> None:
    board = Board()
    board.notice({"kind": "say_started", "time_s": 0.0, "key": "setup", "text": "Kneel."})
    board.notice(
        {
            "kind": "state",
            "time_s": 1.0,
            "state": "safety",
            "exercise": "stretch",
            "side": None,
            "repeat": 1,
            "repeats": 1,
        }
    )
    board.notice(
        {"kind": "pain", "time_s": 1.0, "pain": "unknown", "over": False, "report": 1, "heard": "it hurts"}
    )
    for number in range(8):
        board.notice({"kind": "say_started", "time_s": 2.0, "key": "release", "text": f"Line {number}."})
    board.notice({"kind": "pain_kind", "time_s": 3.0, "pain": "sharp", "over": True, "report": 1})
    values = board.shown.values
    assert values["lines"] == [f"Line {number}." for number in range(8)][-LINES_SHOWN:]
    assert values["pain"] == {"kind": "sharp", "over": True}
    board.notice({"kind": "pain_closed", "time_s": 4.0})
    assert board.shown.values["pain"] is None


def test_breath_words_do_not_push_away_what_was_said() -> None:
    board = Board()
    board.notice({"kind": "say_started", "time_s": 0.0, "key": "setup", "text": "Kneel."})
    board.notice({"kind": "say_started", "time_s": 1.0, "key": "breathe_in", "text": "Breathe in"})
    assert board.shown.values["lines"] == ["Kneel."]
    assert board.shown.values["speaking"]


def test_in_standby_nothing_of_what_was_heard_is_shown() -> None:
    board = Board()
    heard = {"kind": "heard", "time_s": 1.0, "command": None, "text": "what is for dinner", "engine": "vosk"}
    board.show(VIEW)
    board.notice(heard)
    assert board.shown.values["heard"]
    board.show(dataclasses.replace(VIEW, state=State.WAITING, standby=True))
    board.notice(heard)
    assert "dinner" not in json.dumps(board.shown.values)


def test_troubles_come_and_go() -> None:
    board = Board()
    board.notice({"kind": "hearing_lost", "time_s": 0.0, "trouble": "microphone", "reason": "no frames"})
    board.notice({"kind": "microphone", "time_s": 0.0, "trouble": "quiet", "why": ""})
    assert board.shown.values["troubles"] == {"hearing": "lost", "microphone": "quiet"}
    board.notice({"kind": "hearing_lost", "time_s": 0.5, "trouble": "recogniser", "reason": "gone"})
    board.notice({"kind": "hearing_back", "time_s": 1.0, "trouble": "recogniser"})
    assert board.shown.values["troubles"] == {"hearing": "lost", "microphone": "quiet"}, "one is still there"
    board.notice({"kind": "hearing_back", "time_s": 1.0, "trouble": "microphone"})
    assert board.shown.values["troubles"] == {"microphone": "quiet"}


def test_the_next_session_tries_to_write_down_again() -> None:
    board = Board()
    board.notice({"kind": "history_lost", "time_s": 1.0, "reason": "the disk is full"})
    assert board.shown.values["troubles"] == {"history": "lost"}
    board.notice({"kind": "started", "time_s": 2.0, "routine": "psoas-short", "resumed": False, "plan": []})
    assert board.shown.values["troubles"] == {}


@pytest.mark.parametrize(
    "late_s", [[0.0] * 300, [0.03 * (number % 7 != 0) for number in range(300)], [0.2] * 5 + [0.0] * 300]
)
def test_a_loop_that_is_late_now_and_then_does_not_move_the_breath(late_s: list[float]) -> None:
    board, view = Board(SpeakerClock(0.12), Clock(late_s)), VIEW
    for _ in range(60):
        view = later(view, 1_600)
        board.show(view)
    true = 500.0 + 0.1 - (VIEW.at + 1_600) / 16_000 + 0.12
    assert board.shown.values["start_s"] == pytest.approx(true, abs=0.006)


def test_lost_sound_is_followed_within_three_seconds_and_a_new_session_at_once() -> None:
    clock = SpeakerClock(0.0)
    for number in range(30):
        clock.measure(number * 1_600, 10 + number * 0.1)
    for number in range(30, 61):
        clock.measure(number * 1_600, 10.5 + number * 0.1)  # half a second was played as silence
    assert clock.start_s == pytest.approx(10.5)
    clock.measure(0, 99.0)
    assert clock.start_s == pytest.approx(99.0)


def test_every_journal_entry_of_a_real_session_can_be_noticed(journal: list[dict[str, Any]]) -> None:
    board = Board()
    for entry in journal:
        board.notice(entry)
        json.dumps(board.shown.values)
    assert board.shown.values["how"] == "stopped"


@pytest.fixture(scope="module")
def journal() -> list[dict[str, Any]]:
    scenarios = Path(__file__).parent.parent / "scenarios"
    return [
        *play(load_scenario(scenarios / "stop_and_no.yaml")).journal,
        *play(load_scenario(scenarios / "stop_and_yes.yaml")).journal,
    ]


async def _first(streams: Streams, count: int) -> list[bytes]:
    parts = []
    stream = streams.stream(lambda: True)
    async for part in stream:
        parts.append(part)
        if len(parts) == count:
            break
    await stream.aclose()
    return parts


@pytest.mark.anyio
async def test_a_viewer_is_told_the_newest_state_at_once() -> None:
    board = Board()
    board.show(VIEW)
    streams = Streams(board)
    retry, state, level = await _first(streams, 3)
    assert retry.startswith(b"retry:")
    assert json.loads(state.partition(b"data: ")[2])["exercise"] == "The stretch"
    assert level == b"event: level\ndata: -40\n\n"
    assert not streams.full
    assert streams._open == 0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_which_voice_speaks_and_which_is_to_speak_next() -> None:
    board = Board(voice="hibari")
    assert (board.shown.values["voice"], board.shown.values["voice_next"]) == ("hibari", None)
    board.notice({"kind": "voice_chosen", "time_s": 1.0, "voice": "pyttsx3"})
    assert (board.shown.values["voice"], board.shown.values["voice_next"]) == ("hibari", "pyttsx3")
    board.notice({"kind": "voice_chosen", "time_s": 2.0, "voice": "hibari"})
    assert board.shown.values["voice_next"] is None
    board.notice({"kind": "voice_chosen", "time_s": 3.0, "voice": "pyttsx3"})
    board.notice({"kind": "voice", "time_s": 4.0, "voice": "pyttsx3", "failure": None})
    assert (board.shown.values["voice"], board.shown.values["voice_next"]) == ("pyttsx3", None)
