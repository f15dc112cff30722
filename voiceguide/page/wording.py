"""The page's own words, one file for each language, and what its buttons are called.

A button is called by the phrase that does the same when it is spoken, so that the page teaches the words.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from voiceguide.core.commands import Command
from voiceguide.errors import LanguageError
from voiceguide.language.pack import load_language

WORDS = Path(__file__).with_name("words")
"""Where the files are: one flat mapping of names to texts each; `{blank}` is filled in by the page."""


_ALONE = re.compile(r"\bi\b")
"""Phrases are kept in small letters; the one English word that is never written so."""


@cache
def words_of(language: str) -> dict[str, str]:
    """Return the words of a language; English where there are none.

    Raises:
        LanguageError: the file is broken.
    """
    path = WORDS / f"{language}.yaml"
    if not path.is_file():
        path = WORDS / "en.yaml"
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(read, dict) or not all(isinstance(text, str) for pair in read.items() for text in pair):
        raise LanguageError(f"{path}: must give a text for each name, and nothing else.")
    return dict(read)


@cache
def phrases_of(language: str) -> dict[str, str]:
    """Return what to say for each command: the phrase that is recommended most.

    Raises:
        LanguageError: there is no such language, or its file is broken.
    """
    pack = load_language(language)
    return {command.value: _ALONE.sub("I", pack.commands[command][0]) for command in Command}
