"""How sure the second ear must be: as little as sound without commands allows.

Set on voices and people kept for that, by weights that learned from neither.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence

import numpy as np

from training.judging import Call, Scores
from training.texts import SAFETY, beginnings
from voiceguide.core.clock import RATE
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.enrolment.embedding import HOP
from voiceguide.hearing.spotter.head import Head, Limits
from voiceguide.hearing.verdict.decision import ALONE

PAIN_PER_HOUR, STOP_PER_HOUR, OTHERS_PER_HOUR, DOUBT_PER_HOUR = 1.0, 3.0, 1.0, 6.0
"""How often an hour, on what the limits are set with, the pain family, stop, all other commands, and a doubt about
any word of safety may come of sound that holds none."""

AGREEING, AGREEING_AT_MOST, AGREEING_KEEPS = 0.01, 0.3, 0.95
"""What is enough when a grammar engine hears the same command: as much as this share of its calls reaches in quiet
and in noise, between the two others. Two models with different mistakes seldom make the same one."""

AGREEING_ON_PAIN = 0.3
"""The same for the pain family. What is denied there is asked about, so more can be demanded: with voices for
tuning 93% of the pain phrases reach it in quiet and 90% in pink noise."""

HAS_A_VOTE, HEARS_ALONE = 0.85, 0.5
"""Share of a command's calls in quiet that must reach `AGREEING`, and share of which more must reach `LOWEST`. An
ear that hears a word less often would take away more than it keeps out, and is not asked about it."""

ALWAYS_ASKED = frozenset(Command) - ALONE
"""Where it is asked nevertheless, because much is lost by a false one: the place in the routine, or with a "no
pain" that nobody said the care for somebody who has it. What it denies of the words of safety still leads to a
question."""

LOWEST, LOWEST_DOUBT = 0.5, 0.4
"""No limit is set below these, however few mistakes were heard: so few minutes say nothing of the next hour."""

HIGHEST = 0.99


def set_limits(
    head: Head, streams: Sequence[Scores], quiet: Sequence[Call], noisy: Sequence[Call]
) -> dict[Command, Limits]:
    """Return the lowest limits that streams without commands allow, and what keeps most calls where two agree."""
    hours = sum(map(len, streams)) * HOP / RATE / 3600
    hops = {command: 4 if command in beginnings() else 2 if command in SAFETY else 3 for command in head.commands}
    means = {
        command: [_means(stream[:, column], hops[command]) for stream in streams]
        for column, command in enumerate(head.commands)
    }

    def lowest(commands: Container[Command], per_hour: float, floor: float) -> dict[Command, float]:
        # In their own order: a set's differs from run to run, and which of two limits is raised first would, too.
        heard = {command: means[command] for command in head.commands if command in commands}
        return _lowest(heard, math.floor(per_hour * hours), floor)

    others = frozenset(head.commands) - SAFETY
    alone = {
        **lowest(PAIN_FAMILY & set(head.commands), PAIN_PER_HOUR, LOWEST),
        **lowest([Command.STOP], STOP_PER_HOUR, LOWEST),
        **lowest(others, OTHERS_PER_HOUR, LOWEST),
    }
    doubt = lowest(SAFETY & set(head.commands), DOUBT_PER_HOUR, LOWEST_DOUBT)
    for limits in (alone, doubt):
        # So few minutes say little about each word: none of the family is believed more easily than "pain".
        limits |= {command: max(limits[command], limits[Command.PAIN]) for command in PAIN_FAMILY & set(limits)}

    def agreeing(command: Command) -> float:
        if command in PAIN_FAMILY:
            return AGREEING_ON_PAIN
        if command is Command.STOP:
            return AGREEING  # somebody who wants to stop should not have to say it twice
        kept = _agreeing(*(_highest(head, command, hops[command], said) for said in (quiet, noisy)))
        return kept or (AGREEING if command in ALWAYS_ASKED else 0.0)

    return {
        command: Limits(
            round(alone[command], 3),
            agreeing(command),
            hops[command],
            round(min(doubt[command], alone[command]), 3) if command in doubt else 1.0,
        )
        for command in head.commands
    }


def _agreeing(quiet: Scores, noisy: Scores) -> float:
    has_a_vote = np.mean(quiet >= AGREEING) >= HAS_A_VOTE and np.mean(quiet >= LOWEST) > HEARS_ALONE
    if not has_a_vote:
        return 0.0
    kept = np.quantile(np.concatenate([quiet, noisy]), 1 - AGREEING_KEEPS)
    return round(float(np.clip(kept, AGREEING, AGREEING_AT_MOST)), 3)


def _highest(head: Head, command: Command, hops: int, calls: Sequence[Call]) -> Scores:
    column = head.commands.index(command)
    said = [call.probabilities[:, column] for call in calls if call.command is command]
    return np.array([_means(probabilities, hops).max() for probabilities in said], np.float32)


def _lowest(means: Mapping[Command, Sequence[Scores]], allowed: int, floor: float) -> dict[Command, float]:
    """Return a limit for each command so that all together are told no more often than allowed.

    All begin at the floor; then again and again the limit that lets most mistakes through is raised, halfway from
    the least of them to certainty: other people's mistakes will be higher than those of the few heard here.
    """
    limits = dict.fromkeys(means, floor)
    peaks = {command: _peaks(streams, floor) for command, streams in means.items()}
    while sum(map(len, peaks.values())) > allowed:
        worst = max(peaks, key=lambda command: len(peaks[command]))
        limits[worst] = min((1 + peaks[worst][0]) / 2, HIGHEST)
        peaks[worst] = _peaks(means[worst], limits[worst]) if limits[worst] < HIGHEST else []
    return limits


def _peaks(streams: Sequence[Scores], limit: float) -> list[float]:
    """Return how high a mean rose each time it would have been told at a limit, the lowest first."""
    found = []
    for stream in streams:
        if stream.max() < limit:
            continue
        highest = 0.0
        for value in [*stream.tolist(), 0.0]:
            if value < limit / 2:
                found += [highest] if highest >= limit else []
                highest = 0.0
            highest = max(highest, value)
    return sorted(found)


def _means(probabilities: Scores, hops: int) -> Scores:
    return np.convolve(probabilities, np.full(hops, 1 / hops, np.float32))[: len(probabilities)]
