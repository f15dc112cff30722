"""The text of a small routine, for tests that break it, run it or look at it."""

from __future__ import annotations

SPOKEN = """\
id: mine
language: en
title: Mine
called: [short one]
summary: A routine to break
minutes: 3
welcome: [We take our time.]
exercises:
  - id: stretch
    title: The stretch
    purpose: [It lengthens the psoas.]
    setup:
      first_time: ["Kneel on the {side} knee, {other_side} foot forward."]
      again: ["The {side} knee once more."]
    wait: ready
    sides: [left, right]
    repeats: 2
    between_seconds: 15
    hold_seconds: 30
    breathing: {in_seconds: 4, out_seconds: 6}
    cues:
      - {at_second: 5, say: Keep the tailbone down.}
    release: [Bring both hands to the floor.]
    pain:
      sharp: [Stay out of it for today.]
      tries_after_sharp: 0
      dull: [Go in less deeply than before.]
closing: [That was the whole routine.]
"""
"""A routine to which no rule has an objection. Its exercise begins on line 9."""
