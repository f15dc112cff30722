"""What is said in training: the commands' phrases, what must not be taken for them, and the guide's own lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.script import everything_said
from voiceguide.language.pack import load_language, normalise
from voiceguide.routine.load import load_routine

LANGUAGE = "en"
NEGATIVES = Path(__file__).with_name("negatives.yaml")
ROUTINES = Path("routines")
SAFETY = PAIN_FAMILY | {Command.STOP}

_RARE = 0.3
"""Share of PocketSphinx's 130,000 words among the everyday ones in random talk."""


@cache
def phrases() -> dict[str, Command]:
    """Return every phrase and its command."""
    return {phrase: command for command, said in load_language(LANGUAGE).commands.items() for phrase in said}


def preferred() -> dict[str, Command]:
    """Return the phrases the language pack recommends: each command's first, and all of the pain family's."""
    pack = load_language(LANGUAGE)
    return {
        phrase: command
        for command, said in pack.commands.items()
        for phrase in (said if command in PAIN_FAMILY else said[:1])
    }


def guide_lines() -> list[str]:
    """Return every line the guide can say in the shipped routines of the language, each once."""
    pack = load_language(LANGUAGE)
    routines = [load_routine(path) for path in sorted(ROUTINES.glob("*.yaml"))]
    lines = [
        line
        for routine in routines
        if routine.language == LANGUAGE
        for line in everything_said(routine, pack.phrases)
    ]
    return [line for line in dict.fromkeys(lines) if normalise(line) not in phrases()]


def negatives() -> list[str]:
    """Return words and sentences that are no command, each once: the listed, decoys, beginnings of phrases."""
    data = yaml.safe_load(NEGATIVES.read_text(encoding="utf-8"))
    pack = load_language(LANGUAGE)
    prompts = [line.split("{")[0] for lines in pack.phrases.prompts.values() for line in lines]
    return _no_commands([*data["near"], *data["talk"], *pack.decoys, *prompts, *_parts()])


def random_talk(count: int, seed: int) -> list[str]:
    """Return one to six random words at a time, everyday ones and rare ones, that hold no word of safety."""
    rng = np.random.default_rng([seed, 21])
    pack = load_language(LANGUAGE)
    everyday = [*pack.decoys, *pack.spoken_words()]
    rare = _dictionary_words()

    def word() -> str:
        words = rare if rng.random() < _RARE else everyday
        return words[rng.integers(len(words))]

    return _no_commands(" ".join(word() for _ in range(rng.integers(1, 7))) for _ in range(count))


def beginnings() -> frozenset[Command]:
    """Return the commands of which a phrase is the beginning of another command's phrase."""
    said = phrases()
    return frozenset(
        command
        for phrase, command in said.items()
        if any(other.startswith(phrase + " ") and said[other] is not command for other in said)
    )


def _no_commands(texts: Iterable[str]) -> list[str]:
    commands = phrases()
    urgent = [phrase for phrase, command in commands.items() if command in SAFETY]
    holds_urgent = re.compile(r"\b(" + "|".join(map(re.escape, urgent)) + r")\b")
    # A sentence may hold "back" or "no", as all talk does; the safety words are left to be heard anywhere.
    return [
        text
        for text in dict.fromkeys(map(normalise, texts))
        if text and text not in commands and not holds_urgent.search(text)
    ]


def _parts() -> Iterator[str]:
    """Yield beginnings of phrases in which no command is left: a command is not to be believed before its end."""
    commands = phrases()
    for phrase in commands:
        words = phrase.split()
        for begins in (" ".join(words[:number]) for number in range(1, len(words))):
            if not any(begins.startswith(other + " ") for other in commands):
                yield begins


def _dictionary_words() -> list[str]:
    """Return the words of PocketSphinx's dictionary that do not sound like a command of one word."""
    path = Path(pocketsphinx.get_model_path(), "en-us", "cmudict-en-us.dict")
    entries = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
    sounds = {word: sound for word, sound in entries if word.isalpha()}
    taken = {sounds[phrase] for phrase in phrases() if phrase in sounds}
    return [word for word, sound in sounds.items() if sound not in taken and 3 <= len(word) <= 10]  # noqa: PLR2004
