"""Every kind of mistake: on which line it is reported, in which words, with which remedy."""

# ruff: noqa: E501  # a table reads best with one row to a line

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from voiceguide.errors import RoutineError
from voiceguide.handwritten.source import MAX_BYTES
from voiceguide.routine.load import check_file, load_routine
from voiceguide.routine.problems import BrokenRoutineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]


def test_the_routine_to_break_is_correct(good: str, write: Write) -> None:
    assert check_file(write(good)) == []


class Mistake(NamedTuple):
    old: str
    new: str
    line: int
    column: int
    what: str
    remedy: str


ONE_MISTAKE = [
    # Keys.
    ("    release:", "    relese:", 25, 5, '"relese" is no key here', "Did you mean `release`?"),
    ("hold_seconds: 30", "Hold-Seconds: 30", 20, 5, '"Hold-Seconds" is no key', "Did you mean `hold_seconds`?"),
    ("language: en", "language: en\ncolour: red", 3, 1, '"colour" is no key', "Known here: id, language, title"),
    ("say: Soft belly.", "say: Soft, soft belly.", 23, 35, '"soft belly." is no key', "all of that text in quotes"),
    ("title: Mine\n", "", 1, 1, "`title` is missing", "For example: `title: The psoas release`"),
    ("    release: [Hands to the floor.]\n", "", 8, 5, "`release` is missing", "How to come out of this very"),
    ("      tries_after_sharp: 0\n", "", 27, 7, "`tries_after_sharp` is missing", "For example: `tries_after_sharp: 0`"),
    ("    repeats: 2", "    repeats: 2\n    repeats: 3", 19, 5, "second time; the first is on line 18", "Keep one"),
    ("    wait: ready", "    wait: ready\n    ? [a]\n    : b", 17, 7, "this key is no plain word", "`key: value`"),
    # Types.
    ("hold_seconds: 30", 'hold_seconds: "30"', 20, 19, '`hold_seconds` must be a number, not "30"', "without quotes"),
    ("hold_seconds: 30", "hold_seconds: true", 20, 19, "must be a number, not True", "For example: `hold_seconds: 30`"),
    ("hold_seconds: 30", "hold_seconds: 1:30", 20, 19, 'must be a number, not "1:30"', "a plain number"),
    ("hold_seconds: 30", "hold_seconds: 30 s", 20, 19, '"30 s", which is text', "without a unit"),
    ("repeats: 2", "repeats: 2.5", 18, 14, "`repeats`", "For example: `repeats: 3`"),
    ("repeats: 2", "repeats: true", 18, 14, "must be a whole number, not True", "Holds, on each side"),
    ("release: [Hands to the floor.]", "release: Hands to the floor.", 25, 14, "must be a list", "`- `"),
    ("welcome: [Hello.]", "welcome: [10]", 6, 11, "`welcome`, entry 1 must be text, not 10", 'quotes: "10"'),
    ("[Out of it.]", '["Out.", "Sharp: out."]'.replace('"', ""), 27, 21, "keys with values (Sharp)", "contains a colon"),
    ('"The {side} knee again."', "{side}", 15, 15, "keys with values (side)", "begins with a brace"),
    ("welcome: [Hello.]", "welcome:", 6, 9, "`welcome` has no value", "First lines, after the start."),
    ("breathing: {in_seconds: 4, out_seconds: 6, spoken: every}", "breathing: slow", 21, 16, "a group of keys", "`breathing: {"),
    # Values.
    ("release: [Hands to the floor.]", "release: []", 25, 14, "`release` is empty", "first words spoken when"),
    ("release: [Hands to the floor.]", 'release: ["  "]', 25, 15, "`release`, entry 1 is empty", "How to come out"),
    ("title: Mine", 'title: ""', 3, 8, "`title` is empty", "Name, spoken and shown."),
    ("in_seconds: 4", "in_seconds: 0.5", 21, 29, "`breathing.in_seconds` is 0.5; it must be at least 1", "1 to 20"),
    ("out_seconds: 6", "out_seconds: 21", 21, 45, "`breathing.out_seconds` is 21; it must be at most 20", "1 to 20"),
    ("hold_seconds: 30", "hold_seconds: -30", 20, 19, "is -30; it must be at least 2", "Length of one hold"),
    ("hold_seconds: 30", "hold_seconds: 1e9", 20, 19, "it must be at most 600", "Length of one hold"),
    ("hold_seconds: 30", "hold_seconds: .nan", 20, 19, "`hold_seconds` cannot be nan", "Length of one hold"),
    ("hold_seconds: 30", "hold_seconds: .inf", 20, 19, "`hold_seconds` cannot be inf", "Length of one hold"),
    ("hold_seconds: 30", "hold_seconds: " + "9" * 5000, 20, 19, "cannot be inf", "Length of one hold"),
    ("repeats: 2", "repeats: 0", 18, 14, "`repeats` is 0; it must be at least 1", "Holds, on each side"),
    ("between_seconds: 10", "between_seconds: -1", 19, 22, "is -1; it must be at least 0", "Rest between"),
    ("minutes: 3", "minutes: 500", 5, 10, "`minutes` is 500; it must be at most 180", "About how long"),
    ("wait: ready", "wait: a moment", 16, 11, '`wait` cannot be "a moment"', "`wait: ready`"),
    ("wait: ready", "wait: true", 16, 11, "`wait` cannot be True", "`wait: ready`"),
    ("wait: ready", "wait: 0", 16, 11, "`wait` cannot be 0", "waits that many seconds"),
    ("[left, right]", "[left, up]", 17, 19, '`sides`, entry 2 cannot be "up"', "Sides in order"),
    ("spoken: every", "spoken: often", 21, 56, '`breathing.spoken` cannot be "often"', "`fading` speaks the first"),
    ("id: stretch", "id: The Stretch", 8, 9, '`id` cannot be "The Stretch"', "lower-case letters, digits and"),
    ("language: en", "language: English", 2, 11, '`language` cannot be "English"', "ISO 639"),
    ("title: Mine", "title: " + "m" * 81, 3, 8, "`title`", "Name, spoken and shown."),
    # Sense.
    ("id: mine", "id: yours", 1, 5, '"yours" is not the name of the file, "mine"', "rename the file"),
    ("hold_seconds: 30", "hold_seconds: 9.9", 20, 19, "9.9, shorter than one breath of 10 seconds", "at least 10"),
    ("    hold_seconds: 30\n", "", 8, 5, "neither `hold_seconds` nor `rest_seconds`", "`rest_seconds: 300` for an"),
    ("    hold_seconds: 30", "    hold_seconds: 30\n    rest_seconds: 60", 21, 5, "exclude each other", "Keep one"),
    ("between_seconds: 10", "between_seconds: 0", 19, 22, "2 repeats have no rest between", "ease off"),
    ("    between_seconds: 10\n", "", 18, 14, "2 repeats have no rest between them", "Add `between_seconds`"),
    ("[left, right]", "[left, left]", 17, 12, '`sides` names "left" twice', "`repeats` says how often"),
    ('      again: ["The {side} knee again."]\n', "", 13, 7, "`setup` has no `again`", "in short"),
    ("at_second: 15", "at_second: 30", 24, 21, "second 30 comes after the end, at second 30", "whole breaths"),
    ("at_second: 15", "at_second: 5", 24, 21, "second 5 follows one at second 5", "in order of time"),
    ("at_second: 15", "at_second: 2", 24, 21, "second 2 follows one at second 5", "in order of time"),
    ("Soft belly.", '"Soft {Side}."', 23, 29, "{Side} is no placeholder", "Did you mean {side}?"),
    ("Soft belly.", '"Soft {leg}."', 23, 29, "{leg} is no placeholder", "Only {side} and {other_side}"),
    ("[Less.]", '["Less }."]', 29, 14, "} is no placeholder", "Only {side} and {other_side}"),
    ("title: The stretch", 'title: "The {side}"', 9, 12, "{side} has no side to stand for", "elsewhere, use words"),
    ("closing: [Goodbye.]", 'closing: ["{side}"]', 30, 11, "{side} has no side to stand for", "elsewhere"),
    # YAML.
    ("title: Mine", "title: Mine: yours", 3, 12, "mapping values are not allowed", "needs quotes around all of it"),
    ("title: Mine", "title: 'Mine", 31, 1, "not YAML", "A quote is opened and never closed"),
    ("title: Mine", 'title: "Mine', 15, 16, "not YAML", "Is a quote before this never closed?"),
    ("    wait: ready", "   wait: ready", 16, 4, "not YAML", "Indent this line like its neighbours"),
    ("    wait: ready", "\twait: ready", 16, 1, "indented with a tab", "spaces"),
    ("        - Kneel on", "        - {side} knee, kneel on", 14, 18, "not YAML", "needs quotes around it all"),
    ("welcome: [Hello.]", "welcome: *hello", 6, 10, "*hello stands for another place", "Write the value out"),
    ("welcome: [Hello.]", "welcome: &hello [Hello.]", 6, 10, "&hello names this place", "Write the value out"),
    ("title: Mine", "title: !!python/object:os.system Mine", 3, 8, "is a YAML tag", "Write the value out"),
    ("closing: [Goodbye.]", "closing: [Goodbye.]\n---\nid: two", 31, 1, "not YAML", "remove the line `---`"),
    ("title: Mine", "title: Mi\x07ne", 3, 10, "the character U+0007", "Delete it"),
    ("[Hello.]", "[" * 50 + "]" * 50, 6, 21, "nested too deeply", "text with brackets needs quotes"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", [Mistake(*row) for row in ONE_MISTAKE], ids=lambda m: f"{m.what} {m.new[:12]}")
def test_one_mistake_gives_one_problem_in_its_place(good: str, write: Write, mistake: Mistake) -> None:
    assert mistake.old in good
    [problem] = check_file(write(good.replace(mistake.old, mistake.new, 1)))
    assert (problem.line, problem.column) == (mistake.line, mistake.column)
    assert mistake.what in problem.what
    assert mistake.remedy in problem.remedy


def test_ten_mistakes_are_told_at_once(good: str, write: Write) -> None:
    broken = good
    for old, new in [
        ("language: en", "language: English"),
        ("minutes: 3", "minutes: 3\ncolour: red"),
        ("[a mat]", "[10]"),
        ("wait: ready", "wait: soon"),
        ("[left, right]", "[left, left]"),
        ("hold_seconds: 30", "hold_seconds: 8"),
        ("at_second: 5", "at_second: 20"),
        ("Slow breath.", '"Slow {leg}."'),
        ("    release: [Hands to the floor.]\n", ""),
        ("[Less.]", "[]"),
    ]:
        broken = broken.replace(old, new, 1)
    path = write(broken)
    with pytest.raises(BrokenRoutineError) as caught:
        load_routine(path)
    found = [(problem.line, problem.what) for problem in caught.value.problems]
    assert found == [
        (2, '`language` cannot be "English"'),
        (6, '"colour" is no key here'),
        (9, 'exercise "stretch": `release` is missing'),
        (11, 'exercise "stretch": `equipment`, entry 1 must be text, not 10, which is a number'),
        (17, 'exercise "stretch": `wait` cannot be "soon"'),
        (18, 'exercise "stretch": `sides` names "left" twice'),
        (21, 'exercise "stretch": `hold_seconds` is 8, shorter than one breath of 10 seconds'),
        (25, 'exercise "stretch": the cue at second 15 follows one at second 20'),
        (25, 'exercise "stretch": {leg} is no placeholder'),
        (29, 'exercise "stretch": `pain.dull` is empty'),
    ]
    message = str(caught.value)
    assert all(str(problem) in message for problem in caught.value.problems)
    assert f"{path}:21:19: " in message
    assert isinstance(caught.value, RoutineError)
    assert caught.value.exit_code == 2


def test_two_exercises_of_the_same_name(good: str, write: Write) -> None:
    exercise = good[good.index("  - id") : good.index("closing")]
    [problem] = check_file(write(good.replace(exercise, exercise * 2)))
    assert (problem.line, problem.column) == (30, 9)
    assert "taken by the exercise on line 8" in problem.what


def test_a_placeholder_in_an_exercise_without_sides(good: str, write: Write) -> None:
    problems = check_file(write(good.replace("    sides: [left, right]\n", "")))
    assert [(p.line, p.what.split(": ")[1]) for p in problems] == [
        (14, "{other_side} has no side to stand for"),
        (14, "{side} has no side to stand for"),
        (15, "{side} has no side to stand for"),
    ]


def test_no_exercises(good: str, write: Write) -> None:
    before, after = good[: good.index("exercises")], good[good.index("closing") :]
    [empty] = check_file(write(f"{before}exercises: []\n{after}"))
    assert (empty.line, empty.column, empty.what) == (7, 12, "`exercises` is empty")
    [missing] = check_file(write(before + after))
    assert missing.what == "`exercises` is missing"


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "--- \n"])
def test_an_empty_file(content: str, write: Write) -> None:
    [problem] = check_file(write(content))
    assert problem.line <= content.count("\n") + 1
    assert problem.remedy.startswith("Begin with a")


@pytest.mark.parametrize("content", ["just words", "- a\n- list\n", "42"])
def test_no_keys_at_all(content: str, write: Write) -> None:
    [problem] = check_file(write(content))
    assert (problem.line, problem.column) == (1, 1)
    assert "keys with values" in problem.what


def test_text_that_is_not_utf_8(good: str, write: Write) -> None:
    [problem] = check_file(write(good.replace("Hello", "Gr\u00fc\u00df dich").encode("latin-1")))
    assert (problem.line, problem.column) == (6, 13)
    assert problem.what == "the byte 0xfc is not UTF-8 text"
    assert "UTF-8" in problem.remedy


def test_a_byte_order_mark_does_no_harm(good: str, write: Write) -> None:
    assert check_file(write(good.encode("utf-8-sig"))) == []


def test_every_tab_is_named(good: str, write: Write) -> None:
    problems = check_file(write(good.replace("    wait", "\twait").replace("    repeats", "\trepeats")))
    assert [problem.line for problem in problems] == [16, 18]


def test_a_bomb_of_aliases_costs_nothing(write: Write) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    problems = check_file(write("\n".join(lines)))
    assert sum("stands for another place" in problem.what for problem in problems) == 290
    assert {problem.line for problem in problems} == set(range(1, 31))


def test_a_deep_file_costs_nothing(write: Write) -> None:
    [problem] = check_file(write("[" * 200_000))
    assert "nested too deeply" in problem.what


def test_a_huge_file_is_not_read(write: Write) -> None:
    [problem] = check_file(write(b"#" * (MAX_BYTES + 1)))
    assert "larger than 256 kB" in problem.what


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name, what in [
        ("folder.yaml", "this is a folder"),
        ("none.yaml", "there is no such file"),
        ("none.yaml/none.yaml", "there is no such file"),
        ("loop.yaml", "cannot be read"),
        ("a\0b.yaml", "holds the character U+0000"),
    ]:
        [problem] = check_file(tmp_path / name)
        assert what in problem.what
        assert problem.remedy
        assert str(problem).startswith(f"{tmp_path / name}: ")


def test_a_message_stays_on_its_lines(good: str, write: Write) -> None:
    [problem] = check_file(write(good.replace("language: en", f'language: "{"long " * 100}\\n\\u00ad"')))
    assert len(problem.what) < 80
    assert problem.what.isprintable()
