"""Which sound cards there are, and which one a name means."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

from voiceguide.errors import AudioError

NO_DEVICES = (
    "No sound card was found. Is the microphone or speaker plugged in? `arecord -l` and `aplay -l` show what "
    "Linux sees. If they show a card, another program may hold it: `fuser -v /dev/snd/*` names it. If they show "
    "it only with sudo, join the group that may use it: `sudo usermod -aG audio $USER`, then log in again."
)
LOST = "Is it still plugged in, and does the sound server run? `voiceguide devices` shows what is there now."
HOW_TO_CHOOSE = "Name one by its number, or by any part of its name that no other has."


_PLACE = re.compile(r" \(hw:\d+,\d+\)$")
"""What PortAudio adds to the name of an ALSA device: the numbers of the card and of the device on it."""


class Direction(Enum):
    """What a device is wanted for."""

    MICROPHONE = "microphone"
    SPEAKER = "speaker"


@dataclass(frozen=True)
class Device:
    """A sound device as PortAudio describes it.

    Attributes:
        index: PortAudio's number for it; changes when something is plugged in.
        name: such as "USB Audio: - (hw:1,0)".
        inputs: microphone channels; 0 when it has none.
        outputs: speaker channels; 0 when it has none.
        rate: its own sample rate, in Hz.
        defaults: the directions for which the system prefers it.
    """

    index: int
    name: str
    inputs: int
    outputs: int
    rate: int
    defaults: frozenset[Direction]

    def can(self, direction: Direction) -> bool:
        """Return whether it has a channel in this direction."""
        return bool(self.inputs if direction is Direction.MICROPHONE else self.outputs)


def portaudio() -> ModuleType:
    """Return the module `sounddevice`, which loads the PortAudio library when it is first imported.

    Raises:
        AudioError: the library is missing or does not start.
    """
    try:
        return importlib.import_module("sounddevice")
    except OSError as error:
        raise AudioError(
            "The library PortAudio is missing, without which no sound card can be used. "
            f"Install it with `sudo apt install libportaudio2`. ({error})"
        ) from error
    except Exception as error:
        # sounddevice.PortAudioError, whose module does not exist when its import fails.
        raise AudioError(f"The library PortAudio does not start: {error}") from error


def list_devices() -> list[Device]:
    """Return all devices in PortAudio's order; empty on a machine without any.

    PortAudio looks once, when it starts: what is plugged in later does not show.

    Raises:
        AudioError: PortAudio is missing.
    """
    sounddevice = portaudio()
    apis = sounddevice.query_hostapis()
    # -1 stands for "none" and is no device's index.
    preferred = apis[sounddevice.default.hostapi] if apis else {}
    defaults = {
        Direction.MICROPHONE: preferred.get("default_input_device", -1),
        Direction.SPEAKER: preferred.get("default_output_device", -1),
    }
    return [
        Device(
            index=info["index"],
            name=info["name"],
            inputs=info["max_input_channels"],
            outputs=info["max_output_channels"],
            rate=round(info["default_samplerate"]),
            defaults=frozenset(d for d, index in defaults.items() if index == info["index"]),
        )
        for info in sounddevice.query_devices()
    ]


def choose(devices: list[Device], wanted: str | None, direction: Direction) -> Device:
    """Return the device that a person means.

    Args:
        devices: all there are.
        wanted: its number, its name or a part of its name, in any case; None for the system's default.
        direction: only devices that can do this are looked at.

    Raises:
        AudioError: no device or more than one matches. The message lists the devices.
    """
    usable = [device for device in devices if device.can(direction)]
    if not usable:
        raise AudioError(f"There is no {direction.value}. {NO_DEVICES}" + (_listing(devices) if devices else ""))
    if wanted is None:
        matches = [device for device in usable if direction in device.defaults]
        complaint = f"The system has no default {direction.value}."
    else:
        matches = _matching(usable, wanted)
        complaint = f'No {direction.value} is called "{wanted}".'
        if len(matches) > 1:
            names = ", ".join(f'"{device.name}"' for device in matches)
            complaint = f'More than one {direction.value} is called "{wanted}": {names}.'
    if len(matches) != 1:
        raise AudioError(f"{complaint} {HOW_TO_CHOOSE}{_listing(devices)}")
    return matches[0]


def as_text(devices: list[Device]) -> str:
    """Return the devices as a plain table, one a line, for error messages."""
    width = max(len(device.name) for device in devices)
    lines = [f"{'no.':>5}  {'name':<{width}}  {'in':>3}  {'out':>3}  {'rate':>6}  default"]
    for device in devices:
        numbers = f"{device.inputs:>3}  {device.outputs:>3}  {device.rate:>6}"
        lines.append(f"{device.index:>5}  {device.name:<{width}}  {numbers}  {default_for(device)}".rstrip())
    return "\n".join(lines)


def default_for(device: Device) -> str:
    """Return the directions that a device is the default for, such as "microphone, speaker"."""
    return ", ".join(direction.value for direction in Direction if direction in device.defaults)


def _matching(devices: list[Device], wanted: str) -> list[Device]:
    if wanted.strip().isdecimal():
        return [device for device in devices if device.index == int(wanted)]
    name = wanted.strip().casefold()
    exact = [device for device in devices if device.name.casefold() == name]
    # A card that was plugged in again may have another number, and is the same nevertheless.
    moved = [device for device in devices if _without_place(device.name.casefold()) == _without_place(name)]
    return exact or moved or [device for device in devices if name in device.name.casefold()]


def _without_place(name: str) -> str:
    return _PLACE.sub("", name)


def _listing(devices: list[Device]) -> str:
    return f"\n{as_text(devices)}"
