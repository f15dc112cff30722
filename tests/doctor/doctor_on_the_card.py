"""What the test does at a sound card, in a process of its own. Prints one JSON object, last."""

from __future__ import annotations

import json
import os
from contextlib import closing, suppress

from voiceguide.audio.card import CardPort
from voiceguide.core.clock import samples
from voiceguide.doctor.probe import birdsong
from voiceguide.doctor.sound import listen_to_silence, listen_to_the_loudspeaker

if __name__ == "__main__":
    with suppress(OSError, AttributeError):  # a busy machine must not lose sound for the test's sake
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    with closing(CardPort()) as port:
        quiet = listen_to_silence(port)
        echo = listen_to_the_loudspeaker(port, quiet.floor_dbfs, birdsong(samples(4.0)))
        found = {"rates": port.rates, "dead": quiet.dead, "delay_ms": echo.delay_ms, "voice_dbfs": echo.voice_dbfs}
    print(json.dumps(found))  # noqa: T201 - the answer to the test
