"""What was measured of hearing, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks.outcomes import Found, Outcomes, calls, first_try, others
from training.shares import Share

_WORD, _REST, _OTHERS = "#08519c", "#9ecae1", "#31a354"
_NOISES = ("pink", "fan", "babble", "television")
_SNR_DB = (20, 10, 5)
_ECHOES_DB = (0, -5, -10, -15, -20)
_PANELS = {noise: {f"{snr_db}": f"{noise} {snr_db} dB" for snr_db in _SNR_DB} for noise in _NOISES} | {
    "guide speaking": {f"{echo_db}": f"guide speaking, {echo_db} dB" for echo_db in _ECHOES_DB}
}
"""Titles, and which condition stands at which place."""

_APART = 0.1
"""Between lines that would hide each other."""


def draw(found: Found, folder: Path) -> dict[str, str]:
    """Draw what there is into a folder and return file names and titles."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {name: outcomes for name, outcomes in calls(found) if ":" not in name}
    pictures = {}
    if known:
        _conditions(known).savefig(folder / "hearing-conditions.svg")
        pictures["hearing-conditions.svg"] = "Calls of the pain family at the first try, by condition"
    if all(name in known for places in _PANELS.values() for name in places.values()):
        _panels(known).savefig(folder / "hearing-noise.svg")
        pictures["hearing-noise.svg"] = "Protected, and other commands heard, by noise and by the guide's voice"
    return pictures


def _conditions(known: dict[str, Outcomes]) -> Figure:
    figure = Figure(figsize=(9, 0.28 * len(known) + 1.2), layout="constrained")
    ax = figure.subplots()
    names = list(known)[::-1]
    for row, name in enumerate(names):
        whole, word = first_try(known[name]), first_try(known[name], ("word",))
        low, high = whole.interval
        ax.barh(row, whole.percent, color=_REST)
        ax.barh(row, word.percent, color=_WORD)
        ax.plot([low, high], [row, row], color="black", linewidth=1)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set_xlim(0, 100)
    ax.set_xlabel(
        "% of calls of the pain family. Dark: by a word; light: by giving way or asking; line: 95% interval",
        fontsize=9,
    )
    return figure


def _panels(known: dict[str, Outcomes]) -> Figure:
    figure = Figure(figsize=(10, 3), layout="constrained")
    panels = figure.subplots(1, len(_PANELS), sharey=True)
    for ax, (title, places) in zip(panels, _PANELS.items(), strict=True):
        chosen = [known[name] for name in places.values()]
        lines = (
            (_REST, "protected", [first_try(one) for one in chosen]),
            (_WORD, "by a word", [first_try(one, ("word",)) for one in chosen]),
            (_OTHERS, "other commands", [others(one) for one in chosen]),
        )
        for number, (colour, label, shares) in enumerate(lines):
            _line(ax, _APART * (number - 1), shares, colour, label)
        ax.set_title(title, fontsize=9)
        ax.set_xticks(range(len(places)), list(places))
        ax.set_xlabel("dB", fontsize=9)
        ax.set_ylim(0, 103)
    panels[0].set_ylabel("%")
    figure.legend(*panels[0].get_legend_handles_labels(), fontsize=8, ncols=3, loc="outside lower center")
    return figure


def _line(ax: Any, aside: float, shares: list[Share], colour: str, label: str) -> None:
    values = [share.percent for share in shares]
    below = [share.percent - share.interval[0] for share in shares]
    above = [share.interval[1] - share.percent for share in shares]
    places = np.arange(len(shares)) + aside
    ax.errorbar(
        places, values, yerr=[below, above], color=colour, label=label, marker="o", markersize=4, capsize=3
    )
