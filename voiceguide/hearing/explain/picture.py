"""What was made of a sound, as a picture: waveform, utterances, phrase scores and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from voiceguide.core.clock import RATE, seconds
from voiceguide.core.commands import Command
from voiceguide.errors import ChoiceError, VoiceguideError
from voiceguide.hearing.explain.explained import Explained
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.private import private_file

_LEAST = -12.0
"""Phrases less probable than this are drawn at the bottom."""

_MOST = 4
"""Phrases shown for one utterance, the most probable; more cannot be told apart."""

_ENVELOPE = RATE // 100
_COUNTED, _NOT_COUNTED, _SPEECH = "#08519c", "#a50f15", "#fdd49e"

FORMATS = (".png", ".svg")


def draw(path: Path, heard: Explained, title: str) -> None:
    """Draw what was heard.

    Args:
        path: PNG or SVG file to write.
        heard: the sound and what was made of it.
        title: stands above.

    Raises:
        VoiceguideError: matplotlib is not installed, or the file cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise ChoiceError(f"{path}: a picture's name ends in {' or '.join(FORMATS)}.")
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an optional extra, loaded when a picture is wanted
    except ImportError as error:
        raise VoiceguideError(
            "Pictures need matplotlib. Install it with: pip install 'voiceguide[plot]'"
        ) from error
    length_s = max(seconds(len(heard.sound)), 1.0)
    figure = Figure(figsize=(min(8 + length_s, 40), 7.5), layout="constrained")
    wave, scores, claims = figure.subplots(3, 1, sharex=True, height_ratios=(2, 2, 2.2))
    _draw_wave(wave, heard)
    _draw_scores(scores, heard)
    _draw_claims(claims, heard)
    claims.set_xlim(0, length_s)
    claims.set_xlabel("seconds")
    figure.suptitle(title)
    try:
        figure.savefig(private_file(path), dpi=100)
    except (OSError, ValueError) as error:
        raise ChoiceError(f"{path} cannot be written: {error}. Name a .png or .svg file.") from error


def _draw_wave(ax: Any, heard: Explained) -> None:
    for number, (begins, ends) in enumerate(heard.speech):
        label = "utterance" if number == 0 else None
        ax.axvspan(seconds(begins), seconds(ends), color=_SPEECH, linewidth=0, label=label)
    whole = heard.sound[: len(heard.sound) // _ENVELOPE * _ENVELOPE].reshape(-1, _ENVELOPE) / 32768
    if len(whole):
        times = (np.arange(len(whole)) + 0.5) * _ENVELOPE / RATE
        ax.fill_between(times, whole.min(axis=1), whole.max(axis=1), color="#525252", linewidth=0)
    ax.set_ylabel("microphone")
    if heard.speech:
        ax.legend(loc="upper right", frameon=False)


def _draw_scores(ax: Any, heard: Explained) -> None:
    ax.set_ylim(_LEAST - 1, 1)
    ax.set_ylabel("log probability")
    looks = [one for one in heard.verdicts if one.hypothesis is not None and one.hypothesis.scores]
    if not looks:
        ax.text(0.5, 0.5, "no phrase was scored", transform=ax.transAxes, ha="center", color="#737373")
    for verdict in looks:
        hypothesis = verdict.hypothesis
        at = seconds(verdict.at)
        for scored in hypothesis.scores[:_MOST] if hypothesis is not None else ():
            ax.plot(at, max(scored.log_p, _LEAST), marker="_", color=_COUNTED, markersize=10)
            ax.text(at, max(scored.log_p, _LEAST), f"  {scored.phrase}", fontsize=7, va="center", clip_on=True)


def _draw_claims(ax: Any, heard: Explained) -> None:
    ears = list(dict.fromkeys(verdict.engine for verdict in heard.verdicts))
    for number, verdict in enumerate(heard.verdicts):
        row = ears.index(verdict.engine)
        colour = _COUNTED if verdict.heard else _NOT_COUNTED
        at = seconds(verdict.at)
        ax.plot(at, row, marker="^" if verdict.heard else "x", color=colour, markersize=8)
        ax.text(
            at, row + 0.1 + 0.18 * (number % 4), f" {outcome(verdict)}", fontsize=8, color=colour, clip_on=True
        )
        ax.axvline(at, color=colour, linewidth=0.5, alpha=0.4)
    ax.set_yticks(range(len(ears)), ears)
    ax.set_ylim(-0.6, max(len(ears) - 1, 0) + 1.1)
    ax.set_ylabel("decisions")


def outcome(verdict: Verdict) -> str:
    """Return in a few words what a claim led to, such as "pain 0.98: sure enough to act on"."""
    return f"{named(verdict.command)} {verdict.sure:.2f}: {verdict.rule.value}"


def named(command: Command | None) -> str:
    """Return a command's name, or what speech without one is called."""
    return command.value if command else "unknown speech"
