"""One language: the phrases of each command and the guide's own sentences, read from a file and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

import yaml

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.phrases import PROMPTS, Phrases
from voiceguide.core.rehearsal import LINES as REHEARSAL_LINES
from voiceguide.core.rehearsal import RehearsalTexts
from voiceguide.core.standby import LINES as STANDBY_LINES
from voiceguide.core.standby import StandbyTexts
from voiceguide.core.trial import LINES as TRIAL_LINES
from voiceguide.errors import LanguageError
from voiceguide.language.templates import TemplateError, expand

LOCALES = Path(__file__).with_name("locales")
"""Where the language files are."""

_SECTIONS = ("language", "name", "commands", "prompts", "rehearsal", "trial", "standby", "decoys")
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


def load_language(code: str) -> LanguagePack:
    """Read and check one of the shipped languages.

    Raises:
        LanguageError: there is no such language, or its file is wrong; the message lists everything that is.
    """
    if code not in available_languages():
        raise LanguageError(f'there is no language "{code}"; there are: {", ".join(available_languages())}')
    return read_language(LOCALES / f"{code}.yaml")


def read_language(path: Path) -> LanguagePack:
    """Read and check a language file; its format is explained in `locales/en.yaml`.

    Raises:
        LanguageError: the file is wrong; the message lists everything that is.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LanguageError(f"{path}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise LanguageError(f"{path}: must hold the sections {', '.join(_SECTIONS)}")
    problems = [
        f'unknown section "{key}"; there are: {", ".join(_SECTIONS)}' for key in data if key not in _SECTIONS
    ]
    language = _text(data, "language", problems)
    name = _text(data, "name", problems)
    commands = _commands(data.get("commands"), problems)
    prompts = _prompts("prompts", data.get("prompts"), PROMPTS, problems)
    rehearsal = _rehearsal(data.get("rehearsal"), language, commands, problems)
    trial = _prompts("trial", data.get("trial"), TRIAL_LINES, problems)
    standby = _standby(data.get("standby"), language, problems)
    decoys = _decoys(data.get("decoys", []), commands, problems)
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise LanguageError(f"{path}: {len(problems)} to correct:\n{listed}")
    return LanguagePack(
        language=language,
        name=name,
        phrases=Phrases(language=language, prompts=MappingProxyType(prompts)),
        commands=MappingProxyType(commands),
        decoys=decoys,
        rehearsal=rehearsal,
        trial=Phrases(language=language, prompts=MappingProxyType(trial)),
        standby=standby,
    )


def _text(data: dict[Any, Any], key: str, problems: list[str]) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        problems.append(f'"{key}" must be a text')
        return ""
    return value


def _strings(value: object) -> list[str] | None:
    """Return a text or a non-empty list of texts as a list; None for anything else."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values:
        return None
    return values if all(isinstance(item, str) and item.strip() for item in values) else None


def _unknown_and_missing(section: str, given: dict[Any, Any], known: Iterable[str]) -> list[str]:
    names = list(known)
    unknown = [
        f'{section}: write "yes" and "no" in quotes; YAML reads them as true and false without'
        if isinstance(key, bool)
        else f'{section}: unknown "{key}"'
        for key in given
        if key not in names
    ]
    return unknown + [f'{section}: "{key}" is missing' for key in names if key not in given]


def _commands(section: object, problems: list[str]) -> dict[Command, tuple[str, ...]]:
    if not isinstance(section, dict):
        problems.append('"commands" must give the phrases of every command')
        return {}
    problems += _unknown_and_missing("commands", section, [command.value for command in Command])
    commands: dict[Command, tuple[str, ...]] = {}
    owner: dict[str, Command] = {}
    for command in Command:
        if command.value not in section:
            continue
        phrases = dict.fromkeys(_expanded(f"commands: {command.value}", section[command.value], problems))
        for phrase in phrases:
            # Compared as the matcher does, so that no phrase can depend on which command is looked up first.
            other = owner.setdefault(comparable(phrase), command)
            if other is not command:
                problems.append(f'commands: "{phrase}" belongs to both {other.value} and {command.value}')
        commands[command] = tuple(phrases)
    return commands


def _expanded(where: str, value: object, problems: list[str]) -> list[str]:
    templates = _strings(value)
    if templates is None:
        problems.append(f"{where}: must be a phrase or a list of phrases")
        return []
    phrases: list[str] = []
    for template in templates:
        try:
            phrases += [normalise(phrase) for phrase in expand(template)]
        except TemplateError as error:
            problems.append(f"{where}: {error}")
    if "" in phrases:
        problems.append(f"{where}: a phrase without any word")
    return phrases


def _decoys(section: object, commands: dict[Command, tuple[str, ...]], problems: list[str]) -> tuple[str, ...]:
    if section == []:
        return ()
    decoys = dict.fromkeys(_expanded("decoys", section, problems))
    taken = {phrase for phrases in commands.values() for phrase in phrases}
    problems += [f'decoys: "{decoy}" is a command' for decoy in decoys if decoy in taken]
    return tuple(decoys)


def _rehearsal(
    section: object, language: str, commands: Mapping[Command, tuple[str, ...]], problems: list[str]
) -> RehearsalTexts:
    given = section if isinstance(section, dict) else {}
    words, instead = (_rehearsed(key, given.get(key), commands, problems) for key in ("words", "instead"))
    if not words:
        problems.append("rehearsal: words: must give the phrase to rehearse for at least one command")
    problems += [f'rehearsal: unknown "{key}"' for key in given if key not in ("words", "instead", "lines")]
    lines = _prompts("rehearsal: lines", given.get("lines"), REHEARSAL_LINES, problems)
    phrases = Phrases(language=language, prompts=MappingProxyType(lines))
    return RehearsalTexts(MappingProxyType(words), MappingProxyType(instead), phrases)


def _standby(section: object, language: str, problems: list[str]) -> StandbyTexts:
    given = section if isinstance(section, dict) else {}
    problems += [f'standby: unknown "{key}"' for key in given if key not in ("start_by_name", "lines")]
    templates = _strings(given.get("start_by_name")) or []
    if not templates or any(template.count("{name}") != 1 for template in templates):
        problems.append("standby: start_by_name: must be phrases, each with {name} once")
        templates = []
    lines = _prompts("standby: lines", given.get("lines"), STANDBY_LINES, problems)
    return StandbyTexts(tuple(templates), Phrases(language=language, prompts=MappingProxyType(lines)))


def _rehearsed(
    key: str, section: object, commands: Mapping[Command, tuple[str, ...]], problems: list[str]
) -> dict[Command, str]:
    words: dict[Command, str] = {}
    for name, phrase in (section if isinstance(section, dict) else {}).items():
        known = commands.get(Command(name), ()) if name in list(Command) else ()
        if isinstance(phrase, str) and normalise(phrase) in known:
            words[Command(name)] = phrase
        else:
            problems.append(f'rehearsal: {key}: "{phrase}" is no phrase of the command "{name}"')
    return words


def _prompts(
    where: str, section: object, known: Mapping[str, frozenset[str]], problems: list[str]
) -> dict[str, tuple[str, ...]]:
    if not isinstance(section, dict):
        problems.append(f'"{where}" must give the guide\'s sentences')
        return {}
    problems += _unknown_and_missing(where, section, known)
    prompts: dict[str, tuple[str, ...]] = {}
    for key, blanks in known.items():
        if key not in section:
            continue
        lines = _strings(section[key])
        if lines is None:
            problems.append(f"{where}: {key}: must be a sentence or a list of sentences")
            continue
        problems += _blank_problems(f"{where}: {key}", lines, blanks)
        prompts[key] = tuple(lines)
    return prompts


def _blank_problems(where: str, lines: list[str], allowed: frozenset[str]) -> list[str]:
    used: set[str] = set()
    for line in lines:
        try:
            used |= {name for _, name, _, _ in Formatter().parse(line) if name is not None}
        except ValueError as error:
            return [f'{where}: "{line}": {error}']
    wrong = [f"{where}: {{{name}}} is not filled here" for name in sorted(used - allowed)]
    return wrong + [f"{where}: {{{name}}} is missing" for name in sorted(allowed - used)]
