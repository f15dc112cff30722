"""Moonshine's tokens: text to numbers and back."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_tokens import CONTROL, LETTERS, SPACE, toy_bytes, toy_tokens

from voiceguide.core.commands import Command
from voiceguide.errors import DamagedModelError, RecogniserError
from voiceguide.hearing.recognisers.moonshine.model import TOKENS
from voiceguide.hearing.recognisers.moonshine.tokens import BEGIN, END, Tokens
from voiceguide.language.pack import load_language
from voiceguide.models.find import find_model

WORDS = ("next", "side")

needs_moonshine = pytest.mark.skipif(
    importlib.util.find_spec("moonshine_voice") is None,
    reason="Moonshine's model is not installed: pip install moonshine-voice==0.0.73",
)


@pytest.fixture(scope="module")
def real() -> Tokens:
    model = find_model("en", "moonshine")
    assert model is not None
    return Tokens(model / TOKENS)


@needs_moonshine
def test_every_phrase_comes_back_as_it_was(real: Tokens) -> None:
    for phrase in load_language("en").phrases_for(Command):
        numbers = [number for word in phrase.split() for number in real.word(word)]
        assert real.text(numbers) == phrase
        assert min(numbers) >= CONTROL


@needs_moonshine
def test_the_marks_are_those_the_model_writes(real: Tokens) -> None:
    assert len(real) == 32_768
    # Each has a number among the single bytes as well, which the model never writes.
    for mark, number in real.punctuation.items():
        assert number >= CONTROL
        assert real.text([number]) == mark
    assert not {BEGIN, END} & set(real.punctuation.values())


@needs_moonshine
@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz'"), min_size=1, max_size=12))
def test_any_word_comes_back_as_it_was(real: Tokens, word: str) -> None:
    assert real.text(real.word(word)) == word


def test_a_word_is_merged_from_its_letters(tmp_path: Path) -> None:
    tokens = toy_tokens(tmp_path, WORDS)
    (number,) = tokens.word("next")
    assert tokens.text([number, *tokens.word("side")]) == "next side"
    letters = tokens.word("nixe")
    assert tokens.text(letters) == "nixe"
    assert letters[0] == number - 3, f"{SPACE}n is a beginning of next"
    assert len(letters) == 4


def test_of_two_pairs_the_one_with_the_lower_number_is_merged_first(tmp_path: Path) -> None:
    def with_pairs(*pairs: str) -> tuple[int, ...]:
        more = b"".join(bytes([len(pair.encode())]) + pair.encode() for pair in pairs)
        (tmp_path / "tokenizer.bin").write_bytes(toy_bytes() + more)
        return Tokens(tmp_path / "tokenizer.bin").word("ab")

    first = CONTROL + 1 + len(LETTERS) + len(".,!?")
    assert with_pairs(f"{SPACE}a", "ab") == (first, first - len(".,!?") - len(LETTERS) + 1)
    assert with_pairs("ab", f"{SPACE}a") == (CONTROL, first)


@needs_moonshine
def test_a_script_that_the_model_does_not_write_is_told(real: Tokens) -> None:
    with pytest.raises(RecogniserError, match='cannot write the word "시작해"'):
        real.word("시작해")


def test_a_letter_that_the_model_does_not_write_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecogniserError, match='cannot write the word "naïve"'):
        toy_tokens(tmp_path).word("naïve")


def test_a_token_longer_than_a_byte_can_say(tmp_path: Path) -> None:
    long = b"a" * 300
    (tmp_path / "tokenizer.bin").write_bytes(toy_bytes() + bytes([300 % 128 + 128, 300 // 128]) + long)
    tokens = Tokens(tmp_path / "tokenizer.bin")
    assert tokens.text([len(tokens) - 1]) == long.decode()


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", bytes(1000), toy_bytes()[:500]])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokenizer.bin").write_bytes(content)
    with pytest.raises(DamagedModelError, match=r"tokenizer\.bin is no list of Moonshine's tokens"):
        Tokens(tmp_path / "tokenizer.bin")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DamagedModelError, match=r"tokenizer\.bin is missing"):
        Tokens(tmp_path / "tokenizer.bin")
    (tmp_path / "tokenizer.bin").mkdir()
    with pytest.raises(DamagedModelError, match=r"tokenizer\.bin cannot be read: Is a directory"):
        Tokens(tmp_path / "tokenizer.bin")
