"""The session as a picture: who spoke when, the states, and the breath."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voiceguide.core.clock import seconds
from voiceguide.core.view import View
from voiceguide.demo.actor import Uttered
from voiceguide.errors import VoiceguideError
from voiceguide.fonts import LATIN, hangul_fonts

ROW_S = 120.0
"""Seconds of the session in one row of the picture."""

_SPOKEN, _CUT, _PERSON = "#08519c", "#54278f", "#a50f15"

_COLOURS = {
    "checking": "#f0f0f0",
    "waiting": "#d9d9d9",
    "returning": "#f0f0f0",
    "introducing": "#c6dbef",
    "setting_up": "#9ecae1",
    "changing": "#bcbddc",
    "holding": "#a1d99b",
    "resting": "#e5f5e0",
    "paused": "#fee391",
    "stopping": "#fec44f",
    "ending": "#fec44f",
    "safety": "#fb6a4a",
    "quiet": "#fcbba1",
    "doubt": "#fd8d3c",
    "finished": "#bdbdbd",
}


def draw_timeline(
    path: Path, journal: Sequence[dict[str, Any]], uttered: Sequence[Uttered], views: Sequence[View]
) -> None:
    """Draw a session.

    Args:
        path: PNG or SVG file to write.
        journal: the session's journal.
        uttered: what the person said.
        views: the session's views, about ten a second; the breath curve is drawn from them.

    Raises:
        VoiceguideError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an optional extra, loaded when a picture is wanted
        from matplotlib.lines import Line2D  # noqa: PLC0415
        from matplotlib.patches import Patch  # noqa: PLC0415
    except ImportError as error:
        raise VoiceguideError(
            "Pictures need matplotlib. Install it with: pip install 'voiceguide[plot]'"
        ) from error
    fonts = hangul_fonts()
    end = max(entry["time_s"] for entry in journal)
    rows = max(1, -(-int(end + 1) // int(ROW_S)))
    figure = Figure(figsize=(16, 2.3 * rows + 0.8), layout="constrained")
    axes = figure.subplots(rows, 1, squeeze=False)[:, 0]
    states = _states(journal, end)
    for row, ax in enumerate(axes):
        low = row * ROW_S
        for begins, ends, state in states:
            ax.axvspan(begins, ends, color=_COLOURS[state], alpha=0.75, linewidth=0)
        _draw_speech(ax, journal, uttered, fonts)
        _draw_breath(ax, views)
        ax.set_xlim(low, low + ROW_S)
        ax.set_ylim(0, 4.2)
        ax.set_yticks([0.6, 2.0, 3.3], ["breath", "person", "guide"])
        ax.tick_params(axis="y", length=0)
    axes[-1].set_xlabel("seconds")
    seen = dict.fromkeys(state for _, _, state in states)
    handles: list[Any] = [
        Patch(color=_COLOURS[state], alpha=0.75, label=state.replace("_", " ")) for state in seen
    ]
    handles += [Patch(color=_SPOKEN, label="spoken"), Patch(color=_CUT, label="cut off")]
    handles += [Patch(color=_PERSON, label="person")]
    handles += [Line2D([], [], color="black", marker="^", linestyle="", label="decided")]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    figure.savefig(path, dpi=100)


def _states(journal: Sequence[dict[str, Any]], end: float) -> list[tuple[float, float, str]]:
    entered = [(entry["time_s"], entry["state"]) for entry in journal if entry["kind"] == "state"]
    ends = [time for time, _ in entered[1:]] + [end]
    return [(begins, until, state) for (begins, state), until in zip(entered, ends, strict=True) if until > begins]


def _draw_speech(
    ax: Any, journal: Sequence[dict[str, Any]], uttered: Sequence[Uttered], fonts: Sequence[str]
) -> None:
    started: dict[int, float] = {}
    for entry in journal:
        match entry["kind"]:
            case "say_started":
                started[entry["utterance"]] = entry["time_s"]
            case "say_finished" | "say_cut" if entry["utterance"] in started:
                begins, ends = started.pop(entry["utterance"]), entry["time_s"]
                colour = _SPOKEN if entry["kind"] == "say_finished" else _CUT
                ax.broken_barh([(begins, ends - begins)], (3.05, 0.5), color=colour)
            case "heard":
                ax.plot(entry["time_s"], 1.62, marker="^", color="black", markersize=5)
    for number, words in enumerate(uttered):
        begins, ends = seconds(words.starts), seconds(words.ends)
        ax.broken_barh([(begins, ends - begins)], (1.75, 0.5), color=_PERSON)
        # At two heights, so that words close together can both be read.
        # Without a font for the words the command stands for them.
        label = words.line.say if fonts or words.line.say.isascii() else str(words.line.expect)
        height = 2.32 + 0.28 * (number % 2)
        ax.text(begins, height, label, fontsize=8, family=[LATIN, *fonts], clip_on=True)


def _draw_breath(ax: Any, views: Sequence[View]) -> None:
    times, depths = [], []
    for view in views:
        breath = view.breath
        times.append(seconds(view.at))
        if breath is None:
            depths.append(float("nan"))
        else:
            done = breath.done / breath.length
            depths.append(0.2 + 0.9 * (done if breath.inward else 1 - done))
    ax.plot(times, depths, color="#006d2c", linewidth=1.4)
