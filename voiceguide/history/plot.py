"""The history as a picture: minutes a day, and seconds held per exercise and side, with pain marked.

matplotlib is needed for this alone, so it is an optional extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from voiceguide.errors import ChoiceError, HistoryError
from voiceguide.history.past import PastHold, PastPain, PastSession
from voiceguide.private import private_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg")

_MINUTES = "#4c78a8"
_SIDES = {"left": ("#e39b3a", "left"), "right": ("#3a8f85", "right"), None: ("#8c8c8c", "without sides")}
_PAIN = "#c0262d"


def plot(sessions: Sequence[PastSession], first: date, last: date, path: Path) -> None:
    """Draw the days from `first` to `last` into a PNG or SVG file.

    Args:
        sessions: what to draw; those of other days are left out.
        first: the first day.
        last: the last day, `first` or later.
        path: its ending chooses the format.

    Raises:
        HistoryError: matplotlib is not installed.
        ChoiceError: the ending is another one, or the file cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise ChoiceError(f"{path}: a picture's name ends in {' or '.join(FORMATS)}.")
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - optional, and slow to import
    except ImportError as error:
        raise HistoryError(
            "Drawing needs matplotlib, which is not installed. Install it with: pip install 'voiceguide[plot]'. "
            "Without it, voiceguide history shows a calendar."
        ) from error
    within = [session for session in sessions if first <= session.day <= last]
    exercises = list(dict.fromkeys(hold.exercise for session in within for hold in session.holds))
    figure = Figure(figsize=(10, 2.6 + 1.7 * len(exercises)), layout="constrained")
    axes: list[Axes] = list(
        figure.subplots(
            1 + len(exercises), sharex=True, squeeze=False, height_ratios=[1.5, *[1.0] * len(exercises)]
        )[:, 0]
    )
    _draw_minutes(axes[0], within)
    for place, exercise in zip(axes[1:], exercises, strict=True):
        _draw_held(place, exercise, within)
    _label_days(axes[-1], first, last)
    try:
        figure.savefig(private_file(path), dpi=120)
    except OSError as error:
        raise ChoiceError(f"{path} cannot be written: {error.strerror}. Choose another file.") from error


def _draw_minutes(axes: Axes, sessions: Sequence[PastSession]) -> None:
    minutes: dict[date, float] = {}
    for session in sessions:
        minutes[session.day] = minutes.get(session.day, 0) + session.guided_s / 60
    axes.bar([day.toordinal() for day in minutes], list(minutes.values()), width=0.8, color=_MINUTES)
    axes.set_ylabel("minutes")
    axes.set_title("Minutes a day", loc="left", fontsize="medium")
    hurt = sorted({session.day_of(pain.reported) for session, pain in _reports(sessions)})
    height = max(minutes.values(), default=1.0) or 1.0
    marks = [minutes.get(day, 0) + 0.08 * height for day in hurt]
    if hurt:
        _mark_pain(axes, hurt, marks)
        _legend(axes)
    axes.set_ylim(0, 1.25 * height)
    _tidy(axes)


def _draw_held(axes: Axes, exercise: str, sessions: Sequence[PastSession]) -> None:
    sides = [side for side in _SIDES if any(_of(session, exercise, side) for session in sessions)]
    width, most = 0.8 / len(sides), 0.0
    for number, side in enumerate(sides):
        color, name = _SIDES[side]
        held: dict[date, float] = {}
        begun: dict[date, float] = {}
        for session in sessions:
            holds = _of(session, exercise, side)
            held[session.day] = held.get(session.day, 0.0) + sum(hold.held_s for hold in holds)
            begun[session.day] = begun.get(session.day, 0.0) + _begun_s(holds)
        offset = (number - (len(sides) - 1) / 2) * width
        places = [day.toordinal() + offset for day in held]
        axes.bar(places, list(begun.values()), width=width, color="none", edgecolor=color, linewidth=0.7)
        axes.bar(places, list(held.values()), width=width, color=color, label=name)
        most = max(most, *held.values(), *begun.values())
    hurt = sorted(
        {session.day_of(pain.reported) for session, pain in _reports(sessions) if pain.exercise == exercise}
    )
    if hurt:
        _mark_pain(axes, hurt, [1.12 * most] * len(hurt))
    axes.set_ylim(0, 1.25 * most)
    axes.set_ylabel("seconds")
    title = f"{exercise}: held (filled) of what was begun (outlined)"
    axes.set_title(title, loc="left", fontsize="medium")
    _legend(axes)
    _tidy(axes)


def _of(session: PastSession, exercise: str, side: str | None) -> list[PastHold]:
    return [hold for hold in session.holds if (hold.exercise, hold.side) == (exercise, side)]


def _begun_s(holds: Sequence[PastHold]) -> float:
    """Return the seconds of the holds that were begun in a session; one that was interrupted counts once."""
    return sum({hold.repeat: hold.planned_s for hold in holds}.values())


def _reports(sessions: Sequence[PastSession]) -> list[tuple[PastSession, PastPain]]:
    return [(session, pain) for session in sessions for pain in session.pains if not pain.taken_back]


def _mark_pain(axes: Axes, days: Sequence[date], heights: Sequence[float]) -> None:
    axes.plot(
        [day.toordinal() for day in days],
        heights,
        linestyle="none",
        marker="v",
        color=_PAIN,
        label="pain reported",
    )


def _legend(axes: Axes) -> None:
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1), fontsize="small", frameon=False, ncols=3, borderaxespad=0
    )


def _label_days(axes: Axes, first: date, last: date) -> None:
    days = (last - first).days + 1
    step = max(1, -(-days // 12))
    ticks = [last - timedelta(days=number) for number in range(0, days, step)][::-1]
    axes.set_xlim(first.toordinal() - 0.6, last.toordinal() + 0.6)
    axes.set_xticks([day.toordinal() for day in ticks], [f"{day:%-d %b}" for day in ticks])
    axes.set_xlabel(f"{first:%-d %B %Y} to {last:%-d %B %Y}")


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.25)
    axes.set_axisbelow(True)
