"""What is said in training: the commands' phrases, what must not be taken for them, and the guide's own lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import yaml

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.script import everything_said
from voiceguide.language.pack import load_language, normalise
from voiceguide.routine.load import load_routine

LANGUAGE = "en"
NEGATIVES = Path(__file__).with_name("negatives.yaml")
ROUTINES = Path("routines")
SAFETY = PAIN_FAMILY | {Command.STOP}


@cache
def phrases() -> dict[str, Command]:
    """Return every phrase and its command."""
    return {phrase: command for command, said in load_language(LANGUAGE).commands.items() for phrase in said}


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
    return no_commands([*data["near"], *data["talk"], *pack.decoys, *prompts, *_parts()])


def no_commands(texts: Iterable[str]) -> list[str]:
    """Return texts, without capitals and punctuation, that are no command and hold no word of safety."""
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
