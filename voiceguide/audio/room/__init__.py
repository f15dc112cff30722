"""A simulated room behind the same interface as a sound card.

`Room` says what it is like, `place` puts guide, microphone and person into it, and a `RoomPort` lets a session
run in it: what the guide plays comes back as echo, the person hears it and speaks, a fan or a television sounds,
clocks drift, blocks get lost. Everything counts samples and follows from one seed.
"""

from voiceguide.audio.room.acoustics import Placed, place
from voiceguide.audio.room.parameters import Fault, Noise, Room
from voiceguide.audio.room.port import Nobody, Occupant, Parts, RoomPort

__all__ = ["Fault", "Nobody", "Noise", "Occupant", "Parts", "Placed", "Room", "RoomPort", "place"]
