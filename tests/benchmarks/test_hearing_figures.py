"""What the benchmark of hearing makes of what it measured."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs pip install 'voiceguide[bench]'")

from benchmarks.callers import Call
from benchmarks.conditions import PINK, QUIET, SPEAKING, matrix
from benchmarks.hearing import fingerprint, kept, measure
from benchmarks.intervals import Rate
from benchmarks.outcomes import evenings, first_try, others, split, together, turned_s, within_three, would_ask
from benchmarks.parts import OWN_ROOMS, first_look, whole
from benchmarks.stage import Event, judge
from benchmarks.streams import PARTS
from benchmarks.tables import Target
from benchmarks.targets import targets_of
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard, VoiceBegan


def outcome(command: str, right: float | None = None, tries: int = 0, **first: float) -> dict[str, Any]:
    return {"command": command, "right": right, "first": first, "tries": tries, "wrong": []}


CALLS = [
    outcome("pain", 0.3, 1, word=0.3),
    outcome("sharp", None, 1, doubt=0.5),
    outcome("numb", None, 2),
    outcome("dull"),
    outcome("stop", 0.2, 1, word=0.2),
    outcome("next", 0.4),
    outcome("why"),
]


# --- rates and shares -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.6235, 11.668), (100, 81.36, 121.63)]
)
def test_the_interval_of_a_rate_is_garwoods(events: int, low: float, high: float) -> None:
    assert Rate(events, 1.0).interval == pytest.approx((low, high), rel=1e-3)
    assert Rate(events, 0.5).interval == pytest.approx((2 * low, 2 * high), rel=1e-3)


def test_a_rate_tells_how_long_was_listened() -> None:
    assert str(Rate(5, 0.15)).startswith("33.3 (5 in 9 min, ")
    assert str(Rate(0, 0.0)) == "-"


def test_what_became_of_calls() -> None:
    assert (first_try(CALLS).hits, first_try(CALLS).tries) == (2, 4), "stop is no report of pain"
    assert first_try(CALLS, ("word",)).hits == 1
    assert within_three(CALLS).hits == 3
    assert (others(CALLS).hits, others(CALLS).tries) == (1, 2)
    assert turned_s(CALLS) == [0.3, 0.5, 0.2]


def test_a_session_asks_twice_in_three_minutes_at_most() -> None:
    assert would_ask([1.0, 2.0, 3.0, 100.0, 180.9]) == 2
    assert would_ask([1.0, 2.0, 181.1, 181.5, 182.1]) == 4
    assert would_ask([]) == 0


def test_what_was_heard_in_all_parts_is_counted_together() -> None:
    found = {
        "talk/quiet/0": {"events": [[1.0, "unknown"], [2.0, "help"], [3.0, "pain"]], "seconds": 1800.0},
        "talk/quiet/1": {"events": [[1.0, "unknown"], [5.0, "yield"]], "seconds": 1800.0},
        "talk/pink 10 dB/0": {"events": [[1.0, "stop"]], "seconds": 60.0},
    }
    heard, hours, asked = together(found, "talk/quiet/")
    assert (hours, asked) == (1.0, 2)
    assert split(heard) == (1, 2), "neither unknown speech nor a yield is a command"


def test_evenings_are_added_up() -> None:
    part = {"seconds": 900.0, "yields": 1, "doubts": 2, "heard": [None, "stop"]}
    hours, yields, doubts, heard = evenings({"evening/x/0": part, "evening/x/1": part}, "x")
    assert (hours, yields, doubts) == (0.5, 2, 4)
    assert heard == {"unknown": 2, "stop": 2}


# --- one call ---------------------------------------------------------------------------------------------

SPANS = [(0, samples(1)), (samples(1.5), samples(2.5)), (samples(3), samples(4))]


def called(text: str, command: Command) -> Call:
    return Call("somebody", text, command, np.zeros(16_000, np.float32), samples(1))


def at(seconds: float, what: Command | str | None, *, guide: bool = False, hold: bool = True) -> Event:
    when = samples(seconds)
    event = VoiceBegan(when) if what == "voice" else Heard(when, what if isinstance(what, Command) else None)
    return Event(when, event, guide, hold)


def test_any_word_of_safety_answers_a_call_of_pain_and_is_no_mistake() -> None:
    came = judge(called("it hurts", Command.PAIN), SPANS, [at(1.3, Command.STOP)])
    assert (came.first, came.tries, came.right, came.wrong) == ({"word": 0.3}, 1, None, [])


def test_later_than_a_second_after_the_word_is_another_try() -> None:
    came = judge(called("it hurts", Command.PAIN), SPANS, [at(2.1, None), at(3.4, Command.PAIN)])
    assert (came.first, came.tries) == ({}, 2)


@pytest.mark.parametrize(
    ("event", "by"),
    [
        (at(1.2, None, hold=True), {"doubt": 0.2}),
        (at(1.2, None, hold=False), {}),
        (at(1.2, "voice", guide=True), {"yield": 0.2}),
        (at(1.2, "voice", guide=False), {}),
        (at(1.2, Command.NEXT), {}),
    ],
)
def test_what_turns_the_guide_to_the_person(event: Event, by: dict[str, float]) -> None:
    assert judge(called("pain", Command.PAIN), SPANS[:1], [event]).first == by


def test_another_command_than_the_one_that_was_called_is_a_mistake() -> None:
    came = judge(called("next", Command.NEXT), SPANS[:1], [at(1.2, Command.PAIN), at(1.4, Command.NEXT)])
    assert (came.right, came.wrong) == (0.4, ["pain"])


def test_a_command_that_is_decided_late_was_not_heard() -> None:
    assert judge(called("next", Command.NEXT), SPANS[:1], [at(2.6, Command.NEXT)]).right is None


# --- what is to be reached --------------------------------------------------------------------------------


def target(found: dict[str, Any], what: str) -> Target:
    return next(one for one in targets_of(found) if one.what == what)


@pytest.mark.parametrize(("answered", "reached"), [(98, True), (97, False)])
def test_a_share_is_reached_or_not(answered: int, *, reached: bool) -> None:
    made = [outcome("pain", 0.1, 1, word=0.1)] * answered + [outcome("pain")] * (100 - answered)
    found = {f"calls/{QUIET}": {"outcomes": made}}
    assert target(found, f"pain family protected at the first try: {QUIET}").reached is reached


@pytest.mark.parametrize(
    ("hours", "events", "reached"), [(0.2, 0, None), (0.2, 5, False), (1.0, 6, True), (1.0, 7, False)]
)
def test_a_rate_is_not_shown_to_be_low_by_a_few_minutes(
    hours: float, events: int, *, reached: bool | None
) -> None:
    talk = {"events": [[n, "help"] for n in range(events)], "seconds": 3600 * hours}
    found = {f"talk/{QUIET}/0": talk}
    assert target(found, "false events, all commands, unrelated speech").reached is reached


@pytest.mark.parametrize(("minutes", "reached"), [(119, None), (121, True)])
def test_the_guides_own_voice_is_judged_over_two_hours(minutes: float, *, reached: bool | None) -> None:
    found = {"own speech/hibari/0.0": {"events": [], "seconds": 60.0 * minutes}}
    assert target(found, "guide's own voice: yields").reached is reached


def test_what_was_not_measured_is_reached_by_nobody() -> None:
    assert not any(one.reached for one in targets_of({}))


# --- parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [None, Path("people")])
def test_every_part_has_a_name_of_its_own_also_as_a_file(people: Path | None, tmp_path: Path) -> None:
    for parts in (whole, first_look):
        names = [name for name, _ in parts("test", people)]
        for name in names:
            assert kept(name, tmp_path) is None, "no two parts are kept in one file"
            measure(name, lambda: {"outcomes": []}, tmp_path)
        assert len(list(tmp_path.iterdir())) == len(names)
        for path in tmp_path.iterdir():
            path.unlink()


def test_every_condition_with_a_target_is_called_into_most() -> None:
    names = [name for name, _ in whole("test", None)]
    assert {f"calls/{one.name}" for one in matrix()} <= set(names)
    amounts = {one.name: sum(one.amount.value) for one in matrix()}
    assert min(amounts[name] for name in (QUIET, PINK, SPEAKING)) > min(amounts.values())


def test_every_line_of_the_guide_is_heard_at_least_twice_in_each_voice() -> None:
    names = [name for name, _ in whole("test", None) if name.startswith("own speech/hibari/")]
    assert len(names) == sum(count for _, _, count in OWN_ROOMS)
    assert sum(count == PARTS for _, _, count in OWN_ROOMS) >= 2


def test_what_was_measured_is_kept_with_its_commit(tmp_path: Path) -> None:
    first = measure("calls/x 10 dB", lambda: {"outcomes": [1]}, tmp_path)
    again = measure("calls/x 10 dB", lambda: pytest.fail("it was measured already"), tmp_path)
    assert first == again == json.loads((tmp_path / "calls-x-10-db.json").read_text(encoding="utf-8"))
    assert first["commit"]


def test_another_choice_of_the_benchmark_is_kept_apart() -> None:
    def choice(**options: object) -> str:
        return fingerprint(argparse.Namespace(**({"quick": False, "side": "test", "human": None} | options)))

    assert choice() == choice()
    assert len({choice(), choice(side="tune"), choice(quick=True), choice(human=Path("x"))}) == 4
