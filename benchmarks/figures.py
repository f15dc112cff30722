"""From what was measured of hearing to tables and targets."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.conditions import BABBLE, FAN, PINK, QUIET, TELEVISION, Hears
from benchmarks.intervals import Rate
from benchmarks.outcomes import (
    Found,
    Outcomes,
    after,
    by_command,
    calls,
    evenings,
    first_try,
    numbers_of,
    of,
    others,
    percentiles,
    split,
    together,
    turned_s,
    within_three,
    words_s,
    wrong,
)
from benchmarks.tables import Section, Table, targets_table
from benchmarks.targets import targets_of
from training.shares import Share
from voiceguide.core.commands import Command


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
    targets = targets_of(found)
    data = {
        "calls": {name: numbers_of(outcomes) for name, outcomes in calls(found)},
        "people": {after(name): numbers_of(one["outcomes"]) for name, one in of(found, "people/")},
        "rehearsed": {after(name): numbers_of(one["outcomes"]) for name, one in of(found, "rehearsed/")},
        "korean": {after(name): numbers_of(one["outcomes"]) for name, one in of(found, "korean/")},
        "talk": {
            name: _heard(one) for name, one in found.items() if name.startswith(("talk", "noise/", "own speech"))
        },
        "sessions": {after(name): one["trials"] for name, one in of(found, "trials/")},
        "evenings": {after(name): one for name, one in of(found, "evening/")},
        "cost": {**found.get("cost", {}), **found.get("memory", {})},
        "echo": {after(name): one for name, one in of(found, "echo/")},
        "targets": [vars(target) for target in targets],
    }
    whole = targets_table(targets)
    whole.about = "Shares with 95% intervals (Wilson), rates with 95% intervals (Poisson)."
    return Section([whole, *(table for table in tables if table.rows)], data, targets)


def echo_tables(found: Found) -> list[Table]:
    """Return the tables about the echo canceller."""
    return [Table(**one) for _, one in of(found, "echo/")]


# --- calls -------------------------------------------------------------------------------------------------------


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
    words, turned = percentiles(words_s(outcomes)), percentiles(turned_s(outcomes))
    return [
        name,
        str(first_try(outcomes)),
        str(first_try(outcomes, ("word",))),
        str(within_three(outcomes)),
        str(others(outcomes)),
        f"{wrong(outcomes)} of {len(outcomes)}",
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
    for name, outcomes in calls(found):
        if ":" not in name:
            table.add(*_row(name, outcomes))
    return table


def _ears_table(found: Found) -> Table:
    table = Table(
        "Each ear alone, together, and PocketSphinx's own keyword spotting",
        "As above, the same calls in each group of rows. Keyword spotting: every phrase with the threshold of the "
        "documentation's example (1e-20), microphone as it is.",
        _COLUMNS,
    )
    compared = [name for name, _ in calls(found) if ":" in name]
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
    shares = [by_command(found[name]["outcomes"]) for _, name in columns]
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


def _false_table(found: Found) -> Table:
    table = Table(
        "What was heard that nobody said",
        "Events an hour. Talk: people's read sentences and isolated words that are no command, or synthetic "
        "voices' where no recordings were given, into a hold, with the commands that a session knows there; "
        "keyword spotting and the other rows know all. The guide's own speech: every line of "
        "every English routine in both voices, where it is 10 dB louder than a person would be, again where it is "
        "20 dB louder and the clocks are 50 ppm apart, and three fifths of them at 10 dB and 50 ppm, with nobody "
        "there; every five minutes begin with a canceller that knows nothing. The ears rest while the decision "
        "puts every claim aside as the guide's own voice (`benchmarks/resting.py`); in the row “no rest” they do "
        "not. Noise alone: in a hold. Would ask: unknown speech in a hold, twice in three minutes at most. Which "
        "commands: in brackets.",
        ["sound", "minutes", "pain family", "all commands", "unknown speech", "would ask", "yields"],
    )
    groups = {
        "talk, quiet": f"talk/{QUIET}/",
        "talk, pink 10 dB": f"talk/{PINK}/",
        "talk, quiet: keyword spotting": "talk: keywords/",
        "television 10 dB alone": f"noise/{TELEVISION}",
        "babble 10 dB alone": f"noise/{BABBLE}",
        "fan 10 dB alone": f"noise/{FAN}",
        "guide's own speech, hibari": "own speech/hibari/",
        "guide's own speech, pyttsx3": "own speech/pyttsx3/",
        "guide's own speech, no rest": "own speech, no rest/",
    }
    for name, prefix in groups.items():
        heard, hours, asked = together(found, prefix)
        if not hours:
            continue
        pain, commands = split(heard)
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
        "speaking”. Asked whether something hurts they say “yes”, at most twice. One person a session. By: how "
        "the guide first turned to them, of which a yield alone is no report of pain. Reached: asked whether "
        "something hurts, or pain reported, and the times from the end of the first call to that (median, 95th "
        "percentile). Pain reported: by a word of pain at once, or by the answer. Went on: twelve seconds after "
        "their last word the session had left them where they were, or gone on, with nothing reported; otherwise "
        "it waited for words.",
        [
            "condition",
            "protected, first try",
            "within three tries",
            "by",
            "reached",
            "pain reported",
            "went on",
            "word to turning s",
            "word to reached s",
        ],
    )
    for name, one in of(found, "trials/"):
        made = one["trials"]
        by = Counter(call["by"] for call in made if call["by"])
        reached = [_earlier(call["asked_after_s"], call["pain_after_s"]) for call in made]
        table.add(
            after(name),
            str(Share(sum(call["tries"] == 1 for call in made), len(made))),
            str(Share(sum(call["tries"] > 0 for call in made), len(made))),
            ", ".join(f"{way} {count}" for way, count in by.most_common()) or "-",
            f"{sum(time is not None for time in reached)} of {len(made)}",
            f"{sum(call['pain_after_s'] is not None for call in made)} of {len(made)}",
            str(sum(call["pain_after_s"] is None and call["left_in"] not in _WAITS for call in made)),
            _two(percentiles([call["after_s"] for call in made if call["tries"]])),
            _two(percentiles([time for time in reached if time is not None])),
        )
    return table


_WAITS = ("doubt", "stopping", "paused", "safety")


def _earlier(*times: float | None) -> float | None:
    return min((time for time in times if time is not None), default=None)


def _price_table(found: Found) -> Table:
    table = Table(
        "Needless interruptions",
        "Whole real sessions (psoas-release, both voices of the guide) in which nobody speaks but what sounds "
        "in the room; somebody presses a key whenever the guide waits. Yields: the guide fell silent for "
        "nobody; doubts: it asked whether something hurts.",
        ["sound", "minutes", "yields an hour", "doubts an hour", "commands an hour", "which"],
    )
    for name in (TELEVISION, BABBLE):
        hours, yields, doubts, heard = evenings(found, name)
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
    for name, one in of(found, "rehearsed/"):
        table.add(*_row(after(name), one["outcomes"]))
    return table


def _korean_table(found: Found) -> Table:
    table = Table(
        "Vosk with the Korean model: our chain, and Vosk's microphone example",
        "The first phrase of each command of the pain family and of “stop” by espeak-ng's ko+f4, +f5, +m1 and "
        "+klatt2, in one room, in a hold. The example hears any words, half a second at a time, and counts "
        "final results; words that are no phrase count as unknown speech, as if it asked about them.",
        _COLUMNS,
    )
    for name, one in of(found, "korean/"):
        table.add(*_row(after(name).replace("/", ": "), one["outcomes"]))
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
