"""What became of calls, and what was heard that nobody said: shares, rates and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.conditions import matrix
from training.shares import Share
from voiceguide.core.clock import seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.interruptions import DOUBTS, DOUBTS_IN
from voiceguide.hearing.verdict.rules import SAFETY

Found = dict[str, Any]
"""What was measured, by the names of `benchmarks.hearing.tasks`."""

Outcomes = Sequence[dict[str, Any]]
"""What became of calls: `benchmarks.stage.Outcome` as dictionaries."""

_SAFETY = {command.value for command in SAFETY}
_PAIN = {command.value for command in PAIN_FAMILY}


def of(found: Found, prefix: str) -> list[tuple[str, Any]]:
    return [(name, one) for name, one in found.items() if name.startswith(prefix)]


def after(name: str) -> str:
    return name.partition("/")[2]


def calls(found: Found) -> list[tuple[str, Outcomes]]:
    """Return what became of the calls in each condition that was measured, in the order of the matrix."""
    return [(one.name, found[f"calls/{one.name}"]["outcomes"]) for one in matrix() if f"calls/{one.name}" in found]


def first_try(outcomes: Outcomes, by: Iterable[str] = ("word", "yield", "doubt")) -> Share:
    """Return how many calls of the pain family the guide turned to at the first try, by any of these ways."""
    pain = _pain(outcomes)
    return Share(sum(any(way in one["first"] for way in by) for one in pain), len(pain))


def within_three(outcomes: Outcomes) -> Share:
    """Return how many calls of the pain family the guide turned to within three tries."""
    pain = _pain(outcomes)
    return Share(sum(one["tries"] > 0 for one in pain), len(pain))


def others(outcomes: Outcomes) -> Share:
    """Return how many of the other commands were heard as what they are."""
    chosen = [one for one in outcomes if one["command"] not in _SAFETY]
    return Share(sum(one["right"] is not None for one in chosen), len(chosen))


def _pain(outcomes: Outcomes) -> Outcomes:
    return [one for one in outcomes if one["command"] in _PAIN]


def turned_s(outcomes: Outcomes) -> list[float]:
    return [min(one["first"].values()) for one in outcomes if one["command"] in _SAFETY and one["first"]]


def by_word_s(outcomes: Outcomes) -> list[float]:
    """Return seconds from the end of a word of safety to the decision that one was said, at the first try."""
    return [one["first"]["word"] for one in outcomes if one["command"] in _SAFETY and "word" in one["first"]]


def words_s(outcomes: Outcomes) -> list[float]:
    """Return seconds from the end of any command to the decision that it, or a word alike, was said."""
    return [
        one["first"]["word"] if "word" in one["first"] else one["right"]
        for one in outcomes
        if "word" in one["first"] or one["right"] is not None
    ]


def numbers_of(outcomes: Outcomes) -> dict[str, Any]:
    words, turned = words_s(outcomes), turned_s(outcomes)
    return {
        "protected": _numbers(first_try(outcomes)),
        "by_word": _numbers(first_try(outcomes, ("word",))),
        "within_three": _numbers(within_three(outcomes)),
        "others": _numbers(others(outcomes)),
        "wrong": wrong(outcomes),
        "word_to_decision_s": percentiles(words),
        "word_to_turned_s": percentiles(turned),
        "by_command": {command: _numbers(share) for command, share in by_command(outcomes).items()},
    }


def _numbers(share: Share) -> list[float]:
    low, high = share.interval
    return [share.hits, share.tries, round(low, 1), round(high, 1)]


def percentiles(values: Sequence[float]) -> list[float] | None:
    return [round(float(one), 3) for one in np.percentile(values, (50, 95))] if values else None


def by_command(outcomes: Outcomes) -> dict[str, Share]:
    tries = Counter(one["command"] for one in outcomes)
    hits = Counter(one["command"] for one in outcomes if one["right"] is not None)
    return {
        command.value: Share(hits[command.value], tries[command.value])
        for command in Command
        if tries[command.value]
    }


def wrong(outcomes: Outcomes) -> int:
    return sum(bool(one["wrong"]) for one in outcomes)


def together(found: Found, prefix: str) -> tuple[Counter[str], float, int]:
    """Return what was heard in all parts, how many hours they are, and how often a session would have asked."""
    heard: Counter[str] = Counter()
    hours, asked = 0.0, 0
    for _, one in of(found, prefix):
        heard += Counter(name for _, name in one["events"])
        hours += one["seconds"] / 3600
        asked += would_ask([at for at, name in one["events"] if name == "unknown"])
    return heard, hours, asked


def would_ask(times: Sequence[float]) -> int:
    asked: list[float] = []
    for at in times:
        if len(asked) < DOUBTS or at - asked[-DOUBTS] >= seconds(DOUBTS_IN):
            asked.append(at)
    return len(asked)


def split(heard: Counter[str]) -> tuple[int, int]:
    commands = {name: count for name, count in heard.items() if name not in ("unknown", "yield")}
    return sum(count for name, count in commands.items() if name in _PAIN), sum(commands.values())


def evenings(found: Found, name: str) -> tuple[float, int, int, Counter[str]]:
    parts = [one for _, one in of(found, f"evening/{name}/")]
    heard = Counter(command or "unknown" for one in parts for command in one["heard"])
    hours = sum(one["seconds"] for one in parts) / 3600
    return hours, sum(one["yields"] for one in parts), sum(one["doubts"] for one in parts), heard
