"""Moonshine's tokens: text to token numbers and back.

`tokenizer.bin` holds 32,768 tokens in the order of their numbers, each a length (one byte, two from 128 on) and
that many bytes. The first 259 are control tokens and single bytes; what text is made of comes after them. A space
is written as U+2581 in front of a word, and pairs are merged in the order of their numbers (byte pair encoding:
Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016). No token
reaches from one word into the next, so a sentence's tokens are those of its words in a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from voiceguide.errors import DamagedModelError, RecogniserError

BEGIN, END = 1, 2
"""Control tokens: a transcript's beginning and its end."""

_FIRST_TEXT = 259
"""Numbers below are control tokens and raw bytes: "." has one there as well, which the model never writes."""

_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
_LONG = 128


class Tokens:
    """The tokens of one model.

    Args:
        path: its `tokenizer.bin`.

    Raises:
        DamagedModelError: the file is missing or no such list.
    """

    def __init__(self, path: Path) -> None:
        self._pieces = _read(path)
        self._numbers: dict[bytes, int] = {}
        for number, piece in enumerate(self._pieces[_FIRST_TEXT:], _FIRST_TEXT):
            self._numbers.setdefault(piece, number)
        try:
            self.punctuation = {mark: self._numbers[mark.encode()] for mark in ".,!?"}
        except KeyError as error:
            raise DamagedModelError(f"{path.name} is no list of Moonshine's tokens") from error
        self.word = lru_cache(maxsize=None)(self._word)

    def __len__(self) -> int:
        return len(self._pieces)

    def _word(self, word: str) -> tuple[int, ...]:
        """Return the tokens of one word with the space before it.

        Raises:
            RecogniserError: the model has no token for one of its letters.
        """
        parts = [letter.encode() for letter in _SPACE + word]
        while True:
            pairs = [
                (number, index)
                for index in range(len(parts) - 1)
                if (number := self._numbers.get(parts[index] + parts[index + 1])) is not None
            ]
            if not pairs:
                break
            index = min(pairs)[1]
            parts[index : index + 2] = [parts[index] + parts[index + 1]]
        try:
            return tuple(self._numbers[part] for part in parts)
        except KeyError as error:
            raise RecogniserError(f'Moonshine cannot write the word "{word}".') from error

    def text(self, numbers: Iterable[int]) -> str:
        """Return what tokens say."""
        joined = b"".join(self._pieces[number] for number in numbers)
        return joined.decode(errors="replace").replace(_SPACE, " ").strip()


def _read(path: Path) -> list[bytes]:
    try:
        content = path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise DamagedModelError(
            f"{path.name} {'is missing' if missing else f'cannot be read: {error.strerror}'}"
        ) from error
    pieces, at = [], 0
    while at < len(content):
        length = content[at]
        at += 1
        if length >= _LONG and at < len(content):
            length = content[at] * _LONG + length - _LONG
            at += 1
        pieces.append(content[at : at + length])
        at += length
    return pieces
