"""Reading the sections of a language file: values with their places, mistakes with a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from voiceguide.handwritten.problems import Location, shown
from voiceguide.handwritten.source import Source
from voiceguide.language.phrasing import NO_RULES, Rules, TemplateError, expand
from voiceguide.language.spelling import normalise

AS_IN_ENGLISH = "Take over what stands there in locales/en.yaml, and translate it."
PHRASES = 'Write a phrase in quotes, or a list of them: ["pause", "wait [a moment]"].'
TEMPLATES = "`[x]` may be left out, `(a|b)` is either, `<name>` is one of the `rules`."


def report(source: Source, at: Location, what: str, remedy: str, *, key: bool = False) -> None:
    """Add a problem, told with section and key: "prompts: hello: ..."."""
    where = ": ".join(part for part in (at[:-1] if key else at) if isinstance(part, str))
    source.report_at(at, f"{where}: {what}" if where else what, remedy, key=key)


def value(at: Location, source: Source) -> Any:
    """Return what stands at a place, None for nothing."""
    found: Any = source.data
    for part in at:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def text(key: str, example: str, source: Source) -> str:
    """Return a text; an empty one, and a problem, when it is missing or something else."""
    found = value((key,), source)
    if not isinstance(found, str) or not found.strip():
        report(source, (key,), "must be a text", f"For example: `{key}: {example}`.")
        return ""
    return found


def strings(at: Location, source: Source) -> dict[Location, str] | None:
    """Return a text or a non-empty list of texts, each with its place; None for anything else."""
    found = value(at, source)
    several = isinstance(found, list)
    values = {(*at, number): item for number, item in enumerate(found)} if several else {at: found}
    right = values and all(isinstance(item, str) and item.strip() for item in values.values())
    return values if right else None


def mapping(at: Location, source: Source, what: str) -> dict[str, Any]:
    """Return a section; an empty one, and a problem, when it is missing or something else."""
    found = value(at, source)
    if isinstance(found, dict):
        return found
    report(source, at, f"must give {what}", AS_IN_ENGLISH)
    return {}


def optional(at: Location, source: Source, what: str) -> dict[str, Any]:
    """Return a section that may be missing; a problem when it is something else."""
    return {} if value(at, source) is None else mapping(at, source, what)


def unknown(at: Location, given: Iterable[str], known: Iterable[str], source: Source) -> None:
    """Report keys that nothing asks for."""
    names = list(known)
    for key in given:
        if key not in names:
            meant = source.nearest(str(key), names)
            remedy = f"Did you mean {meant}?" if meant else "Take it out: nothing asks for it."
            report(source, (*at, key), f"{shown(key)} is not known", remedy, key=True)


def missing(at: Location, given: Iterable[str], known: Iterable[str], source: Source) -> None:
    """Report keys that are not there."""
    there = set(given)
    for key in known:
        if key not in there:
            report(source, at, f"{shown(key)} is missing", AS_IN_ENGLISH)


def expanded(at: Location, source: Source, rules: Rules = NO_RULES) -> dict[str, Location]:
    """Return the phrases that the templates at a place stand for, each with its place."""
    templates = strings(at, source)
    if templates is None:
        report(source, at, "must be a phrase or a list of phrases", PHRASES)
        return {}
    phrases: dict[str, Location] = {}
    for place, template in templates.items():
        try:
            found = [normalise(phrase) for phrase in expand(template, rules)]
        except TemplateError as error:
            report(source, place, error.problem, TEMPLATES)
            continue
        if "" in found:
            report(source, place, "there is a phrase without any word", PHRASES)
        phrases |= {phrase: place for phrase in found if phrase and phrase not in phrases}
    return phrases
