"""What of a session is kept, and that nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from voiceguide.history.database import open_to_read
from voiceguide.history.past import read_sessions
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.testing import Scenario, play
from voiceguide.wall_clock import Reading

NewTold = Callable[..., Any]
Rows = Callable[[str], list[tuple[Any, ...]]]


def read(path: Path) -> list[Any]:
    connection = open_to_read(path)
    assert connection is not None
    with closing(connection):
        return read_sessions(connection)


def test_a_session_with_its_holds(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.hold("stretch", "right", 1, held_s=12.5)
    session.finish("stopped")
    (kept,) = read(path)
    assert (kept.routine, kept.how) == ("small", "stopped")
    assert kept.began == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert kept.ended - kept.began == timedelta(seconds=int(session.at_s - 3))
    held = [(hold.exercise, hold.side, hold.repeat, hold.planned_s, hold.held_s) for hold in kept.holds]
    assert held == [("stretch", "left", 1, 30.0, 30.0), ("stretch", "right", 1, 30.0, 12.5)]


def test_a_report_of_pain_with_what_was_answered_and_advised(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 2, held_s=7.0)
    session.hurt()
    session.tell("say_finished", utterance=1, key="release", text="Hands to the floor.")
    session.tell("say_finished", utterance=2, key="safety_ask", text="What is it like?")
    session.answer("shooting", over=True, advice="safety_shooting")
    session.tell("say_finished", utterance=4, key="safety_exercise_over", text="It is over.")
    session.tell("say_finished", utterance=5, key="safety_offer_rest", text="Rest or stop?")
    session.close_report("shooting", "end", "shooting", "stop", over=True)
    session.finish("pain")
    (kept,) = read(path)
    (pain,) = kept.pains
    assert (pain.exercise, pain.side, pain.repeat) == ("stretch", "left", 2)
    assert (pain.kind, pain.exercise_over, pain.outcome) == ("shooting", True, "end")
    assert pain.answered == ("shooting", "stop")
    assert pain.advised == ("safety_shooting", "safety_exercise_over"), "not the release, the question, the offer"


def test_a_red_flag_in_the_first_words_is_one_at_once(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.hurt("down my leg", "shooting", over=True)
    session.vanish()
    (kept,) = read(path)
    (pain,) = kept.pains
    assert (pain.kind, pain.exercise_over, pain.outcome) == ("shooting", True, None)
    (remembered,) = told().history.remembered.pain
    assert remembered.red_flag


def test_two_reports_in_one_conversation_are_two(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.hurt()
    session.hurt()
    session.answer("dull", over=False)
    session.close_report("dull", "again", "dull", "resume")
    session.finish()
    (kept,) = read(path)
    assert [(pain.kind, pain.outcome) for pain in kept.pains] == [("unknown", None), ("dull", "again")]


def test_pain_before_the_start_is_kept_too(told: NewTold, path: Path) -> None:
    session = told()
    session.hurt()
    session.history.close()
    (kept,) = read(path)
    assert len(kept.pains) == 1


def test_a_guide_that_nobody_starts_leaves_no_session(told: NewTold, path: Path) -> None:
    session = told()
    session.tell("say_finished", utterance=1, key="waiting", text="Tell me to start.")
    session.finish("stopped")
    assert read(path) == []


def test_pauses_do_not_count_as_practice(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.enter("paused")
    session.at_s += 3600
    session.enter("holding")
    session.at_s += 60
    session.finish()
    (kept,) = read(path)
    assert kept.guided_s == 2 + 61 + 1
    assert (kept.ended - kept.began).total_seconds() > 3600


def test_time_within_a_session_is_the_sounds_and_not_the_clocks(path: Path, told: NewTold) -> None:
    times = iter([datetime(2026, 3, 2, 7, 30, tzinfo=UTC) - timedelta(days=n) for n in range(100)])
    next(times)
    session = told(lambda: Reading(next(times)))  # a clock that falls back a day at each look
    session.start()
    session.at_s += 100
    session.hurt()
    session.finish()
    (kept,) = read(path)
    assert timedelta(seconds=100) < kept.pains[0].reported - kept.began < timedelta(seconds=110)


def test_settings_changed_by_voice(told: NewTold, rows: Rows) -> None:
    session = told()
    session.tell("volume", gain_db=3.0)
    session.start()
    session.tell("pace", pace=1.25)
    session.finish()
    assert rows("SELECT name, value FROM setting ORDER BY id") == [("volume_db", 3.0), ("pace", 1.25)]


def test_a_real_session_is_kept_as_its_events_file_tells_it(path: Path, told: NewTold) -> None:
    scenario = Scenario.model_validate(
        {
            "title": "Pain in a hold",
            "routine": "psoas-short",
            "first_time": True,
            "lines": [
                {
                    "when": {"kind": "say_finished", "key": "waiting"},
                    "wait_s": 1,
                    "say": "start",
                    "expect": "start",
                },
                {
                    "when": {"kind": "say_finished", "key": "ask_ready"},
                    "wait_s": 1,
                    "say": "ready",
                    "expect": "ready",
                },
                {"when": {"kind": "cue", "cue": "breathe_out"}, "wait_s": 1, "say": "it hurts", "expect": "pain"},
                {
                    "when": {"kind": "say_finished", "key": "safety_ask"},
                    "wait_s": 1,
                    "say": "down my leg",
                    "expect": "shooting",
                },
                {
                    "when": {"kind": "say_finished", "key": "safety_offer_rest"},
                    "wait_s": 1,
                    "say": "stop",
                    "expect": "stop",
                },
            ],
            "checks": [{"expect": {"kind": "finished"}}],
        }
    )
    journal = play(scenario).journal
    session = told(routine=load_routine(find_routine("psoas-short")))
    for entry in journal:
        session.history.notice(entry)
    session.history.close()
    assert session.lost == []
    (kept,) = read(path)
    held = [(entry["exercise"], entry["side"], entry["held_s"]) for entry in journal if entry["kind"] == "hold"]
    assert [(hold.exercise, hold.side, hold.held_s) for hold in kept.holds] == held
    assert len(held) == 1
    (pain,) = kept.pains
    assert (pain.kind, pain.exercise_over, pain.outcome, kept.how) == ("shooting", True, "end", "pain")
    assert "safety_shooting" in pain.advised
    again = told(routine=load_routine(find_routine("psoas-short")))
    assert again.history.introduced
    assert again.history.remembered.sessions == 1
    assert again.history.remembered.cut_off is None


def test_no_column_takes_words(rows: Rows, told: NewTold) -> None:
    told().finish()
    names = {name for (name,) in rows("SELECT c.name FROM sqlite_master t, pragma_table_info(t.name) c")}
    assert not names & {"heard", "text", "words", "transcript", "audio", "sound", "samples"}


def test_whoever_was_introduced_by_an_older_voiceguide_stays_introduced(told: NewTold, path: Path) -> None:
    path.parent.mkdir(parents=True)
    mark = path.with_name("introduced")
    mark.touch()
    assert told().history.introduced
    assert not mark.exists()
    assert told().history.introduced


def test_introduced_is_who_heard_it_to_the_end(told: NewTold) -> None:
    first = told()
    assert not first.history.introduced
    first.tell("say_cut", utterance=1, key="not_a_device", text="I am no")
    first.finish()
    assert not told().history.introduced
    second = told()
    second.tell("say_finished", utterance=1, key="not_a_device", text="I am no medical device.")
    second.finish()
    assert told().history.introduced
