"""The routines that come with voiceguide: they load, keep what they promise, and say what the article says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from voiceguide.core.plan import Exercise, Routine, Side
from voiceguide.language.pack import normalise
from voiceguide.places import shipped_routines
from voiceguide.routine.checks import whole_breaths
from voiceguide.routine.duration import about_s
from voiceguide.routine.load import check_file, load_routine, read_routine_file

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = sorted(shipped_routines().glob("*.yaml"))
ENGLISH = (
    "constructive-rest",
    "psoas-release",
    "psoas-short",
    "desk-break",
    "ball-release",
    "quiet-breathing",
)
RESTS = [
    ("psoas-release", "settle"),
    ("psoas-release", "closing-rest"),
    ("psoas-short", "constructive-rest"),
    ("constructive-rest", "constructive-rest"),
    ("quiet-breathing", "quiet-breathing"),
]
STRETCHES = [(name, "hip-flexor-stretch") for name in ("psoas-release", "psoas-short", "desk-break")]
BALLS = ["psoas-release", "ball-release"]
NUMBERS = {20: "twenty", 30: "thirty", 40: "forty", 60: "sixty"}

each = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


def exercise(routine: str, name: str) -> Exercise:
    exercises = load_routine(shipped_routines() / f"{routine}.yaml").exercises
    return next(exercise for exercise in exercises if exercise.id == name)


def said(*lines: tuple[str, ...]) -> str:
    return " ".join(line for group in lines for line in group).lower()


def all_lines(routine: Routine) -> list[str]:
    lines = [*routine.welcome, *routine.closing]
    for e in routine.exercises:
        lines += [e.title, *e.equipment, *e.purpose, *e.setup, *e.setup_short, *e.release]
        lines += [*e.pain.sharp, *e.pain.dull, *(cue.text for cue in e.cues)]
    return lines


def test_every_routine_is_there_in_english_and_korean() -> None:
    assert {path.stem for path in SHIPPED} == {*ENGLISH, *(f"{name}-ko" for name in ENGLISH)}


@each
def test_has_no_mistakes(path: Path) -> None:
    assert check_file(path) == []


@each
def test_holds_and_rests_are_whole_breaths(path: Path) -> None:
    for e in load_routine(path).exercises:
        assert whole_breaths(e.hold_s, e.breathing.cycle_s) * e.breathing.cycle_s == e.hold_s


@each
def test_takes_about_the_minutes_it_promises(path: Path) -> None:
    file = read_routine_file(path)
    assert about_s(load_routine(path)) / 60 == pytest.approx(file.minutes, rel=0.1)


@pytest.mark.parametrize("name", ENGLISH)
def test_sounds_like_a_person(name: str) -> None:
    for line in all_lines(load_routine(shipped_routines() / f"{name}.yaml")):
        assert len(line.split()) <= 30
        assert not re.search(r"[0-9;()\u2013\u2014]", line), line


@pytest.mark.parametrize(("routine", "name"), RESTS)
def test_constructive_rest_is_as_in_the_article(routine: str, name: str) -> None:
    e = exercise(routine, name)
    setup = said(e.setup)
    for fact in ["your back", "bend your knees", "feet flat", "as far apart as your hips", "palms", "neutral"]:
        assert fact in setup
    for fact in ["belly", "lower ribs", "wide"]:
        assert fact in setup
    assert 5 * 60 <= e.hold_s <= 10 * 60
    assert e.open_rest
    assert not e.sides
    assert "shortest" in said(e.purpose)
    assert "relax" in said(e.purpose)
    assert re.search("not lengthening|no longer to stretch|not to lengthen", said(e.purpose))


@pytest.mark.parametrize(("routine", "name"), STRETCHES)
def test_the_stretch_is_as_in_the_article(routine: str, name: str) -> None:
    e = exercise(routine, name)
    setup = said(e.setup)
    for fact in [
        "padding under your {side} knee",
        "{other_side} foot forward",
        "right above the ankle",
        "tilt your pelvis backward",
        "tailbone down",
        "tighten the buttock of your {side} leg",
        "slowly shift your weight forward until you feel the stretch in front of the {side} hip and thigh",
        "do not let your lower back arch",
        "three times on each side",
        "belly",
    ]:
        assert fact in setup
    assert e.repeats == 3
    assert set(e.sides) == set(Side)
    assert 20 <= e.hold_s <= 30
    assert NUMBERS[int(e.hold_s)] in setup
    assert e.pain.sharp_tries == 0
    assert "ease out" in said(e.pain.sharp)
    assert "less" in said(e.pain.dull)
    assert "mild" in said(e.pain.dull)
    assert len(said(e.setup_short)) < len(setup) / 2


@pytest.mark.parametrize("routine", BALLS)
def test_the_ball_is_as_in_the_article(routine: str) -> None:
    e = exercise(routine, "ball-release")
    assert "a tennis ball" in e.equipment
    for lines in (e.setup, e.setup_short):
        for fact in [
            "lie face down",
            "to the {side} of your navel, just beside it",
            "slightly below the",
            "hip bones",
            "tender",
            "a deep dull sensation is all you should feel",
            "sharp or throbbing, move the ball at once",
        ]:
            assert fact in said(lines)
    assert "gentle and it stays the same" in said(e.setup)
    assert "level of the hip bones" in said(e.setup)
    assert "weight of your body sink" in said(tuple(cue.text for cue in e.cues))
    assert set(e.sides) == set(Side)
    assert 30 <= e.hold_s <= 60
    assert NUMBERS[int(e.hold_s)] in said(e.setup)
    assert e.pain.sharp_tries == 1
    assert "move the ball" in said(e.pain.sharp)
    assert "take the ball" in said(e.setup_short)  # it was rolled away
    assert "most tender" not in said(e.setup_short)  # nor is a place sought again that hurt sharply
    assert "less deeply" in said(e.pain.dull)
    assert e.release[0].startswith("Come off the ball, hands to the floor.")


def test_only_the_ball_needs_a_ball() -> None:
    for name in ENGLISH:
        equipment = [
            item for e in load_routine(shipped_routines() / f"{name}.yaml").exercises for item in e.equipment
        ]
        assert ("a tennis ball" in equipment) == (name in BALLS)


@pytest.mark.parametrize("name", ENGLISH)
def test_the_week_rule_is_told(name: str) -> None:
    closing = said(load_routine(shipped_routines() / f"{name}.yaml").closing)
    assert "for more than a week" in closing
    assert "physical therapist or a chiropractor" in closing


@pytest.mark.parametrize("name", ENGLISH)
def test_the_korean_one_is_the_same_routine(name: str) -> None:
    """The same holds at the same breath and with the same caution; only the words and their places differ."""
    english, korean = (load_routine(shipped_routines() / f"{stem}.yaml") for stem in (name, f"{name}-ko"))
    assert (english.language, korean.language) == ("en", "ko")
    for one, other in zip(english.exercises, korean.exercises, strict=True):
        for part in ("id", "sides", "repeats", "between_s", "hold_s", "open_rest", "breathing", "wait_s"):
            assert getattr(one, part) == getattr(other, part), part
        assert one.pain.sharp_tries == other.pain.sharp_tries
        assert [cue.at_s for cue in one.cues] == [cue.at_s for cue in other.cues]
        assert len(one.equipment) == len(other.equipment)
        assert ("{side}" in said(one.setup)) == ("{side}" in said(other.setup))
        assert ("{side}" in said(one.setup_short)) == ("{side}" in said(other.setup_short))


def test_no_two_routines_of_a_language_are_called_the_same() -> None:
    owner: dict[tuple[str, str], str] = {}
    for file in map(read_routine_file, SHIPPED):
        assert file.called
        for name in {normalise(name) for name in (*file.called, file.title)}:
            assert owner.setdefault((file.language, name), file.id) == file.id


@each
def test_editors_and_voiceguide_read_the_same(path: Path) -> None:
    """The routines use no word that YAML 1.1 and 1.2 read differently."""
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == read_routine_file(path).model_dump(
        exclude_unset=True
    )
