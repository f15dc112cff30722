"""What the benchmark of hearing makes of what it measured."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs pip install 'voiceguide[bench]'")

from benchmarks.callers import Call, shared
from benchmarks.chain import Look, look
from benchmarks.conditions import PINK, QUIET, SET_UP
from benchmarks.figures import Figure, figures_of
from benchmarks.hearing import fingerprint, kept, measure
from benchmarks.intervals import Rate
from benchmarks.outcomes import (
    about_pain,
    decided_s,
    lost,
    only,
    percentiles,
    protected,
    right,
    together,
    trade_off,
    within_three,
    would_ask,
    wrong,
)
from benchmarks.parts import OWN_ROOMS, first_look, whole
from benchmarks.phrasings import Phrasing, phrasings
from benchmarks.pictures import draw
from benchmarks.report import section
from benchmarks.stage import Event, judge
from benchmarks.streams import PARTS, came_of
from benchmarks.unrelated import Reel, reels
from training.reading import reading
from training.voices import takes
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard


def outcome(group: str, right: float | None = None, tries: int = 0, **more: Any) -> dict[str, Any]:
    means = {"pain": ["sharp"], "no pain": ["no_pain", "none"], "none": ["none"], "command": ["next"]}[group]
    first = {way: more.pop(way) for way in ("word", "asked", "doubt", "yield_") if way in more}
    turned = {way.rstrip("_"): time for way, time in first.items()}
    made = {"means": means, "group": group, "right": right, "tries": tries, "turned": turned}
    return made | {"look_s": 0.0, "wrong": [], "sure": 0.0, "lost": "", "text": "x", "voice": "y"} | more


CALLS = [
    outcome("pain", 0.3, 1, word=0.3),
    outcome("pain", None, 1, doubt=0.5, lost="no phrase"),
    outcome("pain", None, 2, asked=1.4, lost="asked by name"),
    outcome("pain", None, 1, yield_=-0.2, lost="no phrase"),
    outcome("pain", lost="not endpointed"),
    outcome("command", 0.4, look_s=0.05),
    outcome("command", wrong=["pain"], lost="another command obeyed"),
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
    pain = only(CALLS, "pain")
    assert (right(CALLS).hits, right(CALLS).tries) == (2, 7)
    assert wrong(CALLS).hits == 1
    assert protected(pain).hits == 3, "the question came 0.4 s too late"
    assert about_pain(pain).hits == 3, "giving way is no question"
    assert within_three(pain).hits == 4


def test_causes_are_counted_the_commonest_first() -> None:
    assert lost(CALLS).startswith("no phrase 2, ")
    assert lost(CALLS[:1]) == ""


def test_a_decision_takes_four_times_the_look_on_a_slower_machine() -> None:
    assert decided_s(CALLS) == [0.3, pytest.approx(0.6)]
    assert decided_s([outcome("none", 1.5)]) == [], "no decision, no time"
    assert percentiles([]) is None


def test_a_session_asks_twice_in_three_minutes_at_most() -> None:
    assert would_ask([1.0, 2.0, 3.0, 100.0, 180.9]) == 2
    assert would_ask([1.0, 2.0, 181.1, 181.5, 182.1]) == 4
    assert would_ask([]) == 0


def part(*events: tuple[str, str | None], seconds: float = 1800.0, again: bool = False) -> dict[str, Any]:
    named = [[10.0 * number, came, name, 0.9] for number, (came, name) in enumerate(events)]
    return {"events": named, "seconds": seconds, "again": again}


def test_what_was_heard_in_all_parts_is_counted_together() -> None:
    parts = [
        part(("unknown", None), ("command", "help"), ("command", "pain"), ("nothing", "sharp")),
        part(("asked", "next"), ("yield", None), again=True),
    ]
    heard = together(parts)
    assert (heard.hours, heard.distinct, heard.asked, heard.yields) == (1.0, 0.5, 2, 1)
    assert (heard.pain, heard.all_commands) == (1, 2)
    assert heard.commands == Counter({"help": 1, "pain": 1})
    assert heard.sure == {True: [0.9, 0.9], False: [0.9, 0.9]}


def test_a_higher_threshold_misses_more_and_is_wrong_less() -> None:
    points = trade_off([0.9, 0.5, 0.0], [0.6, 0.2], 0.5)
    assert [at for at, _, _ in points] == [0.2, 0.5, 0.6, 0.9]
    assert [rate for _, rate, _ in points] == [4.0, 2.0, 2.0, 0.0]
    assert [round(missed) for _, _, missed in points] == [33, 33, 67, 67]
    assert trade_off([], [0.5], 1.0) == trade_off([0.5], [], 0.0) == []


# --- one call ---------------------------------------------------------------------------------------------

SPANS = [(0, samples(1)), (samples(1.5), samples(2.5)), (samples(3), samples(4))]


def called(*means: str) -> Call:
    return Call("somebody", Phrasing("something", means), np.zeros(16_000, np.float32), samples(1))


def at(
    seconds: float,
    what: Command | str | None,
    *,
    guide: bool = False,
    hold: bool = True,
    best: str | None = None,
    sure: float = 0.0,
) -> Event:
    """Return an event: a command, "voice", "nothing" for a look that came to nothing, or unknown speech."""
    when = samples(seconds)
    if what == "voice":
        return Event(when, None, guide, hold)
    if what == "nothing":
        return Event(when, Look(None, best, sure), guide, hold)
    command = what if isinstance(what, Command) else None
    return Event(when, Look(Heard(when, command), best or command, sure, 0.02), guide, hold)


def perhaps(seconds: float, command: Command, *, hold: bool = True) -> Event:
    when = samples(seconds)
    return Event(when, Look(Heard(when, None, perhaps=command), command.value, 0.4), guide=False, hold=hold)


def test_any_word_of_pain_is_right_for_any_other() -> None:
    came = judge(called("pain"), SPANS, [at(1.3, Command.SHARP)])
    assert (came.right, came.look_s, came.turned, came.tries, came.wrong) == (0.3, 0.02, {"word": 0.3}, 1, [])


def test_stop_protects_who_calls_in_pain_and_is_not_understanding() -> None:
    came = judge(called("pain"), SPANS, [at(1.3, Command.STOP)])
    assert (came.right, came.turned, came.wrong) == (None, {"word": 0.3}, [])


def test_later_than_a_second_after_the_word_is_another_try() -> None:
    came = judge(called("pain"), SPANS, [at(2.1, None), at(3.4, Command.PAIN)])
    assert came.tries == 2


@pytest.mark.parametrize(
    ("event", "by"),
    [
        (at(1.2, None, hold=True), {"doubt": 0.2}),
        (at(1.2, None, hold=False), {}),
        (at(1.2, "voice", guide=True), {"yield": 0.2}),
        (at(1.2, "voice", guide=False), {}),
        (at(1.2, Command.NEXT), {}),
        (at(1.2, "nothing", best="pain"), {}),
        (perhaps(1.2, Command.PAIN, hold=False), {"asked": 0.2}),
        (perhaps(1.2, Command.NEXT), {}),
        (perhaps(1.2, Command.STOP), {}),
    ],
)
def test_what_turns_the_guide_to_the_person(event: Event, by: dict[str, float]) -> None:
    assert judge(called("pain"), SPANS[:1], [event]).turned == by


def test_another_command_than_the_one_that_was_meant_is_a_mistake() -> None:
    came = judge(called("next"), SPANS[:1], [at(1.2, Command.PAIN), at(1.4, Command.NEXT)])
    assert (came.right, came.wrong) == (0.4, ["pain"])


def test_any_of_several_meanings_is_right() -> None:
    assert judge(called("repeat", "say_again"), SPANS[:1], [at(1.2, Command.REPEAT)]).right == 0.2


def test_words_that_are_no_command_are_right_when_nothing_is_obeyed() -> None:
    assert judge(called("none"), SPANS[:1], [at(1.2, None)]).right is not None
    came = judge(called("none"), SPANS[:1], [at(1.2, Command.NEXT)])
    assert (came.right, came.wrong, came.lost) == (None, ["next"], "another command obeyed")


def test_denied_pain_may_be_asked_about_but_not_obeyed() -> None:
    denied = called("no_pain", "none")
    assert judge(denied, SPANS[:1], [perhaps(1.2, Command.PAIN)]).right is not None
    assert judge(denied, SPANS[:1], [at(1.2, Command.PAIN)]).wrong == ["pain"]


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([], "not endpointed"),
        ([at(1.2, "voice")], "not endpointed"),
        ([at(1.2, "nothing", best="next", sure=0.3)], "not sure enough"),
        ([at(1.2, "nothing", best="why", sure=0.3)], "another phrase best"),
        ([at(1.2, None)], "no phrase"),
        ([at(1.2, Command.WHY)], "another command obeyed"),
        ([at(2.6, Command.NEXT)], "too late"),
        ([perhaps(1.2, Command.NEXT)], "asked by name"),
    ],
)
def test_why_a_call_was_lost(events: list[Event], why: str) -> None:
    came = judge(called("next"), SPANS[:1], events)
    assert (came.right, came.lost) == (None, why)


def test_how_sure_hearing_was_counts_only_for_what_was_meant() -> None:
    events = [at(1.2, "nothing", best="next", sure=0.3), at(1.3, "nothing", best="why", sure=0.8)]
    assert judge(called("next"), SPANS[:1], events).sure == 0.3


def test_what_a_session_would_get_of_an_event() -> None:
    events = [
        at(1, Command.NEXT),
        perhaps(1, Command.NEXT),
        at(1, None),
        at(1, "nothing"),
        at(1, "voice", guide=True),
        at(1, "voice"),
    ]
    assert [came_of(event) for event in events] == ["command", "asked", "unknown", "nothing", "yield", ""]


def test_only_verdicts_are_looks() -> None:
    assert look("a voice began") is None


# --- what is to be reached --------------------------------------------------------------------------------


def figure(found: dict[str, Any], what: str) -> Figure:
    return next(one for one in figures_of(found) if one.what == what)


@pytest.mark.parametrize(("heard", "reached"), [(93, True), (92, False)])
def test_a_share_is_reached_or_not(heard: int, *, reached: bool) -> None:
    made = [outcome("pain", 0.1, 1, word=0.1)] * heard
    made += [outcome("pain", lost="not endpointed")] * (100 - heard)
    found = figure({f"commands/{QUIET}": {"outcomes": made}}, "pain understood; quiet")
    assert (found.reached, found.lost) == (reached, "" if reached else "not endpointed 8")


def test_pain_in_a_sentence_is_looked_at_in_a_set_up_as_well() -> None:
    found = {f"phrasings/{SET_UP}": {"outcomes": [outcome("pain", asked=1.2), outcome("pain")]}}
    assert figure(found, "pain in a sentence: known or asked about; set-up").measured.startswith("50%")


@pytest.mark.parametrize(
    ("hours", "events", "reached"), [(0.2, 0, None), (0.2, 5, False), (10.0, 10, True), (10.0, 11, False)]
)
def test_a_rate_is_not_shown_to_be_low_by_a_few_minutes(
    hours: float, events: int, *, reached: bool | None
) -> None:
    talk = part(*[("command", "help")] * events, seconds=3600 * hours)
    assert figure({"talk/people 0, quiet": talk}, "false commands, talk").reached is reached


def test_hours_that_were_heard_before_are_told_apart() -> None:
    found = {
        "talk/reading 0, quiet": part(seconds=36_000.0),
        "talk/reading 0, pink 10 dB": part(seconds=3600.0, again=True),
    }
    told = figure(found, "talk that is no command")
    assert (told.measured, told.reached) == ("11.0 h, of which 10.0 h are heard once", True)


@pytest.mark.parametrize(("minutes", "reached"), [(119, None), (121, True)])
def test_the_guides_own_voice_is_judged_over_two_hours(minutes: float, *, reached: bool | None) -> None:
    found = {"own speech/hibari/0.0": part(seconds=60.0 * minutes)}
    assert figure(found, "guide's own voice: yields").reached is reached


def test_questions_under_a_television_are_a_rate() -> None:
    session = {"seconds": 3600.0, "questions": 5, "yields": 0, "commands": []}
    assert figure({"evening/television 10 dB/0": session}, "questions, television 10 dB").reached is False


def test_what_was_not_measured_is_reached_by_nobody() -> None:
    assert not any(one.reached for one in figures_of({}))


def test_everything_is_told_in_tables_and_drawn(tmp_path: Path) -> None:
    calls = {"outcomes": CALLS}
    found = {
        f"commands/{QUIET}": calls,
        f"phrasings/{PINK}": calls,
        f"ablation/recogniser alone/commands/{QUIET}": calls,
        "talk/people 0, quiet": part(("command", "help"), ("nothing", "pain")),
        "own speech/hibari/0.0": part(),
        "evening/television 10 dB/0": {"seconds": 60.0, "questions": 1, "yields": 0, "commands": ["stop"]},
        "cost": {"shares": {"silence": 0.01}},
    }
    written = section(found)
    titles = [table.title for table in written.tables]
    assert {"What each ear adds", "What was heard that nobody said", "What hearing costs"} <= set(titles)
    assert all(len(row) == len(table.columns) for table in written.tables for row in table.rows)
    assert json.loads(json.dumps(written.data))["talk"]["talk/people 0, quiet"]["heard"] == {"command help": 1}
    assert [(tmp_path / name).exists() for name in draw(found, tmp_path)] == [True]


# --- what is said -----------------------------------------------------------------------------------------


def test_no_phrasing_is_on_both_halves_and_there_are_enough_of_each_kind() -> None:
    tune, test = phrasings("tune"), phrasings("test")
    assert not {one.text for one in tune} & {one.text for one in test}
    assert len(tune) + len(test) >= 220
    groups = Counter(one.group for one in [*tune, *test])
    assert groups["pain"] >= 70
    assert groups["no pain"] >= 20
    assert groups["none"] >= 20
    for group in groups:
        assert abs(sum(one.group == group for one in tune) - sum(one.group == group for one in test)) <= 1


def test_every_text_is_said_by_every_so_many_voices() -> None:
    said = phrasings("test")
    times = Counter(one.text for number in range(18) for one in shared(said, number, 6))
    assert set(times.values()) == {3}
    assert len(times) == len(said)


def test_no_speaker_is_on_two_sides_and_enough_are_on_each() -> None:
    sides = {
        side: {take.speaker for take in takes(side)} for side in ("train", "tune", "test", "spare", "formant")
    }
    assert sum(map(len, sides.values())) == len(set.union(*sides.values()))
    assert len(sides["test"]) >= 10
    assert not {"heart", "af_heart"} & (sides["tune"] | sides["test"] | sides["spare"])


def test_what_is_read_to_tune_is_not_read_to_report() -> None:
    tune, test = (set(islice(reading(side, 1), 400)) for side in ("tune", "test"))
    assert not tune & test
    assert len(test) > 350


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


def test_what_is_heard_again_is_heard_in_quiet_as_well() -> None:
    found = reels("test", Path("people"))
    first = {(reel.kind, reel.number) for reel in found if not reel.again}
    assert {(reel.kind, reel.number) for reel in found if reel.again} <= first
    assert Reel("people", 0, QUIET) in found
    assert not any(reel.kind == "people" for reel in reels("test", None))


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
