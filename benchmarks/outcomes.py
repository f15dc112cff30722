"""What became of calls, and what was heard that nobody said: shares, rates and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.conditions import SLOWER_MACHINE
from benchmarks.stage import ANSWERED_WITHIN, PAIN, WITHIN
from training.shares import Share
from voiceguide.core.clock import seconds
from voiceguide.core.interruptions import DOUBTS, DOUBTS_IN

Found = dict[str, Any]
"""What was measured, by the names of `benchmarks.parts`."""

Outcomes = Sequence[dict[str, Any]]
"""What became of calls: `benchmarks.stage.Outcome` as dictionaries."""

_ABOUT_PAIN = ("word", "asked", "doubt")


def of(found: Found, prefix: str) -> list[tuple[str, Any]]:
    """Return the parts whose names begin so, with the rest of their names."""
    return [(name.removeprefix(prefix), one) for name, one in found.items() if name.startswith(prefix)]


def outcomes(found: Found, *names: str) -> list[dict[str, Any]]:
    """Return what became of the calls of some parts."""
    return [one for name in names for one in found.get(name, {"outcomes": []})["outcomes"]]


def only(calls: Outcomes, *groups: str) -> Outcomes:
    """Return the calls of some groups of `Phrasing`."""
    return [one for one in calls if one["group"] in groups]


def right(calls: Outcomes) -> Share:
    """Return how many were taken for what was meant."""
    return Share(sum(one["right"] is not None for one in calls), len(calls))


def wrong(calls: Outcomes) -> Share:
    """Return after how many a command was obeyed that was not meant."""
    return Share(sum(bool(one["wrong"]) for one in calls), len(calls))


def protected(calls: Outcomes) -> Share:
    """Return to how many the guide turned at the first try: by a word, by asking, or by giving way."""
    return Share(sum(_turned(one, WITHIN) for one in calls), len(calls))


def within_three(calls: Outcomes) -> Share:
    """Return to how many the guide turned within three tries."""
    return Share(sum(one["tries"] > 0 for one in calls), len(calls))


def about_pain(calls: Outcomes) -> Share:
    """Return after how many the guide knew of pain or asked about it, at the first try."""
    return Share(sum(_turned(one, ANSWERED_WITHIN, _ABOUT_PAIN) for one in calls), len(calls))


def _turned(one: dict[str, Any], within: int, ways: Iterable[str] | None = None) -> bool:
    times = [time for way, time in one["turned"].items() if ways is None or way in ways]
    return bool(times) and min(times) <= seconds(within)


def lost(calls: Outcomes) -> str:
    """Return why calls were lost and how many by each cause, the commonest first."""
    causes = Counter(one["lost"] for one in calls if one["lost"])
    return ", ".join(f"{cause} {count}" for cause, count in causes.most_common())


def decided_s(calls: Outcomes) -> list[float]:
    """Return seconds from the end of the words to a decision that was right, on a slower machine."""
    return [
        one["right"] + SLOWER_MACHINE * one["look_s"]
        for one in only(calls, "command", "pain")
        if one["right"] is not None
    ]


def percentiles(values: Sequence[float]) -> tuple[float, float] | None:
    """Return median and 95th percentile."""
    if not values:
        return None
    median, most = np.percentile(values, (50, 95))
    return round(float(median), 3), round(float(most), 3)


@dataclass
class Heard:
    """What was heard that nobody said.

    Attributes:
        hours: how long was listened.
        distinct: hours of it that are heard in no other part.
        commands: which were obeyed, and how often.
        asked: how often a session would have asked.
        yields: how often the guide fell silent.
        sure: how sure hearing was of what fitted best, obeyed or not: of pain, and of other commands.
    """

    hours: float = 0.0
    distinct: float = 0.0
    commands: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    yields: int = 0
    sure: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})

    @property
    def pain(self) -> int:
        """How often pain was taken from it."""
        return sum(count for name, count in self.commands.items() if name in PAIN)

    @property
    def all_commands(self) -> int:
        """How often any command was."""
        return self.commands.total()


def together(parts: Iterable[dict[str, Any]]) -> Heard:
    """Add up what was heard in some parts."""
    whole = Heard()
    for one in parts:
        hours = one["seconds"] / 3600
        whole.hours += hours
        whole.distinct += 0.0 if one.get("again") else hours
        whole.asked += would_ask([at for at, came, *_ in one["events"] if came in ("asked", "unknown")])
        for _, came, name, sure in one["events"]:
            whole.yields += came == "yield"
            if came == "command":
                whole.commands[name] += 1
            if name is not None:
                whole.sure[name in PAIN].append(sure)
    return whole


def would_ask(times: Sequence[float]) -> int:
    """Return how often a session asks: not more than `DOUBTS` times in `DOUBTS_IN`."""
    asked: list[float] = []
    for at in times:
        if len(asked) < DOUBTS or at - asked[-DOUBTS] >= seconds(DOUBTS_IN):
            asked.append(at)
    return len(asked)


def trade_off(meant: Sequence[float], false: Sequence[float], hours: float) -> list[tuple[float, float, float]]:
    """Return points of a DET curve: threshold, false events an hour, share of calls missed in percent.

    Args:
        meant: how sure hearing was of what each call meant, 0 where it thought of it at no time.
        false: how sure it was of each command that nobody said.
        hours: how long was listened for those.
    """
    if not meant or not hours:
        return []
    wanted, events = np.sort(meant), np.sort(false)
    thresholds = np.unique(np.concatenate([wanted, events]))
    thresholds = thresholds[thresholds > 0]
    missed = np.searchsorted(wanted, thresholds, "left") / len(wanted)
    an_hour = (len(events) - np.searchsorted(events, thresholds, "left")) / hours
    return list(zip(thresholds.tolist(), an_hour.tolist(), (100 * missed).tolist(), strict=True))
