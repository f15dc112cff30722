"""A person on the floor of a simulated room, ready to be guided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voiceguide.audio.room import Parts, Placed, RoomPort
from voiceguide.demo.actor import Uttered, Words
from voiceguide.demo.insistent import InsistentActor
from voiceguide.demo.neighbours import SPEAKERS, background_of
from voiceguide.demo.script import Line
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples, Voice


@dataclass(frozen=True)
class Visit:
    """A person in a room.

    Attributes:
        port: the room; it takes the journal's entries.
        person: who lies in it, in the room's time.
    """

    port: RoomPort
    person: InsistentActor

    @property
    def uttered(self) -> list[Uttered]:
        """What the person said, in session time: as the journal counts, whatever blocks were lost."""
        at = self.port.session_time
        return [replace(words, starts=at(words.starts), ends=at(words.ends)) for words in self.person.uttered]


def visit(
    placed: Placed,
    lines: Sequence[Line],
    voice: Voice,
    guide_speech: Samples,
    *,
    tries: int = 3,
    neighbours: tuple[str, ...] = SPEAKERS,
    watch: Callable[[Parts], None] | None = None,
) -> Visit:
    """Put a person and the room's noise into a room.

    Args:
        placed: the room.
        lines: what the person says, and when.
        voice: how the person sounds.
        guide_speech: some of what the guide says, `(n,)` samples as they go to the speaker.
        tries: how often the person says a word of pain at most.
        neighbours: who talks in babble and on television (see `neighbours.background`).
        watch: is shown what each block at the microphone was made of.

    Raises:
        VoiceError: the person's voice failed.
    """
    sounds = {line.say: finish(voice.render(line.say)) for line in lines}
    words = {text: Words(placed.spoken(sound), len(sound)) for text, sound in sounds.items()}
    person = InsistentActor(lines, words, tries)
    noise = background_of(placed.room, placed.seed, neighbours)
    return Visit(RoomPort(placed, person, guide_speech, noise, watch), person)
