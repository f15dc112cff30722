"""From what was measured of hearing to tables and targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.conditions import BABBLE, FAN, PINK, QUIET, SPEAKING, TELEVISION, Hears
from benchmarks.intervals import Rate, Share
from benchmarks.tables import Section, Table, Target, targets_table
from voiceguide.core.clock import seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.interruptions import DOUBTS, DOUBTS_IN
from voiceguide.hearing.evidence import SAFETY
from voiceguide.speaking.mouth import FADE

Found = dict[str, Any]
Outcomes = Sequence[dict[str, Any]]

_SAFETY = {command.value for command in SAFETY}
_PAIN = {command.value for command in PAIN_FAMILY}
_FADE_S = seconds(FADE)


def section(found: Found) -> Section:
    """Return all tables, what is to be reached, and the figures for programs.

    Args:
        found: what was measured, by the names of `benchmarks.hearing.tasks`; what is missing is left out.
    """
    tables = [
        _calls_table(found),
        _ears_table(found),
        _rehearsed_table(found),
        _commands_table(found),
        _false_table(found),
        _sessions_table(found),
        _price_table(found),
        _korean_table(found),
        _cost_table(found),
    ]
    targets = _targets(found)
    data = {
        "calls": {_after(name): _figures(one["outcomes"]) for name, one in _of(found, "calls/")},
        "people": {_after(name): _figures(one["outcomes"]) for name, one in _of(found, "people/")},
        "rehearsed": {_after(name): _figures(one["outcomes"]) for name, one in _of(found, "rehearsed/")},
        "korean": {_after(name): _figures(one["outcomes"]) for name, one in _of(found, "korean/")},
        "talk": {name: _heard(one) for name, one in found.items() if name.startswith(("talk", "own speech/"))},
        "sessions": {_after(name): one["trials"] for name, one in _of(found, "trials/")},
        "evenings": {_after(name): one for name, one in _of(found, "evening/")},
        "cost": {**found.get("cost", {}), **found.get("memory", {})},
        "targets": [vars(target) for target in targets],
    }
    whole = targets_table(targets)
    whole.about = "Shares with 95% intervals (Wilson), rates with 95% intervals (Poisson)."
    return Section([whole, *(table for table in tables if table.rows)], data, targets)


# --- calls -------------------------------------------------------------------------------------------------------


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


def _turned_s(outcomes: Outcomes) -> list[float]:
    return [min(one["first"].values()) for one in outcomes if one["command"] in _SAFETY and one["first"]]


def _words_s(outcomes: Outcomes) -> list[float]:
    """Return seconds from the end of any command to the decision that it, or a word alike, was said."""
    return [
        one["first"]["word"] if "word" in one["first"] else one["right"]
        for one in outcomes
        if "word" in one["first"] or one["right"] is not None
    ]


def _figures(outcomes: Outcomes) -> dict[str, Any]:
    words, turned = _words_s(outcomes), _turned_s(outcomes)
    return {
        "protected": _numbers(first_try(outcomes)),
        "by_word": _numbers(first_try(outcomes, ("word",))),
        "within_three": _numbers(within_three(outcomes)),
        "others": _numbers(others(outcomes)),
        "wrong": _wrong(outcomes),
        "word_to_decision_s": _percentiles(words),
        "word_to_turned_s": _percentiles(turned),
        "by_command": {command: _numbers(share) for command, share in _by_command(outcomes).items()},
    }


def _numbers(share: Share) -> list[float]:
    low, high = share.interval
    return [share.hits, share.tries, round(low, 1), round(high, 1)]


def _percentiles(values: Sequence[float]) -> list[float] | None:
    return [round(float(one), 3) for one in np.percentile(values, (50, 95))] if values else None


def _by_command(outcomes: Outcomes) -> dict[str, Share]:
    tries = Counter(one["command"] for one in outcomes)
    hits = Counter(one["command"] for one in outcomes if one["right"] is not None)
    return {
        command.value: Share(hits[command.value], tries[command.value])
        for command in Command
        if tries[command.value]
    }


def _wrong(outcomes: Outcomes) -> int:
    return sum(bool(one["wrong"]) for one in outcomes)


_COLUMNS = [
    "condition",
    "protected, first try",
    "by a word",
    "within three tries",
    "other commands",
    "another command told",
    "word to decision s",
    "word to turning s",
]


def _row(name: str, outcomes: Outcomes) -> list[str]:
    words, turned = _percentiles(_words_s(outcomes)), _percentiles(_turned_s(outcomes))
    return [
        name,
        str(first_try(outcomes)),
        str(first_try(outcomes, ("word",))),
        str(within_three(outcomes)),
        str(others(outcomes)),
        f"{_wrong(outcomes)} of {len(outcomes)}",
        _two(words),
        _two(turned),
    ]


def _two(values: list[float] | None) -> str:
    return "-" if values is None else f"{values[0]:.2f}, {values[1]:.2f}"


def _calls_table(found: Found) -> Table:
    table = Table(
        "Calls by condition",
        "Test voices (flite slt and rms, festival ked, espeak-ng en-us+m7 and en-gb-scotland) call from the "
        "floor, 2 m from the microphone unless said, in two rooms (RT60 0.3 and 0.45 s), each after the guide "
        "has spoken for 12 s; PocketSphinx and the second ear listen for the commands that a session knows in "
        "a hold, or in the set-up while the guide speaks, and for the one that is called. “Guide speaking” "
        "gives the speech-to-echo ratio. A word of safety is said again every 1.5 s until the guide turns to "
        "the person, at most three times. Protected: within the word and one second more the guide has turned "
        "to a call of the pain family: by any word of the pain family or “stop”; in a silent hold by unknown "
        "speech as well, where the guide asks whether something hurts (S8; a session does so twice in three "
        "minutes at most, which is not counted here); while the guide speaks by giving way to the voice. "
        "Times: from the end of the words, said for the first time, to the decision on the command, and to "
        "any turning to the person (while the guide speaks, its fade of 25 ms comes on top): median, 95th "
        "percentile.",
        _COLUMNS,
    )
    for name, one in _of(found, "calls/"):
        if ":" not in name:
            table.add(*_row(_after(name), one["outcomes"]))
    return table


def _ears_table(found: Found) -> Table:
    table = Table(
        "Each ear alone, together, and PocketSphinx's own keyword spotting",
        "As above, the same calls in each group of rows. Keyword spotting: every phrase with the threshold of the "
        "documentation's example (1e-20), microphone as it is.",
        _COLUMNS,
    )
    compared = [_after(name) for name, _ in _of(found, "calls/") if ":" in name]
    for base in dict.fromkeys(name.split(":")[0] for name in compared):
        smaller = found.get(f"calls/{base}: {Hears.RECOGNISER.value}")
        texts = {(one["voice"], one["text"]) for one in smaller["outcomes"]} if smaller else None
        both = found.get(f"calls/{base}")
        if both:
            same = [one for one in both["outcomes"] if texts is None or (one["voice"], one["text"]) in texts]
            table.add(*_row(f"{base}: {Hears.BOTH.value}", same))
        for name in compared:
            if name.startswith(base + ":"):
                table.add(*_row(name, found[f"calls/{name}"]["outcomes"]))
    return table


def _commands_table(found: Found) -> Table:
    columns = [("voices, quiet", f"calls/{QUIET}"), ("voices, pink 10 dB", f"calls/{PINK}")]
    columns += [("people, quiet", f"people/{QUIET}"), ("people, pink 10 dB", f"people/{PINK}")]
    columns += [("people, babble 10 dB", f"people/{BABBLE}")]
    columns = [(title, name) for title, name in columns if name in found]
    table = Table(
        "Recall by command",
        "Exactly this command, decided within 1.5 s after its end. The last row: “stop” answered by any word of "
        "safety or by doubt at the first try. People: isolated words of Speech Commands by the quarter of its "
        "speakers that the second ear's training held out (`training/people.py`): other people than those it "
        "learned from, but of the same collection, and only “stop”, “yes” and “no” are commands here. Nobody's "
        "“pain” was recorded: what is said about pain rests on synthetic voices.",
        ["command", *(title for title, _ in columns)],
    )
    shares = [_by_command(found[name]["outcomes"]) for _, name in columns]
    for command in Command:
        if any(command.value in one for one in shares):
            table.add(command.value, *(str(one.get(command.value, Share(0, 0))) for one in shares))
    stops = [[one for one in found[name]["outcomes"] if one["command"] == "stop"] for _, name in columns]
    if stops:
        protected = [Share(sum(bool(one["first"]) for one in said), len(said)) for said in stops]
        table.add("stop, protected", *map(str, protected))
    return table


# --- what nobody said --------------------------------------------------------------------------------------------


def _heard(one: dict[str, Any]) -> dict[str, Any]:
    return {"seconds": one["seconds"], "heard": dict(Counter(name for _, name in one["events"]))}


def _together(found: Found, prefix: str) -> tuple[Counter[str], float, int]:
    """Return what was heard in all parts, how many hours they are, and how often a session would have asked."""
    heard: Counter[str] = Counter()
    hours, asked = 0.0, 0
    for _, one in _of(found, prefix):
        heard += Counter(name for _, name in one["events"])
        hours += one["seconds"] / 3600
        asked += _would_ask([at for at, name in one["events"] if name == "unknown"])
    return heard, hours, asked


def _would_ask(times: Sequence[float]) -> int:
    asked: list[float] = []
    for at in times:
        if len(asked) < DOUBTS or at - asked[-DOUBTS] >= seconds(DOUBTS_IN):
            asked.append(at)
    return len(asked)


def _split(heard: Counter[str]) -> tuple[int, int]:
    commands = {name: count for name, count in heard.items() if name not in ("unknown", "yield")}
    return sum(count for name, count in commands.items() if name in _PAIN), sum(commands.values())


def _false_table(found: Found) -> Table:
    table = Table(
        "What was heard that nobody said",
        "Events an hour, with all commands possible. Talk: people's read sentences and isolated words that are no "
        "command, or synthetic voices' where no recordings were given. The guide's own speech: every line of "
        "every English routine in both voices, 10 and 20 dB louder than a person would be, clocks together or "
        "50 ppm apart, in an empty room from a cold start. Would ask: unknown speech in a hold, twice in three "
        "minutes at most. Which commands: in brackets.",
        ["sound", "minutes", "pain family", "all commands", "unknown speech", "would ask", "yields"],
    )
    groups = {
        "talk, quiet": f"talk/{QUIET}/",
        "talk, pink 10 dB": f"talk/{PINK}/",
        "talk, quiet: keyword spotting": "talk: keywords/",
        "guide's own speech, hibari": "own speech/hibari/",
        "guide's own speech, pyttsx3": "own speech/pyttsx3/",
    }
    for name, prefix in groups.items():
        heard, hours, asked = _together(found, prefix)
        if not hours:
            continue
        pain, commands = _split(heard)
        which = ", ".join(
            f"{one} {count}" for one, count in heard.most_common() if one not in ("unknown", "yield")
        )
        own = "own" in name
        table.add(
            name,
            f"{60 * hours:.0f}",
            str(Rate(pain, hours)),
            f"{Rate(commands, hours)}{f' [{which}]' if which else ''}",
            str(heard["unknown"]),
            "-" if own else str(Rate(asked, hours)),
            str(Rate(heard["yield"], hours)) if own else "-",
        )
    return table


# --- real sessions -----------------------------------------------------------------------------------------------


def _sessions_table(found: Found) -> Table:
    table = Table(
        "Calls of pain in real sessions",
        "The real guide and session (psoas-short) in the same rooms, a person who calls again every 1.5 s, three "
        "times at most: five seconds into the first hold, or into the second line of the set-up for “guide "
        "speaking”. One call a session.",
        ["condition", "protected, first try", "within three tries", "by", "pain reported", "word to turning s"],
    )
    for name, one in _of(found, "trials/"):
        calls = one["trials"]
        by = Counter(call["by"] for call in calls if call["by"])
        table.add(
            _after(name),
            str(Share(sum(call["tries"] == 1 for call in calls), len(calls))),
            str(Share(sum(call["tries"] > 0 for call in calls), len(calls))),
            ", ".join(f"{way} {count}" for way, count in by.most_common()) or "-",
            f"{sum(call['pain'] for call in calls)} of {len(calls)}",
            _two(_percentiles([call["after_s"] for call in calls if call["tries"]])),
        )
    return table


def _evenings(found: Found, name: str) -> tuple[float, int, int, Counter[str]]:
    parts = [one for _, one in _of(found, f"evening/{name}/")]
    heard = Counter(command or "unknown" for one in parts for command in one["heard"])
    hours = sum(one["seconds"] for one in parts) / 3600
    return hours, sum(one["yields"] for one in parts), sum(one["doubts"] for one in parts), heard


def _price_table(found: Found) -> Table:
    table = Table(
        "Needless interruptions",
        "Whole real sessions (psoas-release, both voices of the guide) in which nobody speaks but what sounds "
        "in the room; somebody presses a key whenever the guide waits. Yields: the guide fell silent for "
        "nobody; doubts: it asked whether something hurts.",
        ["sound", "minutes", "yields an hour", "doubts an hour", "commands an hour", "which"],
    )
    for name in (TELEVISION, BABBLE):
        hours, yields, doubts, heard = _evenings(found, name)
        if hours:
            commands = {one: count for one, count in heard.items() if one != "unknown"}
            which = ", ".join(f"{one} {count}" for one, count in commands.items()) or "-"
            table.add(
                name,
                f"{60 * hours:.0f}",
                str(Rate(yields, hours)),
                str(Rate(doubts, hours)),
                str(Rate(sum(commands.values()), hours)),
                which,
            )
    return table


def _rehearsed_table(found: Found) -> Table:
    table = Table(
        "With and without a rehearsal",
        "Each test voice teaches the four words of the rehearsal in the same room, three takes of each, and then "
        "calls them at other paces and pitches; the same calls without.",
        _COLUMNS,
    )
    for name, one in _of(found, "rehearsed/"):
        table.add(*_row(_after(name), one["outcomes"]))
    return table


def _korean_table(found: Found) -> Table:
    table = Table(
        "Vosk with the Korean model: our chain, and Vosk's microphone example",
        "The first phrase of each command of the pain family and of “stop” by espeak-ng's ko+f4, +f5, +m1 and "
        "+klatt2, in one room, in a hold. The example hears any words, half a second at a time, and counts "
        "final results.",
        _COLUMNS,
    )
    for name, one in _of(found, "korean/"):
        table.add(*_row(_after(name).replace("/", ": "), one["outcomes"]))
    return table


def _cost_table(found: Found) -> Table:
    table = Table(
        "What hearing costs",
        "CPU time for each second of sound, as a share of one core. Both talk: the guide and a person, without "
        "a pause.",
        ["part"],
    )
    parts = found.get("cost", {}).get("parts", {})
    if not parts:
        return table
    table.columns += list(parts)
    for part in next(iter(parts.values())):
        table.add(part, *(f"{moment[part]:.1%}" for moment in parts.values()))
    for voice, peak_mb in found.get("memory", {}).get("peak_mb", {}).items():
        table.add(f"peak memory with {voice}", f"{peak_mb:.0f} MB")
    return table


# --- targets -----------------------------------------------------------------------------------------------------


def _targets(found: Found) -> list[Target]:
    targets: list[Target] = []

    def add(what: str, wanted: str, measured: object, *, reached: bool | None) -> None:
        targets.append(Target(what, wanted, str(measured), reached))

    def share(what: str, least: float, measured: Share) -> None:
        add(what, f">= {least:g}%", measured, reached=measured.percent >= least if measured.tries else None)

    def rate(what: str, most: float, measured: Rate) -> None:
        reached = measured.per_hour <= most if measured.hours else None
        add(what, f"<= {most:g} an hour", measured, reached=reached)

    def said(name: str) -> Outcomes:
        outcomes: Outcomes = found.get(f"calls/{name}", {"outcomes": []})["outcomes"]
        return outcomes

    for name, least in {QUIET: 98, PINK: 92, FAN: 92, SPEAKING: 88, BABBLE: 75}.items():
        share(f"pain family protected at the first try: {name}", least, first_try(said(name)))
        add("... by a word alone", "", first_try(said(name), ("word",)), reached=None)
    for name in (QUIET, PINK, FAN, SPEAKING, BABBLE):
        share(f"protected within three tries: {name}", 99, within_three(said(name)))
    share(f"other commands: {QUIET}", 93, others(said(QUIET)))
    share(f"other commands: {PINK}", 75, others(said(PINK)))
    rehearsed = found.get(f"rehearsed/{PINK}: with rehearsal", {"outcomes": []})["outcomes"]
    share(f"with rehearsal, protected: {PINK}", 97, first_try(rehearsed))
    turned = _turned_s(said(SPEAKING))
    for percent, most in ((50, 0.4), (95, 0.9)):
        value = float(np.percentile(turned, percent)) + _FADE_S if turned else None
        add(
            f"end of the word to silence, {percent}th percentile: {SPEAKING}",
            f"<= {most:g} s",
            "-" if value is None else f"{value:.2f} s",
            reached=None if value is None else value <= most,
        )
    heard, hours, _ = _together(found, f"talk/{QUIET}/")
    pain, commands = _split(heard)
    rate("false pain events, unrelated speech", 1, Rate(pain, hours))
    rate("false events, all commands, unrelated speech", 6, Rate(commands, hours))
    hours, yields, doubts, _ = _evenings(found, TELEVISION)
    rate("needless yields, television at 10 dB", 12, Rate(yields, hours))
    add("needless doubts, television at 10 dB", "", Rate(doubts, hours), reached=None)
    heard, hours, _ = _together(found, "own speech/")
    for what, count in (("false events", _split(heard)[1]), ("yields", heard["yield"])):
        wanted = "0 in two hours"
        add(
            f"guide's own voice: {what}",
            wanted,
            f"{count} in {hours:.1f} h",
            reached=count == 0 if hours else None,
        )
    parts = found.get("cost", {}).get("parts", {})
    most = max((moment["all"] for moment in parts.values()), default=None)
    add(
        "chain, share of one core",
        "<= 0.25",
        "-" if most is None else f"{most:.2f}",
        reached=None if most is None else most <= 0.25,
    )
    peaks = found.get("memory", {}).get("peak_mb", {})
    peak = max(peaks.values(), default=None)
    add(
        "memory with PocketSphinx",
        "<= 350 MB",
        ", ".join(f"{voice} {value:.0f} MB" for voice, value in peaks.items()) or "-",
        reached=None if peak is None else peak <= 350,
    )
    return targets


def _of(found: Found, prefix: str) -> list[tuple[str, Any]]:
    return [(name, one) for name, one in found.items() if name.startswith(prefix)]


def _after(name: str) -> str:
    return name.partition("/")[2]
