"""Draws docs/images/page-*.png from the real page: `python docs/screenshots.py`. Needs Chromium.

A real guide runs beside it for a minute, with five weeks of made-up sessions behind it.
"""
# ruff: noqa: INP001 -- a script beside the documents it draws for, no package

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from voiceguide.history.history import History
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.testing.chromium import chromium
from voiceguide.testing.live import LiveSession, QuickSpeech
from voiceguide.wall_clock import Reading, Trust, read_clock

IMAGES = Path(__file__).resolve().parent / "images"
SIZES = {360: 740, 768: 1024, 1280: 860}
ROUTINE = "psoas-short"
DAYS = (33, 32, 30, 29, 27, 26, 25, 22, 21, 19, 18, 16, 14, 13, 12, 11, 9, 8, 6, 5, 4, 3, 2, 1)
"""Days ago on which there was a session."""

SHORT_OF = {26: 3, 16: 4, 9: 2}
"""On these days, in the hold of that number, something hurt."""

KINDS = {26: "dull", 16: "dull", 9: "sharp"}


def past_sessions(path: Path) -> None:
    """Write made-up sessions, in the very way a session writes them."""
    routine = load_routine(find_routine(ROUTINE))
    holds = [
        (one, {"exercise": one.id, "side": side, "repeat": number + 1, "repeats": one.repeats})
        for one in routine.exercises
        for side in one.sides or (None,)
        for number in range(one.repeats)
    ]
    plan = [
        {"exercise": one.id, "side": side, "planned_s": one.hold_s * one.repeats}
        for one in routine.exercises
        for side in one.sides or (None,)
    ]
    for ago in DAYS:
        clock = _Clock(read_clock().now.replace(hour=7, minute=10 + ago % 40) - timedelta(days=ago))
        history = History(path, routine, clock=clock)
        tell = _Teller(history, clock)
        tell("started", 40, routine=routine.id, resumed=False, plan=plan)
        stopped = holds[: SHORT_OF.get(ago)]
        for number, (exercise, place) in enumerate(stopped, start=1):
            hurts = ago in SHORT_OF and number == len(stopped)
            held_s = exercise.hold_s / 3 if hurts else exercise.hold_s
            tell("state", 20, state="holding", **place)
            tell("hold", held_s, planned_s=exercise.hold_s, from_s=0.0, held_s=held_s, complete=not hurts, **place)
            tell("state", 1, state="resting", **place)
            if hurts:
                kind = {"pain": KINDS[ago], "over": KINDS[ago] == "sharp"}
                tell("pain", 1, report=1, pain="unknown", over=False, heard="it hurts", **place)
                tell("pain_kind", 9, report=1, **kind, **place)
                tell("pain_closed", 20, report=1, **kind, answers=[KINDS[ago]], outcome="end", **place)
        tell("state", 5, state="finished", **place)
        tell("finished", 10, how="pain" if ago in SHORT_OF else "completed")
        history.close()


class _Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> Reading:
        return Reading(self.now, Trust.SYNCHRONISED)


class _Teller:
    """Tells a history what happened, one thing after the other."""

    def __init__(self, history: History, clock: _Clock) -> None:
        self._history = history
        self._clock = clock
        self._time_s = 0.0

    def __call__(self, kind: str, after_s: float, **fields: Any) -> None:
        self._time_s += after_s
        self._clock.now += timedelta(seconds=after_s)
        self._history.notice({"time_s": self._time_s, "kind": kind, **fields})


def main() -> None:
    """Draw every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        past_sessions(Path(folder) / "history.sqlite")
        for scheme in ("light", "dark"):
            routine = load_routine(find_routine(ROUTINE))
            # A slow machine takes longer for three pictures than a hold of this routine lasts.
            patient = tuple(replace(one, hold_s=max(one.hold_s, 90.0)) for one in routine.exercises)
            routine = replace(routine, exercises=patient)
            with LiveSession(Path(folder), routine, speech=QuickSpeech()) as live:
                page = browser.new_context(color_scheme=scheme).new_page()
                page.goto(live.address)
                live.into_a_hold()
                page.wait_for_timeout(9_500)  # the circle is wide
                draw(page, "session", scheme)
                for view in ("history", "routines"):
                    page.goto(f"{live.address}#{view}")
                    page.locator(f"#{view} h1").wait_for()
                    page.wait_for_timeout(500)
                    draw(page, view, scheme, sizes=(360, 1280) if view == "history" else (768,))
                live.say("it hurts")
                page.locator("#lines").filter(has_text="What does it feel like").wait_for()
                draw(page, "pain", scheme, sizes=(360, 1280))


def draw(page: Any, name: str, scheme: str, sizes: tuple[int, ...] = tuple(SIZES)) -> None:
    """Draw the page as it is, at each width."""
    for width in sizes:
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        page.wait_for_timeout(500)
        drawn = Image.open(io.BytesIO(page.screenshot()))
        # 128 colours are enough for a page of few, in a third of the size.
        drawn.convert("RGB").quantize(128).save(IMAGES / f"page-{name}-{width}-{scheme}.png", optimize=True)


if __name__ == "__main__":
    main()
