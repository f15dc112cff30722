"""What was measured of hearing, drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.conditions import PINK, QUIET
from benchmarks.figures import TALK
from benchmarks.outcomes import Found, of, only, outcomes, together, trade_off

_COLOURS = ("#08519c", "#e6550d")
_LEAST_AN_HOUR, _MOST_AN_HOUR = 0.05, 100.0


def draw(found: Found, folder: Path) -> dict[str, str]:
    """Draw what there is into a folder and return file names and titles."""
    heard = together(one for _, one in of(found, TALK))
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    drawn = False
    for ax, (title, pain) in zip(panels, {"the pain family": True, "other commands": False}.items(), strict=True):
        groups = ("pain",) if pain else ("command",)
        for condition, colour in zip((QUIET, PINK), _COLOURS, strict=True):
            calls = only(outcomes(found, f"commands/{condition}", f"phrasings/{condition}"), *groups)
            points = trade_off([one["sure"] for one in calls], heard.sure[pain], heard.hours)
            drawn |= _curve(ax, points, condition, colour)
        obeyed = heard.pain if pain else heard.all_commands - heard.pain
        if heard.hours:
            ax.axvline(
                max(obeyed / heard.hours, _LEAST_AN_HOUR), color="grey", linestyle=":", label="as it is set"
            )
        ax.set_xscale("log")
        ax.set_xlim(_LEAST_AN_HOUR, _MOST_AN_HOUR)
        ax.set_ylim(0, 100)
        ax.set_title(title, fontsize=9)
        ax.set_xlabel("false events an hour of talk", fontsize=9)
        ax.legend(fontsize=8)
    panels[0].set_ylabel("% of calls missed", fontsize=9)
    if not drawn:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "hearing-det.svg")
    return {"hearing-det.svg": "Missed calls against false events, were the threshold another one"}


def _curve(ax: Axes, points: list[tuple[float, float, float]], label: str, colour: str) -> bool:
    if points:
        _, an_hour, missed = np.transpose(points)
        ax.step(np.maximum(an_hour, _LEAST_AN_HOUR), missed, where="post", color=colour, label=label)
    return bool(points)
