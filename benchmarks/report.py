"""Tables of what was measured of hearing, and the figures for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.conditions import PINK, QUIET, Hears
from benchmarks.figures import EVENING, OWN, TALK, figures_of
from benchmarks.intervals import Rate
from benchmarks.outcomes import (
    Found,
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
    within_three,
    wrong,
)
from benchmarks.parts import ABLATION, ABLATION_TALK
from benchmarks.tables import Section, Table
from training.shares import Share

CALLS = ("people/", "commands/", "phrasings/", "formant/", "rehearsed/", "korean/")


def section(found: Found) -> Section:
    """Return all tables and the figures for programs.

    Args:
        found: what was measured, by the names of `benchmarks.parts`; what is missing is left out.
    """
    figures = figures_of(found)
    tables = [
        _calls_table(found),
        _ablation_table(found),
        _commands_table(found),
        _talk_table(found),
        _cost_table(found),
    ]
    data = {
        "figures": [vars(figure) for figure in figures],
        "calls": {name: _numbers(one["outcomes"]) for name, one in found.items() if name.startswith(CALLS)},
        "talk": {name: _heard(one) for name, one in found.items() if "events" in one},
        "evenings": dict(of(found, EVENING)),
        "cost": {**found.get("cost", {}), **found.get("memory", {})},
        "echo": dict(of(found, "echo/")),
    }
    words = {True: "yes", False: "NO", None: "not told"}
    whole = Table(
        "What is wanted of hearing",
        "First try, 2 m from the microphone in two rooms, voices and people that nothing was chosen by. Shares "
        "with 95% intervals (Wilson), rates with 95% intervals (Poisson). Before: the ears that were replaced, "
        "in part on other calls.",
        ["figure", "before", "wanted", "measured", "reached", "where the rest is lost"],
    )
    for one in figures:
        whole.add(one.what, one.before, one.wanted, one.measured, words[one.reached], one.lost)
    return Section([whole, *(table for table in tables if table.rows)], data)


def echo_tables(found: Found) -> list[Table]:
    """Return the tables about the echo canceller."""
    return [Table(**one) for _, one in of(found, "echo/")]


def _numbers(calls: Outcomes) -> dict[str, Any]:
    return {
        "calls": len(calls),
        "right": _three(right(calls)),
        "wrong": _three(wrong(calls)),
        "protected": _three(protected(only(calls, "pain"))),
        "about_pain": _three(about_pain(only(calls, "pain"))),
        "within_three": _three(within_three(only(calls, "pain"))),
        "decided_s": percentiles(decided_s(calls)),
        "lost": Counter(one["lost"] for one in calls if one["lost"]),
    }


def _three(share: Share) -> list[float]:
    return [share.hits, share.tries, *(round(bound, 1) for bound in share.interval)]


def _heard(one: dict[str, Any]) -> dict[str, Any]:
    counted = Counter(f"{came} {name}" for _, came, name, _ in one["events"] if came != "nothing")
    return {"seconds": one["seconds"], "heard": counted}


def _two(values: tuple[float, float] | None) -> str:
    return "-" if values is None else f"{values[0]:.2f}, {values[1]:.2f}"


def _calls_table(found: Found) -> Table:
    table = Table(
        "Calls, by who says what and where",
        "Commands: the first two phrases of each command, by three test voices each (`training/voices.yaml`). "
        "Phrasings: the test half of `benchmarks/phrasings.yaml`, by three voices each. People: isolated words of "
        "Speech Commands. Formant: commands by flite, festival and espeak-ng, which are harder for a recogniser "
        "than for people. Right: exactly what was meant (of the pain family any), decided within 1.5 s after the "
        "end; words that are no command are right when nothing is obeyed. Wrong: another command was obeyed. Of "
        "words of pain: protected is the guide's turning to the person within 1 s after the words, by a word of "
        "safety, by asking, or, while it speaks, by giving way; they are said again every 1.5 s until then, three "
        "times at most. Decided: seconds from the end of the words, the look itself taken four times.",
        ["calls", "right", "wrong", "pain: protected", "within three tries", "decided s", "lost"],
    )
    for name, one in found.items():
        if name.startswith(CALLS):
            calls = one["outcomes"]
            pain = only(calls, "pain")
            table.add(
                name.replace("/", ", "),
                str(right(calls)),
                str(wrong(calls)),
                str(protected(pain)),
                str(within_three(pain)),
                _two(percentiles(decided_s(calls))),
                lost(calls),
            )
    return table


def _ablation_table(found: Found) -> Table:
    talk_names = [f"{TALK}{reel.name}" for reel in ABLATION_TALK]
    table = Table(
        "What each ear adds",
        "The same calls and the same talk with less of the chain.",
        ["who listens", *(name.replace("/", ", ") for name in ABLATION), "false commands an hour", "false pain"],
    )
    for hears in (Hears.ALL, *Hears):
        prefix = "" if hears is Hears.ALL else f"ablation/{hears.value}/"
        heard = together(found[prefix + name] for name in talk_names if prefix + name in found)
        shares = [right(outcomes(found, prefix + name)) for name in ABLATION]
        named = [row[0] for row in table.rows]
        if hears.value not in named and (heard.hours or any(share.tries for share in shares)):
            rates = (Rate(heard.all_commands, heard.hours), Rate(heard.pain, heard.hours))
            table.add(hears.value, *map(str, shares), *map(str, rates))
    return table


def _commands_table(found: Found) -> Table:
    names = [
        name
        for kind in ("commands", "phrasings", "people")
        for name in (f"{kind}/{QUIET}", f"{kind}/{PINK}")
        if name in found
    ]
    table = Table(
        "Right, by what was meant",
        "Nobody's “pain” was recorded: what is said about pain rests on natural voices.",
        ["meant", *(name.replace("/", ", ") for name in names)],
    )
    meant = dict.fromkeys(one["means"][0] for one in outcomes(found, *names))
    for command in meant:
        columns = [[one for one in found[name]["outcomes"] if one["means"][0] == command] for name in names]
        table.add(command, *(str(right(calls)) for calls in columns))
    return table


def _talk_table(found: Found) -> Table:
    table = Table(
        "What was heard that nobody said",
        "Talk into a hold: people who read and say single words (LibriSpeech, Speech Commands), a telephone "
        "system's prompts, the test voices reading, and the guide's own voice at eighteen speeds and pitches. "
        "Household: noises without speech. Television: alone, in real sessions. The guide's own speech: every "
        "line of every English routine in both voices, in three rooms. Asks: unknown speech and questions by "
        "name, twice in three minutes at most.",
        ["sound", "minutes", "false commands an hour", "false pain an hour", "asks an hour", "yields", "commands"],
    )
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, one in found.items():
        if name.startswith((TALK, OWN, "household")):
            kind = name.rsplit("/", 1)[0] if name.startswith(OWN) else _without_number(name)
            rows.setdefault(kind, []).append(one)
    for kind, parts in rows.items():
        heard = together(parts)
        table.add(
            kind.replace("/", ", "),
            f"{60 * heard.hours:.0f}",
            str(Rate(heard.all_commands, heard.hours)),
            str(Rate(heard.pain, heard.hours)),
            str(Rate(heard.asked, heard.hours)),
            str(heard.yields),
            ", ".join(f"{name} {count}" for name, count in heard.commands.most_common()) or "-",
        )
    for number, one in of(found, EVENING):
        table.add(
            f"television, session {number}",
            f"{one['seconds'] / 60:.0f}",
            str(Rate(len(one["commands"]), one["seconds"] / 3600)),
            "",
            str(Rate(one["questions"], one["seconds"] / 3600)),
            str(one["yields"]),
            ", ".join(one["commands"]) or "-",
        )
    return table


def _without_number(name: str) -> str:
    kind, _, condition = name.partition(", ")
    return f"{kind.rstrip('0123456789 ')}, {condition}"


def _cost_table(found: Found) -> Table:
    table = Table(
        "What hearing costs",
        "CPU time of the whole chain for each second of sound, as a share of one core.",
        ["moment", "share"],
    )
    for moment, share in found.get("cost", {}).get("shares", {}).items():
        table.add(moment, f"{share:.3f}")
    for voice, peak_mb in found.get("memory", {}).get("peak_mb", {}).items():
        table.add(f"peak memory with {voice}", f"{peak_mb:.0f} MB")
    return table
