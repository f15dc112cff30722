"""One language: the phrases of each command and the guide's own sentences, read from a file and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from voiceguide.core.commands import ASKED_BY_NAME, PAIN_FAMILY, Command
from voiceguide.core.phrases import PROMPTS, Phrases
from voiceguide.core.rehearsal import LINES as REHEARSAL_LINES
from voiceguide.core.rehearsal import RehearsalTexts
from voiceguide.core.standby import LINES as STANDBY_LINES
from voiceguide.core.standby import StandbyTexts
from voiceguide.core.trial import LINES as TRIAL_LINES
from voiceguide.errors import LanguageError
from voiceguide.handwritten.problems import Location, shown
from voiceguide.handwritten.source import Source, read_source
from voiceguide.language.patterns import Pattern
from voiceguide.language.phrasing import Rules
from voiceguide.language.said import (
    Fillers,
    PainWords,
    Spelling,
    read_also,
    read_commands,
    read_decoys,
    read_fillers,
    read_not_stop,
    read_pain,
    read_rules,
    read_spelling,
)
from voiceguide.language.section import AS_IN_ENGLISH, mapping, missing, report, strings, text, unknown, value
from voiceguide.language.spelling import comparable, normalise

__all__ = [
    "LOCALES",
    "Fillers",
    "LanguagePack",
    "PainWords",
    "available_languages",
    "comparable",
    "load_language",
    "normalise",
    "read_language",
]

LOCALES = Path(__file__).with_name("locales")
"""Where the language files are."""

_SECTIONS = (
    *("language", "name", "rules", "contractions", "commands", "also", "fillers", "pain", "not_stop", "decoys"),
    *("prompts", "names", "rehearsal", "trial", "standby"),
)
_SENTENCES = "Write a sentence in quotes, or a list of them."


@dataclass(frozen=True)
class LanguagePack:
    """What is said in one language. Normalised text throughout, except in `phrases`.

    Attributes:
        language: language code, such as "en".
        name: the language's name for people.
        phrases: the guide's own sentences.
        commands: every command's phrases, the most recommended one first.
        rules: what `<name>` stands for in the patterns.
        also: what else people say for them; nobody listens for it word by word, but it is understood.
        fillers: words that may stand around any phrase.
        pain: words about pain that count anywhere in what is said.
        not_stop: patterns in which a word for "stop" does not ask for it.
        spelling: how words are compared.
        decoys: words that are no commands, for a recogniser to prefer over a command they sound like.
        rehearsal: which words are rehearsed, and what is said there.
        trial: what doctor says when it tries whether it hears them.
        standby: how a session is asked for, and what is said while none runs.
    """

    language: str
    name: str
    phrases: Phrases
    commands: Mapping[Command, tuple[str, ...]]
    rules: Rules = field(compare=False)  # hassil's trees lead back to themselves
    also: Mapping[Command, tuple[Pattern, ...]]
    fillers: Fillers
    pain: PainWords
    not_stop: tuple[Pattern, ...]
    spelling: Spelling
    decoys: tuple[str, ...]
    rehearsal: RehearsalTexts
    trial: Phrases
    standby: StandbyTexts

    def spoken_words(self) -> tuple[str, ...]:
        """Return the words of the guide's own sentences, each once, in alphabetical order."""
        lines = (line for lines in self.phrases.prompts.values() for line in lines)
        texts = ("".join(part for part, *_ in Formatter().parse(line)) for line in lines)
        return tuple(sorted({word for text in texts for word in normalise(text).split()}))

    def phrases_for(self, commands: Iterable[Command]) -> tuple[str, ...]:
        """Return what a recogniser should expect: these commands' phrases and always the pain family's."""
        wanted = PAIN_FAMILY | frozenset(commands)
        return tuple(phrase for command in Command if command in wanted for phrase in self.commands[command])


def available_languages() -> list[str]:
    """Return the codes of the languages that can be loaded."""
    return sorted(path.stem for path in LOCALES.glob("*.yaml"))


@cache
def load_language(code: str) -> LanguagePack:
    """Read and check one of the shipped languages.

    Raises:
        LanguageError: there is no such language, or its file is wrong; the message names every mistake's line.
    """
    if code not in available_languages():
        raise LanguageError(f'there is no language "{code}"; there are: {", ".join(available_languages())}')
    return read_language(LOCALES / f"{code}.yaml")


def read_language(path: Path) -> LanguagePack:
    """Read and check a language file; its format is explained in `locales/en.yaml`.

    Raises:
        LanguageError: the file is wrong; the message names each mistake with its line.
    """
    source = read_source(path)
    pack = _pack(source) if source.places else None
    if pack is None or source.problems:
        listed = "\n".join(map(str, sorted(set(source.problems))))
        raise LanguageError(f"{path} cannot be used as a language.\n{listed}")
    return pack


def _pack(source: Source) -> LanguagePack | None:
    data = source.data
    if not isinstance(data, dict):
        source.report_at((), f"the file must hold the sections {', '.join(_SECTIONS)}", AS_IN_ENGLISH)
        return None
    unknown((), data, _SECTIONS, source)
    language = text("language", "en", source)
    name = text("name", "English", source)
    rules = read_rules(source)
    spelling = read_spelling(source)
    fillers = read_fillers(source, rules)
    commands = read_commands(source, rules, fillers, spelling)
    prompts = _prompts(("prompts",), PROMPTS, source)
    return LanguagePack(
        language=language,
        name=name,
        phrases=Phrases(language=language, prompts=prompts, names=_names(source)),
        commands=commands,
        rules=rules,
        also=read_also(source, rules, spelling),
        fillers=fillers,
        pain=read_pain(source, rules, spelling),
        not_stop=read_not_stop(source, rules, spelling),
        spelling=spelling,
        decoys=read_decoys(commands, source),
        rehearsal=_rehearsal(language, commands, source),
        trial=Phrases(language=language, prompts=_prompts(("trial",), TRIAL_LINES, source)),
        standby=_standby(language, source),
    )


def _names(source: Source) -> Mapping[Command, str]:
    at: Location = ("names",)
    section = mapping(at, source, "the name of every command that may be asked about")
    known = [command.value for command in Command if command in ASKED_BY_NAME]
    unknown(at, section, known, source)
    missing(at, section, known if section else (), source)
    names: dict[Command, str] = {}
    for name in known:
        if name not in section:
            continue
        if isinstance(section[name], str) and normalise(section[name]):
            names[Command(name)] = section[name]
        else:
            report(source, (*at, name), "must be a phrase", 'Write a phrase in quotes: "next side".')
    return MappingProxyType(names)


def _rehearsal(language: str, commands: Mapping[Command, tuple[str, ...]], source: Source) -> RehearsalTexts:
    at: Location = ("rehearsal",)
    given = mapping(at, source, "the words that are rehearsed and what is said there")
    unknown(at, given, ("words", "instead", "lines"), source)
    words, instead = (_rehearsed((*at, key), commands, source) for key in ("words", "instead"))
    if given and not words:
        what = "must give the phrase to rehearse for at least one command"
        report(source, (*at, "words"), what, AS_IN_ENGLISH)
    lines = _prompts((*at, "lines"), REHEARSAL_LINES, source) if given else {}
    return RehearsalTexts(
        MappingProxyType(words), MappingProxyType(instead), Phrases(language=language, prompts=lines)
    )


def _standby(language: str, source: Source) -> StandbyTexts:
    at: Location = ("standby",)
    given = mapping(at, source, "how a session is asked for, and what is said while none runs")
    unknown(at, given, ("start_by_name", "lines"), source)
    templates = strings((*at, "start_by_name"), source) or {}
    if given and (not templates or any(template.count("{name}") != 1 for template in templates.values())):
        remedy = 'For example: start_by_name: ["start {name}"].'
        report(source, (*at, "start_by_name"), "must be phrases, each with {name} once", remedy)
        templates = {}
    lines = _prompts((*at, "lines"), STANDBY_LINES, source) if given else {}
    return StandbyTexts(tuple(templates.values()), Phrases(language=language, prompts=lines))


def _rehearsed(at: Location, commands: Mapping[Command, tuple[str, ...]], source: Source) -> dict[Command, str]:
    words: dict[Command, str] = {}
    section = value(at, source)
    for name, phrase in (section if isinstance(section, dict) else {}).items():
        known = commands.get(Command(name), ()) if name in list(Command) else ()
        if isinstance(phrase, str) and normalise(phrase) in known:
            words[Command(name)] = phrase
        else:
            remedy = "Write one of its phrases, or add this one under `commands`."
            report(source, (*at, name), f'{shown(phrase)} is no phrase of the command "{name}"', remedy)
    return words


def _prompts(
    at: Location, known: Mapping[str, frozenset[str]], source: Source
) -> MappingProxyType[str, tuple[str, ...]]:
    section = mapping(at, source, "the guide's sentences")
    unknown(at, section, known, source)
    missing(at, section, known if section else (), source)
    prompts: dict[str, tuple[str, ...]] = {}
    for key, blanks in known.items():
        if key not in section:
            continue
        lines = strings((*at, key), source)
        if lines is None:
            report(source, (*at, key), "must be a sentence or a list of sentences", _SENTENCES)
            continue
        _check_blanks((*at, key), lines, blanks, source)
        prompts[key] = tuple(lines.values())
    return MappingProxyType(prompts)


def _check_blanks(at: Location, lines: Mapping[Location, str], allowed: frozenset[str], source: Source) -> None:
    used: set[str] = set()
    filled = f"It is filled in here: {', '.join(f'{{{name}}}' for name in sorted(allowed))}." if allowed else ""
    for place, line in lines.items():
        try:
            names = {name for _, name, _, _ in Formatter().parse(line) if name is not None}
        except ValueError as error:
            report(source, place, f"{shown(line)}: {error}", "A brace must be closed, and holds a name.")
            return
        for name in sorted(names - allowed):
            report(source, place, f"{{{name}}} is not filled here", filled or "Say it in words.")
        used |= names
    for name in sorted(allowed - used):
        report(source, at, f"{{{name}}} is missing", "Put it where the language wants it.")
