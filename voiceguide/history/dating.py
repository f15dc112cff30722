"""When sessions took place, as far as it can be known: their dates come from a clock that may have been wrong.

What is certain is the order of their rows. Within one start of the machine the time between two sessions is
certain as well, so that one moment at which a time server had set the clock dates every session of that start. Of
the other dates those are believed that lie between the sure ones and go forward, as many of them as possible; a
date that goes back or ahead of them is not, and its session is put on the day of the next one that is believed.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from voiceguide.core.week_rule import FORTNIGHT, Moment
from voiceguide.history.database import transaction
from voiceguide.history.reading import HistoryConnection, number_of, text_or_none_of, time_of
from voiceguide.wall_clock import Reading, Trust

_LONGEST_UP_S = 1e9
"""Thirty years."""

COLUMNS = "id, began, boot, up_s, clock, truly_began"
"""Of a session's row, as `stamp_of` reads them."""


@dataclass(frozen=True)
class Stamp:
    """What a row says of when it was written.

    Attributes:
        id: its number, which grows with each.
        said: what the clock said.
        trust: how far that could be believed; None for what an earlier version wrote, which did not look.
        boot: which start of the machine it was; None when that is unknown.
        up_s: seconds since that start.
        truly: when it was by a clock that a time server had set, perhaps only later in the session; None if never.
    """

    id: int
    said: datetime
    trust: Trust | None = None
    boot: str | None = None
    up_s: float = 0.0
    truly: datetime | None = None


@dataclass(frozen=True)
class Dated:
    """A stamp, judged.

    Attributes:
        stamp: what was judged.
        when: when it was if that is sure, else what the clock said.
        sure: whether it is.
        believed: whether its date is sure or at least fits the others.
        day: the day in the calendar to which it belongs.
        earliest: the day before which it surely was not; None when that is unknown.
        latest: the day after which it surely was not; None when that is unknown.
    """

    stamp: Stamp
    when: datetime
    sure: bool
    believed: bool
    day: date
    earliest: int | None
    latest: int | None

    @property
    def correction(self) -> timedelta:
        """What has to be added to every time that was written down with it."""
        return self.when - self.stamp.said

    def moment(self, at: datetime | None = None) -> Moment:
        """Return when something in this session was, for the week rule.

        Args:
            at: what was written down for it; None for the beginning.
        """
        after = timedelta(0) if at is None else at - self.stamp.said
        day = (self.when + after).date().toordinal()
        return Moment(
            day,
            session=self.stamp.id,
            earliest=day if self.sure else self.earliest,
            latest=day if self.sure else self.latest,
            boot=self.stamp.boot,
            up_s=self.stamp.up_s + after.total_seconds(),
        )


def stamp_of(row: sqlite3.Row) -> Stamp:
    """Return the stamp of a session's row.

    Raises:
        ValueError: the row is none that voiceguide writes.
    """
    clock = text_or_none_of(row, "clock")
    return Stamp(
        row["id"],
        time_of(row, "began"),
        Trust(clock) if clock else None,
        text_or_none_of(row, "boot"),
        0.0 if row["up_s"] is None else number_of(row, "up_s", most=_LONGEST_UP_S),
        None if row["truly_began"] is None else time_of(row, "truly_began"),
    )


def stamp_of_now(now: Reading, number: int) -> Stamp:
    """Return the stamp that a row would get now, with the given number."""
    return Stamp(number, now.now, now.trust, now.boot, now.up_s, now.now if now.sure else None)


def stamps(connection: HistoryConnection, at_most: int | None = None) -> list[Stamp]:
    """Return the stamps of all sessions in order, or of the latest ones, as far as they can be read.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    limit = -1 if at_most is None else at_most
    question = f"SELECT {COLUMNS} FROM session ORDER BY id DESC LIMIT ?"  # noqa: S608 - the columns are ours
    return [*connection.read("session", question, stamp_of, (limit,))][::-1]


def judge(ordered: Sequence[Stamp]) -> list[Dated]:
    """Judge dates by each other; the last one may be now.

    Args:
        ordered: in the order in which they were written.
    """
    offsets = _offsets(ordered)
    truly = [_truly(stamp, offsets) for stamp in ordered]
    days = [None if when is None else when.date().toordinal() for when in truly]
    earliest, latest = _until_here(days, max), _until_here(days[::-1], min)[::-1]
    when = [true or stamp.said for true, stamp in zip(truly, ordered, strict=True)]
    believed = _believed(when, [one is not None for one in truly])
    dated: list[Dated] = []
    following: date | None = max((when[number].date() for number in believed), default=None)
    for number in range(len(ordered) - 1, -1, -1):
        fits = number in believed
        day = when[number].date() if fits or following is None else following
        following = day
        dated.append(
            Dated(
                ordered[number],
                when[number],
                truly[number] is not None,
                fits,
                day,
                earliest[number],
                latest[number],
            )
        )
    return dated[::-1]


def date_this_start(connection: HistoryConnection, now: Reading) -> None:
    """Write down when the sessions since the machine started truly began, once a time server has set the clock.

    What cannot be written now, while another process writes for example, is written the next time.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    if not now.sure or now.boot is None:
        return
    question = f"SELECT {COLUMNS} FROM session WHERE boot = ? AND truly_began IS NULL"  # noqa: S608 - they are ours
    undated = [*connection.read("session", question, stamp_of, (now.boot,))]
    if undated:
        *judged, _ = judge([*undated, stamp_of_now(now, 0)])
        with suppress(sqlite3.OperationalError), transaction(connection, survive_power_cut=False):
            connection.executemany(
                "UPDATE session SET truly_began = ? WHERE id = ?",
                [(one.when.isoformat(timespec="seconds"), one.stamp.id) for one in judged],
            )


def how_long_ago_is_sure(earlier: Dated, now: Dated) -> bool:
    """Tell whether the days from an earlier session to now can be told to a person."""
    if earlier.sure and now.sure:
        return True
    if (
        now.stamp.boot is not None
        and earlier.stamp.boot == now.stamp.boot
        and earlier.stamp.said <= now.stamp.said
    ):
        return True
    # A clock with a battery may be believed as long as it goes forward. Earlier versions did not say what it was.
    kept = {None, Trust.HARDWARE, Trust.SYNCHRONISED}
    goes_forward = earlier.believed and now.believed and earlier.when <= now.when
    return goes_forward and {earlier.stamp.trust, now.stamp.trust} <= kept


def last_day(earlier: Sequence[Dated], now: Dated) -> date:
    """Return the day up to which a calendar of the sessions reaches: today, if that can be believed.

    It cannot where a clock that nobody has set has gone back, or leaps by more than a fortnight. Then it is the
    day of the last session, so that no session lies out of sight.
    """
    last = max((one.day for one in earlier), default=now.when.date())
    ahead = (now.when.date() - last).days
    trusted = now.sure or now.stamp.trust is Trust.HARDWARE
    return now.when.date() if (ahead >= 0 if trusted else 0 <= ahead <= FORTNIGHT) else last


def _offsets(ordered: Iterable[Stamp]) -> dict[str, datetime]:
    """Return when each start of the machine was, where that is known for sure."""
    return {
        stamp.boot: stamp.truly - timedelta(seconds=stamp.up_s)
        for stamp in ordered
        if stamp.truly is not None and stamp.boot is not None
    }


def _truly(stamp: Stamp, offsets: dict[str, datetime]) -> datetime | None:
    if stamp.truly is not None or stamp.boot not in offsets:
        return stamp.truly
    when = offsets[stamp.boot] + timedelta(seconds=stamp.up_s)
    return when.astimezone(stamp.said.tzinfo).replace(microsecond=0)


def _until_here(days: Iterable[int | None], choose: Callable[[int, int], int]) -> list[int | None]:
    """Return for each place which of the sure days up to it was chosen."""
    chosen: int | None = None
    found = []
    for day in days:
        if day is not None:
            chosen = day if chosen is None else choose(chosen, day)
        found.append(chosen)
    return found


def _believed(when: Sequence[datetime], sure: Sequence[bool]) -> set[int]:
    """Return the places of the sure times, and between them of as many others as go forward."""
    believed = {number for number, known in enumerate(sure) if known}
    fences = [-1, *sorted(believed), len(when)]
    for left, right in pairwise(fences):
        least = when[left] if left >= 0 else None
        most = when[right] if right < len(when) else None
        between = [
            number
            for number in range(left + 1, right)
            if (least is None or when[number] >= least) and (most is None or when[number] <= most)
        ]
        believed.update(_going_forward(between, when))
    return believed


def _going_forward(places: Sequence[int], when: Sequence[datetime]) -> list[int]:
    """Return the longest run of places, not necessarily neighbours, whose times never go back."""
    ends: list[datetime] = []
    places_of_ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        length = bisect_right(ends, when[place])
        before[place] = places_of_ends[length - 1] if length else None
        ends[length : length + 1] = [when[place]]
        places_of_ends[length : length + 1] = [place]
    run: list[int] = []
    last = places_of_ends[-1] if places_of_ends else None
    while last is not None:
        run.append(last)
        last = before[last]
    return run
