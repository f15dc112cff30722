"""`voiceguide new`: what it writes is explained, good to hear, and correct but for what is left to be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from voiceguide.cli.new_command import register
from voiceguide.errors import LanguageError, RoutineError
from voiceguide.routine.beginning import beginning, beginning_languages
from voiceguide.routine.load import find_routine, read
from voiceguide.routine.model import Exercise, RoutineFile
from voiceguide.routine.rules import find
from voiceguide.routine.schema import routine_schema

OPTIONS = ("--language", "en", "--title", "My hips", "--exercise", "hip-flexor-stretch")


def run(*arguments: object, answers: str = "") -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answers)


def test_a_few_questions_give_a_routine_that_can_be_run_by_name(own_data_folder: Path) -> None:
    result = run(answers="my-hips\nen\nMy hips\n3, 1\n")
    assert result.exit_code == 0, result.output
    path = own_data_folder / "routines" / "my-hips.yaml"
    assert find_routine("my-hips") == path
    reading = read(path)
    assert reading.file is not None
    assert [exercise.id for exercise in reading.file.exercises] == ["hip-flexor-stretch", "constructive-rest"]
    assert reading.file.title == "My hips"
    assert "voiceguide check my-hips, voiceguide preview my-hips, voiceguide run my-hips" in result.output
    assert json.loads(path.with_name("routine.schema.json").read_text(encoding="utf-8")) == routine_schema()
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=routine.schema.json\n")


def test_the_first_answers_are_good_ones(tmp_path: Path) -> None:
    result = run("--folder", tmp_path, answers="\n\n\n\n")
    assert result.exit_code == 0, result.output
    assert find(read(tmp_path / "my-routine.yaml")) == []


@pytest.mark.parametrize("language", beginning_languages())
def test_every_beginning_is_correct_and_good_to_hear(tmp_path: Path, language: str) -> None:
    begins = beginning(language)
    known = begins.choices[:-1]
    alone = [[choice] for choice in known]
    path = tmp_path / "mine.yaml"
    for chosen in (*alone, [*known, *known]):
        path.write_text(begins.routine("mine", "Mine", chosen), encoding="utf-8")
        reading = read(path)
        assert reading.problems == ()
        assert find(reading) == []
        assert reading.file is not None
        assert len(reading.file.exercises) == len(chosen)
        assert reading.file.language == language


@pytest.mark.parametrize("language", beginning_languages())
def test_every_line_that_is_left_to_be_written_is_a_mistake_with_its_line(tmp_path: Path, language: str) -> None:
    begins = beginning(language)
    own = begins.choices[-1]
    path = tmp_path / "mine.yaml"
    text = begins.routine("mine", "Mine", [own])
    path.write_text(text, encoding="utf-8")
    problems = read(path).problems
    spoken = ("purpose", "setup", "cues", "release", "pain")
    lines = [line for key in spoken for line in texts(own.exercise[key])]
    assert len(lines) == 8
    shown = [text.splitlines()[problem.line - 1] for problem in problems]
    for line, told in zip(lines, shown, strict=True):
        assert line in told
    assert {problem.what.partition(":")[0] for problem in problems} == {'exercise "my-exercise"'}
    written = text
    for number, line in enumerate(lines):
        written = written.replace(
            line, f"Take it slowly and stay soft, {'{side} and {other_side} ' * (number == 2)}{number}."
        )
    path.write_text(written, encoding="utf-8")
    assert read(path).problems == ()


def texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for one in value for text in texts(one)]
        case dict():
            return [text for one in value.values() for text in texts(one)]
        case _:
            return []


@pytest.mark.parametrize(
    "line",
    [
        "say here how to come out of it",
        "Roll over. Say here   how to come out of it.",
        "나오는 법을 여기에 쓰세요!",
    ],
)
def test_a_line_that_was_hardly_changed_still_asks_for_words(tmp_path: Path, line: str) -> None:
    begins = beginning("en")
    path = tmp_path / "mine.yaml"
    path.write_text(begins.routine("mine", "Mine", [begins.choices[0].with_release(line)]), encoding="utf-8")
    (problem,) = read(path).problems
    assert line.split(maxsplit=1)[0] in path.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert "this asks for words and is no guidance" in problem.what


def test_the_release_of_an_exercise_of_your_own_is_asked_for(tmp_path: Path) -> None:
    result = run("--folder", tmp_path, answers="mine\nen\nMine\n5, 1\n\nRoll onto  one side.\n")
    assert result.exit_code == 0, result.output
    path = tmp_path / "mine.yaml"
    assert "      - Roll onto one side.\n" in path.read_text(encoding="utf-8")
    assert "It cannot be run yet: 7 lines ask for your own words." in result.output
    assert len(read(path).problems) == 7


def test_two_exercises_of_your_own_have_two_releases(tmp_path: Path) -> None:
    wanted = [*OPTIONS[:4], "--exercise", "my-exercise", "--exercise", "1", "--exercise", "my-exercise"]
    said = ["--release", "Roll onto one side.", "--release", "Come off the ball."]
    result = run("mine", *wanted, *said, "--folder", tmp_path)
    assert result.exit_code == 0, result.output
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert 0 < text.index("Roll onto one side.") < text.index("Come off the ball.")


def test_a_release_without_an_exercise_of_your_own_is_not_dropped_silently(tmp_path: Path) -> None:
    result = run("mine", *OPTIONS, "--release", "Roll onto one side.", "--folder", tmp_path)
    assert isinstance(result.exception, RoutineError)
    assert "has no exercise of your own to belong to" in str(result.exception)


def test_every_key_is_explained_or_shown(tmp_path: Path) -> None:
    begins = beginning("en")
    text = begins.routine("mine", "Mine", begins.choices)
    for model in (RoutineFile, Exercise):
        for key, field in model.model_fields.items():
            assert f"{key}:" in text
            assert " ".join(str(field.description).split()[:6]) in text, key


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "my-hips.yaml"
    path.write_text("mine", encoding="utf-8")
    result = run("my-hips", *OPTIONS, "--folder", tmp_path)
    assert isinstance(result.exception, RoutineError)
    assert "is there already and is left as it is" in str(result.exception)
    assert path.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "routine.schema.json").exists()


def test_a_schema_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "routine.schema.json").write_text("{}", encoding="utf-8")
    assert run("my-hips", *OPTIONS, "--folder", tmp_path).exit_code == 0
    assert (tmp_path / "routine.schema.json").read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("My Hips!", *OPTIONS), RoutineError, '"My Hips!" is no name: .* For example: my-hips.'),
        (
            ("my-hips", "--exercise", "dance", *OPTIONS[:4]),
            RoutineError,
            'no exercise "dance" .* 1 constructive-rest',
        ),
        (("my-hips", "--language", "xx"), LanguageError, 'cannot be begun in "xx" yet; there are: en, ko'),
        (
            ("my-hips", *OPTIONS[:4], "--exercise", "my-exercise", "--release", "Say here how to come out."),
            RoutineError,
            "in your own words",
        ),
        (("my-hips", "--title", "m" * 81, *OPTIONS[:2], *OPTIONS[4:]), RoutineError, "up to 80 letters"),
    ],
)
def test_what_cannot_be_done_is_told(
    tmp_path: Path, arguments: tuple[str, ...], error: type[Exception], message: str
) -> None:
    result = run(*arguments, "--folder", tmp_path)
    assert isinstance(result.exception, error)
    assert result.exception is not None
    with pytest.raises(error, match=message):
        raise result.exception
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("my-hips", *OPTIONS, "--folder", tmp_path / "file" / "deeper")
    assert isinstance(result.exception, RoutineError)
    assert "cannot be written: Not a directory. Choose another folder." in str(result.exception)


def test_a_title_with_every_kind_of_sign_stays_what_it_is(tmp_path: Path) -> None:
    title = "It's: \"mine\" # {or} 'yours' - 요근"
    begins = beginning("en")
    path = tmp_path / "mine.yaml"
    path.write_text(begins.routine("mine", title.replace("{or}", "or"), begins.choices[:1]), encoding="utf-8")
    reading = read(path)
    assert reading.file is not None
    assert reading.file.title == title.replace("{or}", "or")
