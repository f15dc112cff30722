"""The loudspeaker heard through a real sound server, which is what doctor does on a speaker."""

from __future__ import annotations

from pathlib import Path

import pytest
from virtual_card import serve

from voiceguide.speaking.finish import ACTIVE_LEVEL_DB

pytestmark = pytest.mark.real_time

SCRIPT = Path(__file__).with_name("doctor_on_the_card.py")


def test_doctor_hears_its_birdsong_through_a_sound_server() -> None:
    with serve() as server:
        answer = server.run(script=SCRIPT)
    assert answer.code == 0, answer.errors
    found = answer.json
    assert found["rates"] == [16_000, 16_000]
    assert found["dead"] is True  # a virtual microphone has no noise of its own
    assert 5 < found["delay_ms"] < 500
    # The server's loopback is as loud as what is played.
    assert found["voice_dbfs"] == pytest.approx(ACTIVE_LEVEL_DB, abs=2.0)
