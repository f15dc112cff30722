from __future__ import annotations

import pytest

from voiceguide.audio.devices import Device, Direction, as_text, choose
from voiceguide.errors import AudioError

MIC, SPEAKER = Direction.MICROPHONE, Direction.SPEAKER

HDMI = Device(0, "HDMI 0: - (hw:0,3)", 0, 2, 48_000, frozenset({SPEAKER}))
CAMERA = Device(1, "USB Camera: Audio (hw:1,0)", 1, 0, 44_100, frozenset())
PHONE = Device(2, "USB Speakerphone: Audio (hw:2,0)", 1, 2, 16_000, frozenset({MIC}))
PLAIN = Device(3, "USB", 1, 1, 16_000, frozenset())
ALL = [HDMI, CAMERA, PHONE, PLAIN]


@pytest.mark.parametrize(
    ("wanted", "direction", "device"),
    [
        (None, MIC, PHONE),
        (None, SPEAKER, HDMI),
        ("speakerphone", MIC, PHONE),
        (" HW:2,0 ", SPEAKER, PHONE),
        ("usb", MIC, PLAIN),  # an exact name comes before a part of one
        ("audio", SPEAKER, PHONE),  # the camera cannot play
        ("2", MIC, PHONE),
    ],
)
def test_a_person_names_a_device(wanted: str | None, direction: Direction, device: Device) -> None:
    assert choose(ALL, wanted, direction) is device


@pytest.mark.parametrize(
    ("wanted", "direction", "complaint"),
    [
        ("bluetooth", MIC, 'No microphone is called "bluetooth".'),
        ("hdmi", MIC, 'No microphone is called "hdmi".'),
        ("0", MIC, 'No microphone is called "0".'),
        ("audio", MIC, f'More than one microphone is called "audio": "{CAMERA.name}", "{PHONE.name}".'),
    ],
)
def test_a_name_that_fits_none_or_several_is_answered_with_the_list(
    wanted: str, direction: Direction, complaint: str
) -> None:
    with pytest.raises(AudioError) as caught:
        choose(ALL, wanted, direction)
    first, *table = str(caught.value).splitlines()
    assert first.startswith(complaint)
    assert first.endswith("any part of its name that no other has.")
    assert table == as_text(ALL).splitlines()


def test_the_table_reads_well() -> None:
    assert as_text([HDMI, PHONE]).splitlines() == [
        "  no.  name                               in  out    rate  default",
        "    0  HDMI 0: - (hw:0,3)                  0    2   48000  speaker",
        "    2  USB Speakerphone: Audio (hw:2,0)    1    2   16000  microphone",
    ]


def test_without_a_default_the_list_helps() -> None:
    with pytest.raises(AudioError, match="The system has no default microphone"):
        choose([CAMERA], None, MIC)


def test_a_machine_that_can_only_play_shows_what_it_has() -> None:
    with pytest.raises(AudioError, match=r"There is no microphone\.[\s\S]*HDMI 0"):
        choose([HDMI], None, MIC)


def test_a_machine_without_sound() -> None:
    with pytest.raises(AudioError, match=r"There is no speaker\. No sound card was found"):
        choose([], None, SPEAKER)
