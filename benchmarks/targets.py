"""What hearing is to reach, and what was measured."""

from __future__ import annotations

import numpy as np

from benchmarks.conditions import BABBLE, FAN, PINK, QUIET, SPEAKING, TELEVISION
from benchmarks.intervals import Rate
from benchmarks.outcomes import (
    Found,
    Outcomes,
    by_word_s,
    evenings,
    first_try,
    others,
    split,
    together,
    turned_s,
    within_three,
)
from benchmarks.tables import Target
from training.shares import Share
from voiceguide.core.clock import seconds
from voiceguide.speaking.mouth import FADE

RULE_OF_THREE = 3
"""A rate is shown to be low only by a time in which three events at that rate were to be expected."""

OWN_SPEECH_H = 2.0
"""Every line of every routine, in both voices and at least two rooms."""


def targets_of(found: Found) -> list[Target]:
    targets: list[Target] = []

    def add(what: str, wanted: str, measured: object, *, reached: bool | None) -> None:
        targets.append(Target(what, wanted, str(measured), reached))

    def share(what: str, least: float, measured: Share) -> None:
        add(what, f">= {least:g}%", measured, reached=measured.percent >= least if measured.tries else None)

    def rate(what: str, most: float, measured: Rate) -> None:
        low_enough = measured.per_hour <= most
        if low_enough and measured.hours * most < RULE_OF_THREE:
            add(what, f"<= {most:g} an hour", f"{measured}; too short to tell", reached=None)
        else:
            add(what, f"<= {most:g} an hour", measured, reached=low_enough if measured.hours else None)

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
    for percent, most in ((50, 0.4), (95, 0.9)):
        silent, by_word = (
            float(np.percentile(times, percent)) + seconds(FADE) if times else None
            for times in (turned_s(said(SPEAKING)), by_word_s(said(SPEAKING)))
        )
        add(
            f"end of the word to silence, {percent}th percentile: {SPEAKING}",
            f"<= {most:g} s",
            "-" if silent is None else f"{silent:.2f} s",
            reached=None if silent is None else silent <= most,
        )
        add("... had only words counted", "", "-" if by_word is None else f"{by_word:.2f} s", reached=None)
    heard, hours, _ = together(found, f"talk/{QUIET}/")
    pain, commands = split(heard)
    rate("false pain events, unrelated speech", 1, Rate(pain, hours))
    rate("false events, all commands, unrelated speech", 6, Rate(commands, hours))
    hours, yields, doubts, _ = evenings(found, TELEVISION)
    rate("needless yields, television at 10 dB", 12, Rate(yields, hours))
    add("needless doubts, television at 10 dB", "", Rate(doubts, hours), reached=None)
    heard, hours, _ = together(found, "own speech/")
    for what, count in (("false events", split(heard)[1]), ("yields", heard["yield"])):
        reached = False if count else True if hours >= OWN_SPEECH_H else None
        measured = f"{count} in {60 * hours:.0f} min"
        add(f"guide's own voice: {what}", "0 in two hours", measured, reached=reached)
    parts = found.get("cost", {}).get("parts", {})
    share_of_core = max((moment["all"] for moment in parts.values()), default=None)
    add(
        "chain, share of one core",
        "<= 0.25",
        "-" if share_of_core is None else f"{share_of_core:.2f}",
        reached=None if share_of_core is None else share_of_core <= 0.25,
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
