"""What is said in training: the commands' phrases, and what must not be taken for them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.language.pack import load_language, normalise

LANGUAGE = "en"
NEGATIVES = Path(__file__).with_name("negatives.yaml")


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


def negatives() -> list[str]:
    """Return words and sentences that are no command, each once."""
    data = yaml.safe_load(NEGATIVES.read_text(encoding="utf-8"))
    pack = load_language(LANGUAGE)
    commands = phrases()
    urgent = [phrase for phrase, command in commands.items() if command in PAIN_FAMILY | {Command.STOP}]
    holds_urgent = re.compile(r"\b(" + "|".join(map(re.escape, urgent)) + r")\b")
    prompts = [normalise(line.split("{")[0]) for lines in pack.phrases.prompts.values() for line in lines]
    texts = [normalise(text) for text in (*data["near"], *data["talk"], *pack.decoys, *prompts)]
    # A sentence may hold "back" or "no", as all talk does; the safety words are left to be heard anywhere.
    return [
        text for text in dict.fromkeys(texts) if text and text not in commands and not holds_urgent.search(text)
    ]


def beginnings() -> frozenset[Command]:
    """Return the commands of which a phrase is the beginning of another command's phrase."""
    said = phrases()
    return frozenset(
        command
        for phrase, command in said.items()
        if any(other.startswith(phrase + " ") and said[other] is not command for other in said)
    )
