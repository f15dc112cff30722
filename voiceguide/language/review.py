"""A language as a whole: what a correct file may still lack before anybody should rely on it.

`pack.py` refuses files with something missing or misspelt. Here the words are held against what hears them and
against English, where every language begins as a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from voiceguide.core.commands import PAIN_FAMILY, URGENT, Command
from voiceguide.handwritten.problems import Location
from voiceguide.language.pack import LanguagePack
from voiceguide.language.understanding import Understanding

LEAST_PAIN_PHRASES = 2
"""Phrases of each kind of pain that must be heard: when the first is missed, there is another to try."""

_PAUSES = re.compile(r"[.,;:!?()\u2026\u2013\u2014]")


class Vocabulary(Protocol):
    """What is asked of a recogniser."""

    @property
    def name(self) -> str:
        """The engine's name."""
        ...

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Return the phrases that contain words its model does not know."""
        ...


@dataclass(frozen=True)
class Remark:
    """Something to do about a language.

    Attributes:
        where: section and key in its file.
        what: what is wrong.
        remedy: what to do.
        serious: without it the language must not be used.
    """

    where: str
    what: str
    remedy: str
    serious: bool = False

    @property
    def location(self) -> Location:
        """Where that is in the file, if it is about the file."""
        return tuple(self.where.split(": "))

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n    {self.remedy}"


def review(pack: LanguagePack, vocabulary: Vocabulary | None, english: LanguagePack) -> list[Remark]:
    """Return what is to be done about a language; empty when nothing is.

    Args:
        pack: the language.
        vocabulary: the recogniser that will hear it; None leaves its words unjudged.
        english: the English pack.
    """
    remarks = [*_pain(pack, vocabulary), *_lone_commands(pack), *_line_shapes(pack)]
    if vocabulary is not None:
        remarks += _unheard(pack, vocabulary)
    if pack.language != english.language:
        remarks += _untranslated(pack, english)
    return remarks


def lines_of(pack: LanguagePack) -> Iterator[tuple[str, str]]:
    """Yield every sentence of the guide, with section and key."""
    sections: Mapping[str, Mapping[str, tuple[str, ...]]] = {
        "prompts": pack.phrases.prompts,
        "rehearsal: lines": pack.rehearsal.lines.prompts,
        "trial": pack.trial.prompts,
        "standby: lines": pack.standby.lines.prompts,
    }
    for section, prompts in sections.items():
        for key, lines in prompts.items():
            for line in lines:
                yield f"{section}: {key}", line
    for command, name in pack.phrases.names.items():
        for line in pack.phrases.lines("did_you_say", phrase=name):
            yield f"names: {command}", line


def _pain(pack: LanguagePack, vocabulary: Vocabulary | None) -> Iterator[Remark]:
    for command in Command:
        if command not in PAIN_FAMILY:
            continue
        phrases = pack.commands[command]
        unknown = vocabulary.unknown_words(phrases) if vocabulary else []
        heard = [phrase for phrase in phrases if phrase not in unknown]
        if len(heard) < LEAST_PAIN_PHRASES:
            ear = f" that {vocabulary.name} can hear" if vocabulary else ""
            what = f"{len(heard)} phrase{'' if len(heard) == 1 else 's'}{ear}, and it is about pain"
            remedy = f"Give at least {LEAST_PAIN_PHRASES}, made of words that are in the model."
            yield Remark(f"commands: {command}", what, remedy, serious=True)


def _unheard(pack: LanguagePack, vocabulary: Vocabulary) -> Iterator[Remark]:
    for command, phrases in pack.commands.items():
        unknown = vocabulary.unknown_words(phrases)
        if not unknown:
            continue
        none = len(unknown) == len(phrases)
        listed = ", ".join(f'"{phrase}"' for phrase in unknown)
        what = f"{vocabulary.name} does not know every word of {listed}"
        remedy = (
            "It will never be heard: use words that are in the model."
            if none
            else "They are never heard: use other words, or write compounds in parts."
        )
        yield Remark(f"commands: {command}", what, remedy, serious=none and command in URGENT)


def _lone_commands(pack: LanguagePack) -> Iterator[Remark]:
    understanding = Understanding(pack)
    for where, line in lines_of(pack):
        for part in _PAUSES.split(line):
            command = understanding.whole(part)
            if command is not None:
                what = f'"{part.strip()}" stands alone between two pauses and is the command {command}'
                yield Remark(where, what, "The guide could obey itself: put the word into a sentence.")


def _line_shapes(pack: LanguagePack) -> Iterator[Remark]:
    for key in ("in", "out", "halfway", "count_3", "count_2", "count_1"):
        lines = pack.phrases.prompts[key]
        if len(lines) > 1 or len(lines[0].split()) > 2:  # noqa: PLR2004 - a word or two
            remedy = "It is spoken within a breath: one word, two at most."
            yield Remark(f"prompts: {key}", f'"{" ".join(lines)}" is long', remedy)


def _untranslated(pack: LanguagePack, english: LanguagePack) -> Iterator[Remark]:
    theirs = {(where, line) for where, line in lines_of(english)}
    for where, line in lines_of(pack):
        if (where, line) in theirs and re.search(r"\w", re.sub(r"{\w+}", "", line)):
            yield Remark(where, f'"{line}" is still English', "Translate it.", serious=True)
    for command, name in pack.phrases.names.items():
        if name == english.phrases.names[command]:
            yield Remark(f"names: {command}", f'"{name}" is still English', "Translate it.", serious=True)
    for command, phrases in pack.commands.items():
        if set(phrases) <= set(english.commands[command]):
            yield Remark(f"commands: {command}", "its phrases are still English", "Translate them.", serious=True)
