"""What people say, read from a language file: the commands' phrases, fillers, and words about pain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hassil.expression import Sentence

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.handwritten.problems import Location, shown
from voiceguide.handwritten.source import Source
from voiceguide.language.phrasing import Rules, TemplateError, any_of, parse
from voiceguide.language.section import (
    PHRASES,
    TEMPLATES,
    expanded,
    mapping,
    missing,
    optional,
    report,
    strings,
    unknown,
    value,
)
from voiceguide.language.spelling import comparable, normalise

MOST_PATTERNS = 100000
"""Word sequences one template under `pain` may stand for. No recogniser has to listen for them."""

_PAIN_NAMES = [command.value for command in Command if command in PAIN_FAMILY]


@dataclass(frozen=True)
class Fillers:
    """Words that may stand around a phrase and change nothing.

    Attributes:
        before: such as "okay" and "could you".
        after: such as "please" and "for me".
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class PainWords:
    """Words about pain that count anywhere in what is said.

    Attributes:
        words: for each kind of pain, the words that report it.
        no_pain: longer sequences in which such words report nothing: "doesn't hurt", "pain relief".
        misheard: what recognisers write in place of such words, and the words themselves.
    """

    words: Mapping[Command, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    no_pain: tuple[str, ...] = ()
    misheard: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_rules(source: Source) -> Rules:
    """Return what `<name>` stands for in templates. A rule may use those above it."""
    at: Location = ("rules",)
    rules: dict[str, Sentence] = {}
    for name in optional(at, source, "names, each with a template or a list of them"):
        place = (*at, name)
        if not str(name).isidentifier():
            report(source, place, f"{shown(name)} is no name", "Write one word, such as `place`.", key=True)
            continue
        templates = strings(place, source)
        if templates is None:
            report(source, place, "must be a template or a list of them", PHRASES)
            continue
        sentences: list[Sentence] = []
        for where, template in templates.items():
            try:
                sentences.append(parse(template, rules))
            except TemplateError as error:
                report(source, where, error.problem, TEMPLATES)
        if sentences:
            rules[name] = any_of(sentences)
    return MappingProxyType(rules)


def read_commands(source: Source, rules: Rules, fillers: Fillers) -> Mapping[Command, tuple[str, ...]]:
    """Return every command's phrases, the most recommended one first."""
    at: Location = ("commands",)
    section = mapping(at, source, "the phrases of every command")
    names = [command.value for command in Command]
    unknown(at, section, names, source)
    missing(at, section, names if section else (), source)
    commands: dict[Command, tuple[str, ...]] = {}
    owner: dict[str, Command] = {}
    places: dict[str, Location] = {}
    for command in Command:
        if command.value not in section:
            continue
        phrases = expanded((*at, command.value), source, rules)
        for phrase, place in phrases.items():
            # Compared as they are understood, so that no phrase can depend on which command is looked up first.
            other = owner.setdefault(comparable(phrase), command)
            places.setdefault(comparable(phrase), place)
            if other is not command:
                remedy = "A phrase belongs to one command: take it out of one of them."
                report(source, place, f'"{phrase}" belongs to both {other.value} and {command.value}', remedy)
        commands[command] = tuple(phrases)
    _check_fillers(owner, places, fillers, source)
    return MappingProxyType(commands)


def read_fillers(source: Source, rules: Rules) -> Fillers:
    """Return the words that may stand around a phrase."""
    at: Location = ("fillers",)
    section = optional(at, source, "words that may stand before and after a phrase")
    unknown(at, section, ("before", "after"), source)
    before, after = (tuple(expanded((*at, key), source, rules)) if key in section else () for key in ("before", "after"))
    return Fillers(before, after)


def read_pain(source: Source, rules: Rules) -> PainWords:
    """Return the words about pain that count anywhere."""
    at: Location = ("pain",)
    section = optional(at, source, "words about pain that count anywhere")
    unknown(at, section, ("words", "no_pain", "misheard"), source)
    kinds = optional((*at, "words"), source, "the words of each kind of pain")
    unknown((*at, "words"), kinds, _PAIN_NAMES, source)
    words = {
        Command(name): expanded((*at, "words", name), source, rules, MOST_PATTERNS)
        for name in kinds
        if name in _PAIN_NAMES
    }
    no_pain = expanded((*at, "no_pain"), source, rules, MOST_PATTERNS) if "no_pain" in section else {}
    taken = {comparable(phrase) for phrases in words.values() for phrase in phrases}
    for phrase, place in no_pain.items():
        if comparable(phrase) in taken:
            remedy = "Take it out of one of them: what reports no pain must be longer than the words of pain in it."
            report(source, place, f'"{phrase}" is both under words and under no_pain', remedy)
    return PainWords(
        MappingProxyType({command: tuple(phrases) for command, phrases in words.items()}),
        tuple(no_pain),
        _misheard((*at, "misheard"), source),
    )


def read_not_stop(source: Source, rules: Rules) -> tuple[str, ...]:
    """Return word sequences in which a word for "stop" does not ask for it."""
    at: Location = ("not_stop",)
    return () if value(at, source) is None else tuple(expanded(at, source, rules, MOST_PATTERNS))


def read_decoys(commands: Mapping[Command, tuple[str, ...]], source: Source) -> tuple[str, ...]:
    """Return everyday words that are no commands."""
    if not value(("decoys",), source):
        return ()
    decoys = expanded(("decoys",), source)
    taken = {phrase for phrases in commands.values() for phrase in phrases}
    for decoy, place in decoys.items():
        if decoy in taken:
            report(source, place, f'"{decoy}" is a command', "Take it out: a decoy would be heard in its place.")
    return tuple(decoys)


def _misheard(at: Location, source: Source) -> Mapping[str, str]:
    misheard: dict[str, str] = {}
    for written, meant in optional(at, source, "what is written in place of words about pain").items():
        if isinstance(meant, str) and normalise(meant) and normalise(str(written)):
            misheard[normalise(str(written))] = normalise(meant)
        else:
            report(source, (*at, written), "must be the words that are meant", 'For example: `"it hertz": "it hurts"`.')
    return MappingProxyType(misheard)


def _check_fillers(
    owner: Mapping[str, Command], places: Mapping[str, Location], fillers: Fillers, source: Source
) -> None:
    """Report a phrase that is another command's phrase with a filler: it would hang on which is tried first."""
    for phrase, command in owner.items():
        rests = [phrase[len(comparable(one)) + 1 :] for one in fillers.before if phrase.startswith(f"{comparable(one)} ")]
        rests += [phrase[: -len(comparable(one)) - 1] for one in fillers.after if phrase.endswith(f" {comparable(one)}")]
        for rest in rests:
            other = owner.get(rest, command)
            if other is not command:
                what = f'"{phrase}" is "{rest}" of {other.value} with a filler'
                report(source, places[phrase], what, "Take out the phrase or the filler.")
