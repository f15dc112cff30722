from __future__ import annotations

import io
import queue
import threading

import numpy as np
import pytest

from voiceguide.core.commands import Command
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.typed import TypedRecogniser, read_lines
from voiceguide.language.pack import load_language

ENGLISH = load_language("en")
FRAME = np.zeros(160, np.int16)


def test_a_script_is_heard_at_its_times() -> None:
    recogniser = TypedRecogniser(
        script=[(160, "I'm ready!"), (161, "it HURTS"), (24_000, "blue cheese"), (24_001, "  ")]
    )
    ears = Ears(recogniser, ENGLISH)
    ears.listen_for(frozenset(Command))
    heard = [(frame, one.heard) for frame in range(160) for one in ears.accept(FRAME) if one.heard]
    assert [(frame, one.command) for frame, one in heard] == [(0, Command.READY), (1, Command.PAIN), (149, None)]
    assert {one.engine for _, one in heard} == {"typed"}
    assert [one.at for _, one in heard] == [160, 161, 24_000]


@pytest.mark.parametrize(("hold", "heard"), [(True, None), (False, Command.NEXT_SIDE)])
def test_what_is_not_expected_is_unknown_in_a_hold_and_known_elsewhere(
    *, hold: bool, heard: Command | None
) -> None:
    recogniser = TypedRecogniser(script=[(1, "next side"), (40_000, "next side")])
    ears = Ears(recogniser, ENGLISH)
    ears.listen_for(frozenset({Command.YES}), hold=hold)
    assert [one.heard and one.heard.command for one in ears.accept(FRAME)] == [heard]
    ears.listen_for(frozenset({Command.NEXT_SIDE}))
    assert [one.command for one in ears.accept(np.zeros(40_000, np.int16))] == [Command.NEXT_SIDE]


def test_lines_that_somebody_types_are_heard_with_the_next_frame() -> None:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    ears = Ears(TypedRecogniser(lines), ENGLISH)
    ears.listen_for(frozenset(Command))
    assert ears.accept(FRAME) == []
    lines.put("Pain\n")
    lines.put("\n")
    assert [(one.at, one.command) for one in ears.accept(FRAME)] == [(320, Command.PAIN)]


def test_lines_are_read_from_a_stream_in_the_background() -> None:
    lines = read_lines(io.StringIO("start\nstop\n"))
    assert [lines.get(timeout=60), lines.get(timeout=60)] == ["start\n", "stop\n"]
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "typed lines")
