"""Rules of good speech: each found where it is broken, silent where it is kept, and off when the file says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from routine_text import SPOKEN

from voiceguide.places import shipped_routines
from voiceguide.routine.load import read
from voiceguide.routine.model import RulesOff
from voiceguide.routine.rules import RULES, find

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]


class Broken(NamedTuple):
    rule: str
    old: str
    new: str
    line: int
    what: str


BROKEN = [
    Broken("lone_command", "We take our time.", "Now, stop, and breathe.", 7, '"stop" is a command'),
    Broken("lone_command", '"The {side} knee once more."', '"Once more: the {side} knee."', 14, '"Once more"'),
    Broken("long_sentence", "It lengthens the psoas", " ".join(["so"] * 27), 11, "about 8 seconds"),
    Broken("long_release", "Bring both hands", " ".join(["Bring"] * 18), 23, "about 7 seconds"),
    Broken("thin_release", "Bring both hands to the floor", "Now relax", 23, 'only "Now relax."'),
    Broken("thin_pain", "Stay out of it for today", "Move it", 25, '`pain.sharp` is only "Move it."'),
    Broken("thin_pain", "Go in less deeply than before", "Do less", 27, '`pain.dull` is only "Do less."'),
    Broken("thin_pain", "Go in less deeply than before", "Stay out of it for today", 27, "are the same"),
    Broken("many_tries", "tries_after_sharp: 0", "tries_after_sharp: 2", 26, "2 new tries"),
    Broken("side_left_out", "[left, right]", "[right]", 16, "the left side is left out: 0 seconds in all, 60 on"),
    Broken("side_not_said", "{side} knee, {other_side} foot forward", "mat", 13, "does not say which leg"),
    Broken("crowded_cue", "at_second: 5", "at_second: 14.5", 22, "where a breath word is spoken"),
    Broken("crowded_cue", "at_second: 5", "at_second: 3", 22, "about 1.2 seconds, and the next breath word comes"),
    Broken("short_between", "between_seconds: 15", "between_seconds: 5", 18, "takes about 6 seconds"),
    Broken("not_spoken", "It lengthens the psoas", "We hold it for 30 seconds", 11, '"3" is written'),
    Broken("name_is_command", "[short one]", "[short one, ouch]", 4, '"ouch" is how people say pain'),
    Broken("wrong_minutes", "minutes: 3", "minutes: 9", 6, "says 9 minutes, and it takes about 3"),
]


def test_the_routine_to_break_breaks_no_rule(write: Write) -> None:
    reading = read(write(SPOKEN))
    assert reading.problems == ()
    assert find(reading) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule}: {broken.what[:20]}")
def test_a_broken_rule_is_told_in_its_place(write: Write, broken: Broken) -> None:
    assert broken.old in SPOKEN
    path = write(SPOKEN.replace(broken.old, broken.new))
    reading = read(path)
    assert reading.problems == ()
    [finding] = [
        finding for finding in find(reading) if finding.rule != "wrong_minutes" or broken.rule == finding.rule
    ]
    assert finding.rule == broken.rule
    assert finding.line == broken.line
    assert broken.what in finding.what
    assert finding.remedy
    assert str(finding).startswith(f"{path}:{broken.line}:")
    assert f"[{broken.rule}]" in str(finding)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule}: {broken.what[:20]}")
def test_a_rule_is_switched_off_with_a_reason(write: Write, broken: Broken) -> None:
    text = SPOKEN.replace(broken.old, broken.new)
    reading = read(write(f"{text}rules_off: {{{broken.rule}: Our teacher wants it so.}}\n"))
    assert reading.problems == ()
    assert broken.rule not in {finding.rule for finding in find(reading)}


@pytest.mark.parametrize(
    ("off", "what"),
    [
        ("{long_sentense: Our teacher wants it so.}", '"long_sentense" is no key here'),
        ("{long_sentence: ''}", "`rules_off.long_sentence` is empty"),
        ("{long_sentence: }", "`rules_off.long_sentence` has no value"),
        ("{long_sentence: true}", "must be text"),
        ("[long_sentence]", "must be a group of keys"),
    ],
)
def test_a_rule_is_not_switched_off_by_the_way(write: Write, off: str, what: str) -> None:
    [problem] = read(write(f"{SPOKEN}rules_off: {off}\n")).problems
    assert problem.line == 29
    assert what in problem.what


def test_every_rule_can_be_broken_and_switched_off() -> None:
    assert set(RULES) == set(RulesOff.model_fields) == {broken.rule for broken in BROKEN}
    assert all(rule.__doc__ for rule in RULES.values())


def test_two_exercises_may_do_one_side_each(write: Write) -> None:
    begins, ends = SPOKEN.index("  - id:"), SPOKEN.index("closing")
    exercise = SPOKEN[begins:ends]
    left = exercise.replace("[left, right]", "[left]")
    right = exercise.replace("[left, right]", "[right]").replace("id: stretch", "id: stretch-again")
    assert (
        find(read(write(SPOKEN[:begins] + left + right + SPOKEN[ends:].replace("minutes: 3", "minutes: 5")))) == []
    )


def test_later_in_a_fading_rest_a_cue_may_lie_anywhere(write: Write) -> None:
    rest = SPOKEN.replace("hold_seconds: 30", "rest_seconds: 100").replace("6}", "6, spoken: fading}")
    rest = rest.replace("minutes: 3", "minutes: 8")
    [finding] = find(read(write(rest.replace("at_second: 5", "at_second: 40"))))
    assert finding.rule == "crowded_cue"
    assert find(read(write(rest.replace("at_second: 5", "at_second: 50")))) == []


def test_nothing_is_found_in_a_broken_file(write: Write) -> None:
    assert find(read(write("id: mine\n"))) == []


@pytest.mark.parametrize("path", sorted(shipped_routines().glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_routines_keep_every_rule(path: Path) -> None:
    reading = read(path)
    assert reading.file is not None
    assert reading.file.rules_off.model_fields_set == set()
    assert find(reading) == []
