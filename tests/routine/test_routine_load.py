from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiceguide.core import plan
from voiceguide.errors import RoutineError
from voiceguide.places import shipped_routines
from voiceguide.routine.duration import about_s
from voiceguide.routine.load import find_routine, list_routines, load_routine, read, read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "data" / "voiceguide" / "routines"
    folder.mkdir(parents=True)
    return folder


def test_a_routine_becomes_the_sessions_plan(good: str, write: Write) -> None:
    assert load_routine(write(good)) == plan.Routine(
        id="mine",
        language="en",
        title="Mine",
        welcome=("Hello.",),
        exercises=(
            plan.Exercise(
                id="stretch",
                title="The stretch",
                purpose=("It lengthens.",),
                equipment=("a mat",),
                setup=("Kneel on the {side} knee, {other_side} foot forward.",),
                setup_short=("The {side} knee again.",),
                wait_s=None,
                sides=(plan.Side.LEFT, plan.Side.RIGHT),
                repeats=2,
                between_s=10,
                hold_s=30,
                open_rest=False,
                breathing=plan.Breathing(4, 6, fading=False),
                cues=(plan.HoldCue(5, "Soft belly."), plan.HoldCue(15, "Slow breath.")),
                release=("Hands to the floor.",),
                pain=plan.PainGuidance(sharp=("Out of it.",), sharp_tries=0, dull=("Less.",)),
            ),
        ),
        closing=("Goodbye.",),
    )


def test_text_that_is_no_file_yet_is_judged_like_one(good: str, write: Write) -> None:
    for text in (good, good.replace("wait: ready", "wait: soon"), "- a list", "", "title: [", "\ud800"):
        path = write(text.encode("utf-8", "surrogatepass"))
        as_file, as_text = read(path), read_text(text, str(path))
        assert (as_text.file, as_text.problems) == (as_file.file, as_file.problems)


def test_what_may_be_left_out(good: str, write: Write) -> None:
    text = good
    for old, new in [
        ("    equipment: [a mat]\n", ""),
        ('      again: ["The {side} knee again."]\n', ""),
        ("Kneel on the {side} knee, {other_side} foot forward.", "Kneel."),
        ("wait: ready", "wait: 12.5"),
        ("    sides: [left, right]\n    repeats: 2\n    between_seconds: 10\n", ""),
        ("hold_seconds", "rest_seconds"),
        ("spoken: every", "spoken: fading"),
    ]:
        assert old in text
        text = text.replace(old, new)
    [exercise] = load_routine(write(text)).exercises
    assert exercise.equipment == ()
    assert exercise.setup_short == exercise.setup == ("Kneel.",)
    assert exercise.wait_s == 12.5
    assert (exercise.sides, exercise.repeats, exercise.between_s) == ((), 1, 0)
    assert (exercise.hold_s, exercise.open_rest) == (30, True)
    assert exercise.breathing.fading


def test_a_line_may_be_folded_over_several(good: str, write: Write) -> None:
    path = write(
        good.replace(
            "release: [Hands to the floor.]", "release:\n      - |\n        Hands to\n          the floor."
        )
    )
    assert load_routine(path).exercises[0].release == ("Hands to the floor.",)


def test_words_that_yaml_1_1_takes_for_something_else(good: str, write: Write) -> None:
    """`yes` and `on` are words, as every editor thinks."""
    assert load_routine(write(good.replace("[Hello.]", "[yes, 2024-01-01]"))).welcome == ("yes", "2024-01-01")


def test_a_name_is_a_shipped_routine() -> None:
    assert find_routine("psoas-release") == shipped_routines() / "psoas-release.yaml"


def test_ones_own_routine_hides_a_shipped_one(own_folder: Path, good: str) -> None:
    own = own_folder / "psoas-short.yaml"
    own.write_text(good.replace("id: mine", "id: psoas-short"))
    assert find_routine("psoas-short") == own
    listed = {routine.name: routine for routine in list_routines()}
    assert listed["psoas-short"].own
    assert listed["psoas-short"].file is not None
    assert listed["psoas-short"].file.title == "Mine"
    assert not listed["psoas-release"].own


def test_a_broken_routine_is_listed_as_broken(own_folder: Path) -> None:
    (own_folder / "broken.yaml").write_text("id: broken\n")
    broken = next(routine for routine in list_routines() if routine.name == "broken")
    assert broken.file is None
    assert broken.problems


@pytest.mark.parametrize("given", ["mine.yaml", "./mine.yaml"])
def test_a_path(good: str, write: Write, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(good)
    monkeypatch.chdir(path.parent)
    assert find_routine(given).samefile(path)


def test_an_unknown_name_tells_what_there_is(own_folder: Path) -> None:
    with pytest.raises(RoutineError) as caught:
        find_routine("psoas-relase")
    message = str(caught.value)
    assert 'no routine "psoas-relase"' in message
    assert "Did you mean psoas-release?" in message
    assert "constructive-rest, " in message
    assert str(own_folder) in message


def test_an_unknown_name_like_no_other() -> None:
    with pytest.raises(RoutineError, match="There are: ") as caught:
        find_routine("zzz")
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize("given", ["no/such", "none.yaml", "~/none.yml"])
def test_a_path_to_nothing(given: str) -> None:
    with pytest.raises(RoutineError, match="no routine file") as caught:
        find_routine(given)
    assert given in str(caught.value)


def test_the_estimate_counts_holds_rests_and_waits(good: str, write: Write) -> None:
    """One more repeat adds a hold and a rest between on each side; nothing else changes."""
    two = about_s(load_routine(write(good)))
    three = about_s(load_routine(write(good.replace("repeats: 2", "repeats: 3"))))
    assert three - two == pytest.approx(2 * (30 + 10))
    wait = about_s(load_routine(write(good.replace("wait: ready", "wait: 100"))))
    longer = about_s(load_routine(write(good.replace("wait: ready", "wait: 103"))))
    assert longer - wait == pytest.approx(2 * 3)
    cut = about_s(load_routine(write(good.replace("hold_seconds: 30", "hold_seconds: 39"))))
    assert cut == two, "a hold ends with a whole breath"
