"""One language: the phrases of each command and the guide's own sentences, read from a file and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

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
from voiceguide.language.templates import TemplateError, expand

LOCALES = Path(__file__).with_name("locales")
"""Where the language files are."""

_SECTIONS = ("language", "name", "commands", "prompts", "names", "rehearsal", "trial", "standby", "decoys")
_SENTENCES = "Write a sentence in quotes, or a list of them."
_PHRASES = 'Write a phrase in quotes, or a list of them: ["pause", "wait [a moment]"].'
_AS_IN_ENGLISH = "Take over what stands there in locales/en.yaml, and translate it."
_NOT_A_WORD = re.compile(r"[^\w' ]|_")
_LONE_APOSTROPHE = re.compile(r"(?<!\w)'|'(?!\w)")


def normalise(text: str) -> str:
    """Return text as phrases are written: lower case, no punctuation, single spaces.

    An apostrophe within a word stays ("what's"): recognisers know the word by it.
    """
    text = _NOT_A_WORD.sub(" ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join(_LONE_APOSTROPHE.sub(" ", text).split())


def comparable(text: str) -> str:
    """Return what two spellings of the same words have in common: "What's next?" and "whats next"."""
    return normalise(text).replace("'", "")


@dataclass(frozen=True)
class LanguagePack:
    """What is said in one language. Normalised text throughout, except in `phrases`.

    Attributes:
        language: language code, such as "en".
        name: the language's name for people.
        phrases: the guide's own sentences.
        commands: every command's phrases, the most recommended one first.
        decoys: words that are no commands, for a recogniser to prefer over a command they sound like.
        rehearsal: which words are rehearsed, and what is said there.
        trial: what doctor says when it tries whether it hears them.
        standby: how a session is asked for, and what is said while none runs.
    """

    language: str
    name: str
    phrases: Phrases
    commands: Mapping[Command, tuple[str, ...]]
    decoys: tuple[str, ...]
    rehearsal: RehearsalTexts
    trial: Phrases
    standby: StandbyTexts

    def spoken_words(self) -> tuple[str, ...]:
        """Return the words of the guide's own sentences, each once, in alphabetical order."""
        lines = [line for lines in self.phrases.prompts.values() for line in lines]
        lines += self.phrases.names.values()
        texts = ("".join(part for part, *_ in Formatter().parse(line)) for line in lines)
        return tuple(sorted({word for text in texts for word in normalise(text).split()}))

    def phrases_for(self, commands: Iterable[Command]) -> tuple[str, ...]:
        """Return what a recogniser should expect: these commands' phrases and always the pain family's."""
        wanted = PAIN_FAMILY | frozenset(commands)
        return tuple(phrase for command in Command if command in wanted for phrase in self.commands[command])


def available_languages() -> list[str]:
    """Return the codes of the languages that can be loaded."""
    return sorted(path.stem for path in LOCALES.glob("*.yaml"))


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
        source.report_at((), f"the file must hold the sections {', '.join(_SECTIONS)}", _AS_IN_ENGLISH)
        return None
    _unknown((), data, _SECTIONS, source)
    language = _text("language", "en", source)
    name = _text("name", "English", source)
    commands = _commands(source)
    prompts = _prompts(("prompts",), PROMPTS, source)
    return LanguagePack(
        language=language,
        name=name,
        phrases=Phrases(language=language, prompts=prompts, names=_names(source)),
        commands=MappingProxyType(commands),
        decoys=_decoys(commands, source),
        rehearsal=_rehearsal(language, commands, source),
        trial=Phrases(language=language, prompts=_prompts(("trial",), TRIAL_LINES, source)),
        standby=_standby(language, source),
    )


def _report(source: Source, at: Location, what: str, remedy: str, *, key: bool = False) -> None:
    """Add a problem, told with section and key: "prompts: hello: ..."."""
    where = ": ".join(part for part in (at[:-1] if key else at) if isinstance(part, str))
    source.report_at(at, f"{where}: {what}" if where else what, remedy, key=key)


def _value(at: Location, source: Source) -> Any:
    value: Any = source.data
    for part in at:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(key: str, example: str, source: Source) -> str:
    value = _value((key,), source)
    if not isinstance(value, str) or not value.strip():
        _report(source, (key,), "must be a text", f"For example: `{key}: {example}`.")
        return ""
    return value


def _strings(at: Location, source: Source) -> dict[Location, str] | None:
    """Return a text or a non-empty list of texts, each with its place; None for anything else."""
    value = _value(at, source)
    several = isinstance(value, list)
    values = {(*at, number): item for number, item in enumerate(value)} if several else {at: value}
    right = values and all(isinstance(item, str) and item.strip() for item in values.values())
    return values if right else None


def _mapping(at: Location, source: Source, what: str) -> dict[str, Any]:
    """Return a section; an empty one, and a problem, when it is missing or something else."""
    value = _value(at, source)
    if isinstance(value, dict):
        return value
    _report(source, at, f"must give {what}", _AS_IN_ENGLISH)
    return {}


def _unknown(at: Location, given: Iterable[str], known: Iterable[str], source: Source) -> None:
    names = list(known)
    for key in given:
        if key not in names:
            close = get_close_matches(key, names, n=1)
            remedy = f"Did you mean {close[0]}?" if close else "Take it out: nothing asks for it."
            _report(source, (*at, key), f"{shown(key)} is not known", remedy, key=True)


def _missing(at: Location, given: Iterable[str], known: Iterable[str], source: Source) -> None:
    there = set(given)
    for key in known:
        if key not in there:
            _report(source, at, f"{shown(key)} is missing", _AS_IN_ENGLISH)


def _commands(source: Source) -> dict[Command, tuple[str, ...]]:
    at: Location = ("commands",)
    section = _mapping(at, source, "the phrases of every command")
    names = [command.value for command in Command]
    _unknown(at, section, names, source)
    _missing(at, section, names if section else (), source)
    commands: dict[Command, tuple[str, ...]] = {}
    owner: dict[str, Command] = {}
    for command in Command:
        if command.value not in section:
            continue
        phrases = _expanded((*at, command.value), source)
        for phrase, place in phrases.items():
            # Compared as the matcher does, so that no phrase can depend on which command is looked up first.
            other = owner.setdefault(comparable(phrase), command)
            if other is not command:
                remedy = "A phrase belongs to one command: take it out of one of them."
                _report(source, place, f'"{phrase}" belongs to both {other.value} and {command.value}', remedy)
        commands[command] = tuple(phrases)
    return commands


def _names(source: Source) -> Mapping[Command, str]:
    at: Location = ("names",)
    section = _mapping(at, source, "the name of every command that may be asked about")
    known = [command.value for command in Command if command in ASKED_BY_NAME]
    _unknown(at, section, known, source)
    _missing(at, section, known if section else (), source)
    names: dict[Command, str] = {}
    for name in known:
        if name not in section:
            continue
        if isinstance(section[name], str) and normalise(section[name]):
            names[Command(name)] = section[name]
        else:
            _report(source, (*at, name), "must be a phrase", 'Write a phrase in quotes: "next side".')
    return MappingProxyType(names)


def _expanded(at: Location, source: Source) -> dict[str, Location]:
    """Return the phrases that the templates at a place stand for, each with its place."""
    templates = _strings(at, source)
    if templates is None:
        _report(source, at, "must be a phrase or a list of phrases", _PHRASES)
        return {}
    phrases: dict[str, Location] = {}
    for place, template in templates.items():
        try:
            expanded = [normalise(phrase) for phrase in expand(template)]
        except TemplateError as error:
            _report(source, place, error.problem, "`[x]` may be left out, `(a|b)` is either.")
            continue
        if "" in expanded:
            _report(source, place, "there is a phrase without any word", _PHRASES)
        phrases |= {phrase: place for phrase in expanded if phrase not in phrases}
    return phrases


def _decoys(commands: Mapping[Command, tuple[str, ...]], source: Source) -> tuple[str, ...]:
    if not _value(("decoys",), source):
        return ()
    decoys = _expanded(("decoys",), source)
    taken = {phrase for phrases in commands.values() for phrase in phrases}
    for decoy, place in decoys.items():
        if decoy in taken:
            _report(source, place, f'"{decoy}" is a command', "Take it out: a decoy would be heard in its place.")
    return tuple(decoys)


def _rehearsal(language: str, commands: Mapping[Command, tuple[str, ...]], source: Source) -> RehearsalTexts:
    at: Location = ("rehearsal",)
    given = _mapping(at, source, "the words that are rehearsed and what is said there")
    _unknown(at, given, ("words", "instead", "lines"), source)
    words, instead = (_rehearsed((*at, key), commands, source) for key in ("words", "instead"))
    if given and not words:
        what = "must give the phrase to rehearse for at least one command"
        _report(source, (*at, "words"), what, _AS_IN_ENGLISH)
    lines = _prompts((*at, "lines"), REHEARSAL_LINES, source) if given else {}
    return RehearsalTexts(
        MappingProxyType(words), MappingProxyType(instead), Phrases(language=language, prompts=lines)
    )


def _standby(language: str, source: Source) -> StandbyTexts:
    at: Location = ("standby",)
    given = _mapping(at, source, "how a session is asked for, and what is said while none runs")
    _unknown(at, given, ("start_by_name", "lines"), source)
    templates = _strings((*at, "start_by_name"), source) or {}
    if given and (not templates or any(template.count("{name}") != 1 for template in templates.values())):
        remedy = 'For example: start_by_name: ["start {name}"].'
        _report(source, (*at, "start_by_name"), "must be phrases, each with {name} once", remedy)
        templates = {}
    lines = _prompts((*at, "lines"), STANDBY_LINES, source) if given else {}
    return StandbyTexts(tuple(templates.values()), Phrases(language=language, prompts=lines))


def _rehearsed(at: Location, commands: Mapping[Command, tuple[str, ...]], source: Source) -> dict[Command, str]:
    words: dict[Command, str] = {}
    section = _value(at, source)
    for name, phrase in (section if isinstance(section, dict) else {}).items():
        known = commands.get(Command(name), ()) if name in list(Command) else ()
        if isinstance(phrase, str) and normalise(phrase) in known:
            words[Command(name)] = phrase
        else:
            remedy = "Write one of its phrases, or add this one under `commands`."
            _report(source, (*at, name), f'{shown(phrase)} is no phrase of the command "{name}"', remedy)
    return words


def _prompts(
    at: Location, known: Mapping[str, frozenset[str]], source: Source
) -> MappingProxyType[str, tuple[str, ...]]:
    section = _mapping(at, source, "the guide's sentences")
    _unknown(at, section, known, source)
    _missing(at, section, known if section else (), source)
    prompts: dict[str, tuple[str, ...]] = {}
    for key, blanks in known.items():
        if key not in section:
            continue
        lines = _strings((*at, key), source)
        if lines is None:
            _report(source, (*at, key), "must be a sentence or a list of sentences", _SENTENCES)
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
            _report(source, place, f"{shown(line)}: {error}", "A brace must be closed, and holds a name.")
            return
        for name in sorted(names - allowed):
            _report(source, place, f"{{{name}}} is not filled here", filled or "Say it in words.")
        used |= names
    for name in sorted(allowed - used):
        _report(source, at, f"{{{name}}} is missing", "Put it where the language wants it.")
