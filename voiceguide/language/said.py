"""What people say, read from a language file: the commands' phrases, fillers, and words about pain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hassil.expression import Sentence

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.handwritten.problems import Location, shown
from voiceguide.handwritten.source import Source
from voiceguide.language.patterns import Pattern, pattern
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
from voiceguide.language.spelling import Words, plain, replaced

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

    words: Mapping[Command, tuple[Pattern, ...]] = field(default_factory=lambda: MappingProxyType({}))
    no_pain: tuple[Pattern, ...] = ()
    misheard: Mapping[Words, Words] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Spelling:
    """How words are compared in one language.

    Attributes:
        contractions: longer forms, and the contractions that mean the same.
    """

    contractions: Mapping[Words, Words] = field(default_factory=lambda: MappingProxyType({}))

    def words(self, text: str) -> Words:
        """Return the words of a text as they are compared: "It is sharp!" and "its sharp" are the same."""
        return replaced(plain(text), self.contractions)


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


def read_spelling(source: Source) -> Spelling:
    """Return how words are compared."""
    return Spelling(_same(("contractions",), source, '"it is": "it\'s"'))


def read_commands(
    source: Source, rules: Rules, fillers: Fillers, spelling: Spelling
) -> Mapping[Command, tuple[str, ...]]:
    """Return every command's phrases, the most recommended one first."""
    at: Location = ("commands",)
    section = mapping(at, source, "the phrases of every command")
    names = [command.value for command in Command]
    unknown(at, section, names, source)
    missing(at, section, names if section else (), source)
    commands: dict[Command, tuple[str, ...]] = {}
    owner: dict[Words, tuple[Command, Location]] = {}
    for command in Command:
        if command.value not in section:
            continue
        phrases = expanded((*at, command.value), source, rules)
        for phrase, place in phrases.items():
            # Compared as they are understood, so that no phrase can depend on which command is looked up first.
            other, _ = owner.setdefault(spelling.words(phrase), (command, place))
            if other is not command:
                remedy = "A phrase belongs to one command: take it out of one of them."
                report(source, place, f'"{phrase}" belongs to both {other.value} and {command.value}', remedy)
        commands[command] = tuple(phrases)
    _check_fillers(owner, fillers, spelling, source)
    return MappingProxyType(commands)


def read_also(source: Source, rules: Rules, spelling: Spelling) -> Mapping[Command, tuple[Pattern, ...]]:
    """Return what else people say for the commands, which is understood but not listened for word by word."""
    at: Location = ("also",)
    section = optional(at, source, "more phrasings of the commands")
    names = [command.value for command in Command if command not in PAIN_FAMILY]
    unknown(at, section, names, source)
    return MappingProxyType(
        {Command(name): _patterns((*at, name), source, rules, spelling) for name in section if name in names}
    )


def read_fillers(source: Source, rules: Rules) -> Fillers:
    """Return the words that may stand around a phrase."""
    at: Location = ("fillers",)
    section = optional(at, source, "words that may stand before and after a phrase")
    unknown(at, section, ("before", "after"), source)
    return Fillers(
        *(tuple(expanded((*at, key), source, rules)) if key in section else () for key in ("before", "after"))
    )


def read_pain(source: Source, rules: Rules, spelling: Spelling) -> PainWords:
    """Return the words about pain that count anywhere."""
    at: Location = ("pain",)
    section = optional(at, source, "words about pain that count anywhere")
    unknown(at, section, ("words", "no_pain", "misheard"), source)
    kinds = optional((*at, "words"), source, "the words of each kind of pain")
    unknown((*at, "words"), kinds, _PAIN_NAMES, source)
    words = {
        Command(name): _patterns((*at, "words", name), source, rules, spelling)
        for name in kinds
        if name in _PAIN_NAMES
    }
    no_pain = _patterns((*at, "no_pain"), source, rules, spelling) if "no_pain" in section else ()
    misheard = _same((*at, "misheard"), source, '"it hertz": "it hurts"')
    return PainWords(MappingProxyType(words), no_pain, misheard)


def read_not_stop(source: Source, rules: Rules, spelling: Spelling) -> tuple[Pattern, ...]:
    """Return the patterns in which a word for "stop" does not ask for it."""
    at: Location = ("not_stop",)
    return () if value(at, source) is None else _patterns(at, source, rules, spelling)


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


def _patterns(at: Location, source: Source, rules: Rules, spelling: Spelling) -> tuple[Pattern, ...]:
    templates = strings(at, source)
    if templates is None:
        report(source, at, "must be a phrase or a list of phrases", PHRASES)
        return ()
    found: list[Pattern] = []
    for place, template in templates.items():
        try:
            found.append(pattern(template, rules, spelling.words))
        except TemplateError as error:
            report(source, place, error.problem, TEMPLATES)
    return tuple(found)


def _same(at: Location, source: Source, example: str) -> Mapping[Words, Words]:
    same: dict[Words, Words] = {}
    for written, meant in optional(at, source, "words, and the words that are meant").items():
        if isinstance(meant, str) and plain(meant) and plain(str(written)):
            same[plain(str(written))] = plain(meant)
        else:
            report(source, (*at, written), "must be the words that are meant", f"For example: `{example}`.")
    return MappingProxyType(same)


def _check_fillers(
    owner: Mapping[Words, tuple[Command, Location]], fillers: Fillers, spelling: Spelling, source: Source
) -> None:
    """Report a phrase that is another command's phrase with a filler: it would hang on which is tried first."""
    before, after = ({spelling.words(one) for one in words} for words in (fillers.before, fillers.after))
    for words, (command, place) in owner.items():
        rests = [words[cut:] for cut in range(1, len(words)) if words[:cut] in before]
        rests += [words[:cut] for cut in range(1, len(words)) if words[cut:] in after]
        for rest in rests:
            other, _ = owner.get(rest, (command, place))
            if other is not command:
                what = (
                    f'"{" ".join(words)}" of {command.value} is "{" ".join(rest)}" of {other.value} with a filler'
                )
                report(source, place, what, "Take out the phrase or the filler.")
