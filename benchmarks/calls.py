"""The section on calls of pain: from trials to tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import Spread, run_job
from benchmarks.sections import KOREAN, Setting, why
from benchmarks.tables import Section, Table, Target

MOST_TO_SILENCE_S = 0.040
ENGLISH = Setting("constructive-rest", "pyttsx3", "pocketsphinx")
SETTINGS = (ENGLISH, Setting("constructive-rest", "pyttsx3", "vosk"), KOREAN)
MOMENTS = {
    "speaking": "guide speaking",
    "silent": "guide silent",
    "first words": "guide silent, first words ever",
}

Trials = list[dict[str, Any]]


def measure_pain() -> Section:
    """From the end of a word of pain to the decision and to silence."""
    latency = Table(
        "From a call of pain to silence (milliseconds of sample time)",
        "Every phrase of the pain family in every voice, called out at -26 dBFS in a quiet room (noise at "
        "-66 dBFS) to the real guide; the microphone does not hear the guide, and a sound card's buffers "
        "come on top. The recogniser has heard the person say “start” and “ready” before, except for "
        "“first words ever”. Heard: a pain phrase, any one, decided on within 2.5 s after the end of the "
        "words (their last sample within 40 dB of their peak); times are of these calls alone, so a call "
        "that was missed has none. Negative: decided before the end. Silence: from the recogniser's "
        "decision to the first sample from which the speaker stays below -80 dBFS until the guide begins "
        "its next sentence. Tuned: voices by which the recogniser's settings were chosen; others: voices "
        "by which none was. Sample time is the same in every run, so there is one run.",
        [
            "engine, language: voices, moment",
            "heard",
            "to decision: median",
            "worst",
            "decision to silence: median",
            "worst",
            "words to silence: median",
            "worst",
        ],
    )
    who = Table(
        "Who was heard",
        "Calls heard of calls made, by voice.",
        ["engine: voice", "tuned", *MOMENTS.values()],
    )
    what = Table(
        "What was heard", "Calls heard of calls made, by phrase, all voices.", ["engine: words", *MOMENTS.values()]
    )
    data, slowest = {}, []
    with TemporaryDirectory() as cache, ThreadPoolExecutor() as side_by_side:
        # Sample time does not care what else the machine does.
        job = partial(run_job, "pain", cache=Path(cache))
        reports = side_by_side.map(job, [setting.arguments() for setting in SETTINGS])
    for setting, (_, report) in zip(SETTINGS, reports, strict=True):
        name = f"{setting.engine}, {'ko' if setting is KOREAN else 'en'}"
        data[name] = report if "skipped" in report else _compact(report["trials"])
        if "skipped" in report:
            latency.add(f"{name}: {why(report)}")
            continue
        for one in report["trials"]:
            if "skipped" in one:
                who.add(f"{setting.engine}: {one['person']}: {why(one)}")
        trials = [one for one in report["trials"] if "skipped" not in one]
        for tuned, voices in ((True, "tuned"), (False, "others")):
            for moment, words in MOMENTS.items():
                chosen = [one for one in trials if one["tuned_with"] is tuned and one["moment"] == moment]
                if chosen:
                    latency.add(f"{name}: {voices}, {words}", *_latency(chosen))
        slowest += [one["silent_after_s"] for one in trials if one["silent_after_s"] is not None]
        for person in dict.fromkeys(one["person"] for one in trials):
            chosen = [one for one in trials if one["person"] == person]
            who.add(f"{setting.engine}: {person}", "yes" if chosen[0]["tuned_with"] else "no", *_by_moment(chosen))
        for words in dict.fromkeys(one["words"] for one in trials):
            what.add(f"{setting.engine}: {words}", *_by_moment([one for one in trials if one["words"] == words]))
    worst = max(slowest, default=None)
    measured = "nothing" if worst is None else f"{worst * 1000:.1f} ms ({len(slowest)} calls)"
    target = Target(
        "decision to silence",
        f"<= {MOST_TO_SILENCE_S * 1000:.0f} ms",
        measured,
        None if worst is None else worst <= MOST_TO_SILENCE_S,
    )
    return Section([latency, who, what], {"pain": data}, [target])


def _compact(trials: Trials) -> dict[str, Any]:
    """Return a line for each call, with milliseconds to the decision and from there to silence at each moment."""
    lines: dict[str, Any] = {"moments": list(MOMENTS)}
    for one in trials:
        if "skipped" in one:
            lines[one["person"]] = one["skipped"]
            continue
        times = [one["decided_after_s"], one["silent_after_s"]]
        call = lines.setdefault(one["person"], {}).setdefault(one["words"], [])
        call.append(
            None if times[0] is None else [None if time is None else round(time * 1000, 1) for time in times]
        )
    return lines


def _latency(trials: Trials) -> list[str]:
    heard = [one for one in trials if one["heard"]]
    sounding = [one for one in heard if one["silent_after_s"] is not None]
    return [
        f"{len(heard)} of {len(trials)}",
        *_median_and_worst(heard, lambda one: one["decided_after_s"]),
        *_median_and_worst(sounding, lambda one: one["silent_after_s"]),
        *_median_and_worst(sounding, lambda one: one["decided_after_s"] + one["silent_after_s"]),
    ]


def _median_and_worst(trials: Trials, value: Callable[[dict[str, Any]], float]) -> Iterable[str]:
    if not trials:
        return ("", "")
    spread = Spread.of([value(one) for one in trials]).scaled(1000)
    return (f"{spread.median:.0f}", f"{spread.most:.0f}")


def _by_moment(trials: Trials) -> list[str]:
    counts = []
    for moment in MOMENTS:
        chosen = [one for one in trials if one["moment"] == moment]
        counts.append(f"{sum(one['heard'] is not None for one in chosen)} of {len(chosen)}")
    return counts
