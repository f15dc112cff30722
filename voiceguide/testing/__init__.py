"""Fakes for tests of voiceguide and of what is built on it: scripted by time, no mocks.

From the smallest to the whole:

- `VirtualSession` walks a pure `Session` through virtual time: for tests of what the session decides.
- `VirtualSpeech` and `VirtualPort` stand in for a voice and a sound card: for tests of the loop around it.
- `FakeMachine` has a clock that can be wrong: for tests of what is kept with a date.
- `load_scenario`, `play` and `judge` run a scenario, a YAML file of what a person says and what must follow from
  it, through everything but sound and recogniser.

Words are heard at given sample times by `voiceguide.hearing.recognisers.typed.TypedRecogniser`.
"""

from voiceguide.testing.machine import FakeMachine
from voiceguide.testing.port import VirtualPort
from voiceguide.testing.scenario import Check, Played, Scenario, judge, load_scenario, play
from voiceguide.testing.speech import VirtualSpeech, spoken_length
from voiceguide.testing.virtual_session import Spoken, VirtualSession

__all__ = [
    "Check",
    "FakeMachine",
    "Played",
    "Scenario",
    "Spoken",
    "VirtualPort",
    "VirtualSession",
    "VirtualSpeech",
    "judge",
    "load_scenario",
    "play",
    "spoken_length",
]
