"""What is known about the room while something is heard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Around:
    """What is known about the room while something is heard.

    Attributes:
        guide: the guide speaks, or has so shortly before that its own words may still be decided upon.
        other: another voice was noticed shortly before.
        apart: the two can be told apart.
        stood_out: a voice was heard of late that is louder than what usually sounds here.
    """

    guide: bool = False
    other: bool = True
    apart: bool = True
    stood_out: bool = True


QUIET = Around()
"""The guide is silent, or the microphone does not hear it."""
