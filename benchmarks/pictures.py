"""What was measured of hearing, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.outcomes import first_try, others
from training.shares import Share

_WORD, _REST, _OTHERS = "#08519c", "#9ecae1", "#31a354"
_NOISES = ("pink", "fan", "babble", "television")
_SNR_DB = (20, 10, 5)


def draw(found: dict[str, Any], folder: Path) -> dict[str, str]:
    """Draw what there is into a folder and return file names and titles."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = {
        name[6:]: one["outcomes"] for name, one in found.items() if name.startswith("calls/") and ":" not in name
    }
    pictures = {}
    if calls:
        _conditions(calls).savefig(folder / "hearing-conditions.svg")
        pictures["hearing-conditions.svg"] = "Calls of the pain family at the first try, by condition"
    if all(f"{noise} {snr_db} dB" in calls for noise in _NOISES for snr_db in _SNR_DB):
        _noises(calls).savefig(folder / "hearing-noise.svg")
        pictures["hearing-noise.svg"] = "Protected, and other commands heard, by noise"
    return pictures


def _conditions(calls: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(9, 0.28 * len(calls) + 1.2), layout="constrained")
    ax = figure.subplots()
    names = list(calls)[::-1]
    for row, name in enumerate(names):
        whole, word = first_try(calls[name]), first_try(calls[name], ("word",))
        low, high = whole.interval
        ax.barh(row, whole.percent, color=_REST)
        ax.barh(row, word.percent, color=_WORD)
        ax.plot([low, high], [row, row], color="black", linewidth=1)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set_xlim(0, 100)
    ax.set_xlabel(
        "% of calls of the pain family: dark, by a word; light, by giving way or asking; line, 95% interval"
    )
    return figure


def _noises(calls: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    panels = figure.subplots(1, len(_NOISES), sharey=True)
    for ax, noise in zip(panels, _NOISES, strict=True):
        chosen = [calls[f"{noise} {snr_db} dB"] for snr_db in _SNR_DB]
        for colour, label, shares in (
            (_REST, "protected", [first_try(one) for one in chosen]),
            (_WORD, "by a word", [first_try(one, ("word",)) for one in chosen]),
            (_OTHERS, "other commands", [others(one) for one in chosen]),
        ):
            _line(ax, shares, colour, label)
        ax.set_title(noise, fontsize=9)
        ax.set_xticks(range(len(_SNR_DB)), [f"{snr_db} dB" for snr_db in _SNR_DB])
        ax.set_ylim(0, 100)
    panels[0].set_ylabel("%")
    panels[-1].legend(fontsize=7)
    return figure


def _line(ax: Any, shares: list[Share], colour: str, label: str) -> None:
    values = [share.percent for share in shares]
    below = [share.percent - share.interval[0] for share in shares]
    above = [share.interval[1] - share.percent for share in shares]
    ax.errorbar(range(len(shares)), values, yerr=[below, above], color=colour, label=label, marker="o", capsize=3)
