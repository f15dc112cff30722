"""What was meant by an unknown word is looked up where a person may have misspelt it, and nowhere else."""

from __future__ import annotations

import difflib

import pytest

from voiceguide.handwritten import nearest as module
from voiceguide.handwritten.nearest import KNOWN_MOST, LETTERS_MOST, nearest
from voiceguide.handwritten.source import MAX_VALUES, MEANT_MOST
from voiceguide.routine.load import read_text


def test_the_known_word_most_like_it_is_meant() -> None:
    assert nearest("exercices", ["exercises", "title"]) == "exercises"
    assert nearest("weather", ["exercises", "title"]) is None


def test_what_nobody_misspells_is_not_compared() -> None:
    assert nearest("a" * LETTERS_MOST, ["a" * LETTERS_MOST]) is not None
    assert nearest("a" * (LETTERS_MOST + 1), ["a" * LETTERS_MOST]) is None
    assert nearest("title", [*("x" * (n + 1) for n in range(KNOWN_MOST)), "title"]) is None


def test_however_many_keys_are_unknown_few_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def counted(word: str, *args: object, **kwargs: object) -> list[str]:
        looked_up.append(word)
        return difflib.get_close_matches(word, *args, **kwargs)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(module, "get_close_matches", counted)
    keys = MAX_VALUES // 2 - 10
    reading = read_text("titel: A\n" + "".join(f"titel{number}: 1\n" for number in range(keys)), "x.yaml")
    assert len([one for one in reading.problems if "is no key here" in one.what]) == keys + 1
    assert reading.problems[0].remedy == "Did you mean `title`?"
    assert len(looked_up) == MEANT_MOST


@pytest.mark.parametrize(
    "text", ["a: [" + "1," * 30_000 + "]", "".join(f"k{number}:\n" for number in range(8_300))]
)
def test_a_file_of_more_values_than_a_person_writes_is_told_in_a_sentence(text: str) -> None:
    [problem] = read_text(text, "x.yaml").problems
    assert "more than 5,000 values" in problem.what
    assert "Is this the right file?" in problem.remedy
