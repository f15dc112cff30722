"""A list of tokens small enough to follow by hand, in the format of Moonshine's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from voiceguide.hearing.recognisers.moonshine.tokens import Tokens

CONTROL, SPACE = 259, "\N{LOWER ONE EIGHTH BLOCK}"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'"


def toy_bytes(words: Iterable[str] = ()) -> bytes:
    """Return a `tokenizer.bin` with every letter, the marks and these words, each of which is one token."""
    pieces = [bytes([number % 256]) for number in range(CONTROL)]
    pieces += [letter.encode() for letter in (SPACE, *LETTERS, *".,!?")]
    for word in words:
        # Pairs are merged from the left: each beginning of the word is a token as well.
        pieces += [(SPACE + word[:length]).encode() for length in range(1, len(word) + 1)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


def toy_tokens(folder: Path, words: Iterable[str] = ()) -> Tokens:
    """Return such tokens."""
    path = folder / "tokenizer.bin"
    path.write_bytes(toy_bytes(words))
    return Tokens(path)
