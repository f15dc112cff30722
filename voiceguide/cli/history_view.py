"""What a person sees of the history: a calendar of the last weeks, reports of pain, and the last session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from voiceguide.history.past import UNKNOWN, Past, PastPain, PastSession, days_in_a_row

EMPTY = (
    "Nothing is kept yet. After your first session you will find here when you practised, for how long, and what "
    "hurt. See which routines there are with: voiceguide routines"
)

CLOCK_IS_WRONG = "Today's date cannot be right: it does not follow from the last session."
PLACED = "~ The clock was wrong. The session stands on the day of the next one whose date fits."

_HOW = {
    "completed": "done to its end",
    "stopped": "stopped",
    "pain": "ended after pain",
    "cut_off": "cut off",
    None: "running",
}
_OUTCOMES = {
    "again": "went on",
    "change_side": "went on with the other side",
    "skip": "went on with the next exercise",
    "rest": "rested",
    "end": "ended the session",
    "taken_back": "a false alarm",
    None: "cut off before it was answered",
}


def history_view(sessions: Sequence[PastSession], past: Past, weeks: int) -> Iterator[RenderableType]:
    """Yield what to print, part by part; at most 80 columns wide where there is room.

    Args:
        sessions: those of the last weeks, and the last one that there was, in order.
        past: when all sessions were, at least one.
        weeks: how many weeks to show, this one included.
    """
    today = past.last
    monday = first_day(today, weeks)
    recent = [session for session in sessions if monday <= session.day <= today]
    yield Text(f"Minutes a day, the last {weeks} weeks" if weeks > 1 else "Minutes a day, this week", style="bold")
    yield _calendar(recent, monday, today, weeks)
    reports = [(session, pain) for session in recent for pain in session.pains]
    if any(not pain.taken_back for _, pain in reports):
        yield Text.assemble("\n", ("!", "bold red"), "  pain was reported that day", style="dim")
    if reports:
        yield Text("\nPain", style="bold")
        yield _pain_table(reports)
    yield Text()
    yield _last(sessions[-1])
    yield _count(past.days, len(recent), today)
    if not past.today_fits:
        yield Text(f"{CLOCK_IS_WRONG} The weeks end with the last session.", style="yellow")
    if not all(session.date_fits for session in [*recent, sessions[-1]]):
        yield Text(PLACED, style="yellow")


def first_day(today: date, weeks: int) -> date:
    """Return the Monday with which a calendar of so many weeks begins, this week included."""
    return today - timedelta(days=today.weekday(), weeks=weeks - 1)


def _calendar(sessions: Sequence[PastSession], monday: date, today: date, weeks: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, justify="right")
    for number in range(7):
        name = f"{monday + timedelta(days=number):%a}"
        table.add_column(name, justify="right", no_wrap=True, min_width=4)
    table.add_column("in all", justify="right", no_wrap=True, min_width=6)
    for week in range(weeks):
        begins = monday + timedelta(weeks=week)
        days = [begins + timedelta(days=number) for number in range(7)]
        total = _minutes([session for session in sessions if session.day in days])
        cells = [_cell(sessions, day) if day <= today else Text() for day in days]
        table.add_row(
            Text(f"{begins:%-d %b}", style="dim"), *cells, Text(str(total) if total else "", style="bold")
        )
    return table


def _cell(sessions: Sequence[PastSession], day: date) -> Text:
    on_this_day = [session for session in sessions if session.day == day]
    if not on_this_day:
        return Text("·", style="dim")
    hurt = any(not pain.taken_back for session in on_this_day for pain in session.pains)
    return Text.assemble((str(_minutes(on_this_day)), "green"), ("!", "bold red") if hurt else "")


def _minutes(sessions: Sequence[PastSession]) -> int:
    """Return whole minutes; what was begun counts as one at least."""
    seconds = sum(session.guided_s for session in sessions)
    return max(1, round(seconds / 60)) if sessions else 0


_PRESSED = "; pressed by an unknown machine"


def _pain_table(reports: Sequence[tuple[PastSession, PastPain]]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column("when", no_wrap=True)
    table.add_column("where")
    table.add_column("what", max_width=36)
    for session, pain in reports:
        side = f", {pain.side} side" if pain.side else ""
        after = "the exercise was over; " if pain.exercise_over else ""
        pressed = _PRESSED if pain.said_by == UNKNOWN else ""
        table.add_row(
            Text(_when(session, pain)),
            Text(f"{pain.exercise}{side}"),
            Text.assemble(
                (pain.kind.replace("_", " "), "" if pain.taken_back else "red"),
                f": {after}{_OUTCOMES.get(pain.outcome, pain.outcome)}{pressed}",
            ),
        )
    return table


def _when(session: PastSession, pain: PastPain) -> str:
    if session.date_fits:
        return f"{pain.reported:%a %-d %b %H:%M}"
    return f"~ {session.day_of(pain.reported):%a %-d %b}"


def _last(session: PastSession) -> Text:
    minutes = _minutes([session])
    length = f"{minutes} minute{'s' if minutes > 1 else ''}"
    how = _HOW.get(session.how, session.how)
    when = f"{session.began:%a %-d %B %Y, %H:%M}" if session.date_fits else f"~ {session.day:%a %-d %B %Y}"
    return Text(f"The last one: {when}, {session.routine}, {length}, {how}.")


def _count(days: Sequence[date], recent: int, today: date) -> Text:
    many = f"{recent} session{'' if recent == 1 else 's'}"
    text = f"{many} in these weeks, {len(days)} in all."
    streak = days_in_a_row(days, today)
    # A row of days is a pleasure to see. Nothing is said of one that has ended.
    return Text(f"{text} {streak} days in a row." if streak > 1 else text)
