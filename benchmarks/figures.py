"""From what was measured of hearing to figures, each beside what is wanted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.conditions import PINK, QUIET, SET_UP, SPEAKING, TELEVISION
from benchmarks.intervals import Rate
from benchmarks.outcomes import (
    Found,
    Heard,
    Outcomes,
    about_pain,
    decided_s,
    lost,
    of,
    only,
    outcomes,
    percentiles,
    protected,
    right,
    together,
    wrong,
)
from benchmarks.stage import PAIN
from training.shares import Share

RULE_OF_THREE = 3
"""A rate is shown to be low only by a time in which three events at that rate were to be expected."""

ENOUGH_TALK_H = 10.0
OWN_SPEECH_H = 2.0
"""Every line of every routine, in both voices and at least two rooms."""

TALK = "talk/"
OWN = "own speech/"
EVENING = f"evening/{TELEVISION}/"


@dataclass(frozen=True)
class Figure:
    """Something measured.

    Attributes:
        what: it is.
        before: its value with the ears that were replaced, as text.
        wanted: the value to reach, as text.
        measured: the value, as text.
        reached: None when it could not be told.
        lost: where the rest is lost, by cause.
    """

    what: str
    before: str
    wanted: str
    measured: str
    reached: bool | None
    lost: str = ""


def figures_of(found: Found) -> list[Figure]:
    """Return all figures; what was not measured is in none of them."""
    quiet, pink, speaking = (outcomes(found, f"commands/{name}") for name in (QUIET, PINK, SPEAKING))
    said, said_in_pink = outcomes(found, f"phrasings/{QUIET}"), outcomes(found, f"phrasings/{PINK}")
    set_up = outcomes(found, f"phrasings/{SET_UP}")
    return [
        _share("people: stop, yes, no; quiet", "76%", 95, right, outcomes(found, f"people/{QUIET}")),
        _share("people: stop, yes, no; pink 10 dB", "45%", 75, right, outcomes(found, f"people/{PINK}")),
        _share("commands other than pain; quiet", "54%", 90, right, only(quiet, "command", "no pain")),
        _share("commands other than pain; pink 10 dB", "19%", 70, right, only(pink, "command", "no pain")),
        _share("pain understood; quiet", "68%", 93, right, only(quiet, "pain")),
        _share("pain understood; pink 10 dB", "33%", 75, right, only(pink, "pain")),
        _share("pain understood; guide speaking at -10 dB", "58%", 80, right, only(speaking, "pain")),
        _share("pain protected; quiet", "97%", 99, protected, only(quiet, "pain")),
        _share("pain protected; pink 10 dB", "95%", 97, protected, only(pink, "pain")),
        _share("pain protected; guide speaking at -10 dB", "100%", 100, protected, only(speaking, "pain")),
        _share("natural phrasings: right; quiet", "-", 85, right, said),
        _share("natural phrasings: right; pink 10 dB", "-", 60, right, said_in_pink),
        _at_most("natural phrasings: a wrong command obeyed; quiet", 2, wrong(said)),
        _at_most("natural phrasings: a wrong command obeyed; pink 10 dB", 2, wrong(said_in_pink)),
        _share("pain in a sentence: known or asked about; hold", "half", 97, about_pain, only(said, "pain")),
        _share("pain in a sentence: known or asked about; set-up", "half", 97, about_pain, only(set_up, "pain")),
        *_false(together(one for _, one in of(found, TALK))),
        _television([one for _, one in of(found, EVENING)]),
        *_own(together(one for _, one in of(found, OWN))),
        _latency(decided_s(quiet) + decided_s(said)),
        *_cost(found),
    ]


def _share(what: str, before: str, least: float, measure: object, calls: Outcomes) -> Figure:
    assert callable(measure)
    share: Share = measure(calls)
    reached = share.percent >= least if share.tries else None
    return Figure(what, before, f">= {least:g}%", str(share), reached, "" if reached else lost(calls))


def _at_most(what: str, most: float, share: Share) -> Figure:
    return Figure(what, "-", f"<= {most:g}%", str(share), share.percent <= most if share.tries else None)


def _rate(what: str, before: str, most: float, rate: Rate, lost_to: str = "") -> Figure:
    low = rate.per_hour <= most
    measured, reached = str(rate), low if rate.hours else None
    if low and rate.hours * most < RULE_OF_THREE:
        measured, reached = f"{rate}; too short to tell", None
    return Figure(what, before, f"<= {most:g} an hour", measured, reached, "" if reached else lost_to)


def _false(heard: Heard) -> list[Figure]:
    counted = heard.commands.most_common()
    which = ", ".join(f"{name} {count}" for name, count in counted)
    pain = ", ".join(f"{name} {count}" for name, count in counted if name in PAIN)
    reached = heard.hours >= ENOUGH_TALK_H if heard.hours else None
    return [
        _rate("false commands, talk", "13 an hour", 1, Rate(heard.all_commands, heard.hours), which),
        _rate("false pain, talk", "0 in 9 min", 0.3, Rate(heard.pain, heard.hours), pain),
        Figure("talk that is no command", "9 min", ">= 10 h", _hours(heard), reached),
    ]


def _hours(heard: Heard) -> str:
    return f"{heard.hours:.1f} h, of which {heard.distinct:.1f} h are heard once" if heard.hours else "-"


def _television(parts: Sequence[dict[str, float]]) -> Figure:
    hours = sum(one["seconds"] for one in parts) / 3600
    questions = Rate(int(sum(one["questions"] for one in parts)), hours)
    return _rate(f"questions, {TELEVISION}", "20 an hour", 4, questions)


def _own(heard: Heard) -> list[Figure]:
    found = []
    for what, before, count in (("commands", "0", heard.all_commands), ("yields", "3", heard.yields)):
        reached = False if count else True if heard.hours >= OWN_SPEECH_H else None
        measured = f"{count} in {60 * heard.hours:.0f} min"
        found.append(Figure(f"guide's own voice: {what}", before, "0 in two hours", measured, reached))
    return found


def _latency(times: Sequence[float]) -> Figure:
    wanted = (0.45, 0.9)
    two = percentiles(times)
    return Figure(
        "end of the words to the decision, median, 95%",
        "-",
        "<= {:g}, {:g} s".format(*wanted),
        "-" if two is None else f"{two[0]:.2f}, {two[1]:.2f} s",
        None if two is None else two[0] <= wanted[0] and two[1] <= wanted[1],
    )


def _cost(found: Found) -> list[Figure]:
    shares = found.get("cost", {}).get("shares", {})
    figures = []
    for moment, before, most in (("a person talks", "0.19", 0.2), ("silence", "-", 0.03)):
        share = shares.get(moment)
        measured, reached = ("-", None) if share is None else (f"{share:.3f}", share <= most)
        figures.append(Figure(f"the chain's share of a core: {moment}", before, f"<= {most:g}", measured, reached))
    peaks = found.get("memory", {}).get("peak_mb", {})
    measured = ", ".join(f"{voice} {value:.0f} MB" for voice, value in peaks.items()) or "-"
    reached = max(peaks.values()) <= 350 if peaks else None
    return [*figures, Figure("memory", "315 MB", "<= 350 MB", measured, reached)]
