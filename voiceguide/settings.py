"""The settings of whoever sets up the speaker: one YAML file, read once at the start.

Everything has a default, so no file is needed; what stands on the command line goes before what stands here. Every
value is told in its description, which also goes into the error messages.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voiceguide.errors import SettingsError
from voiceguide.handwritten.source import read_source
from voiceguide.handwritten.wording import report_invalid

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]

Command = Annotated[list[Text], Field(min_length=1, max_length=30)]
"""A program and its arguments, run without a shell."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Audio(_Section):
    """The sound card."""

    input: Text | None = Field(
        default=None,
        description="The microphone: part of its name, as `voiceguide devices` shows it.",
        examples=["USB Audio"],
    )
    output: Text | None = Field(
        default=None,
        description="The loudspeaker: part of its name, as `voiceguide devices` shows it.",
        examples=["USB Audio"],
    )
    cancel_echo: bool = Field(
        default=True,
        description="Take the guide's own voice out of the microphone; false where the sound server does.",
        examples=[True],
    )


class Night(_Section):
    """When the guide speaks more softly, by the machine's clock."""

    begins: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="22:00", description="From when, as hours and minutes.", examples=['"22:00"']
    )
    ends: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="07:00", description="Until when, as hours and minutes.", examples=['"07:00"']
    )
    gain_db: Annotated[float, Field(ge=-18, le=0)] = Field(
        default=-6.0, description="How much softer, in decibels, -18 to 0.", examples=[-6]
    )


class Page(_Section):
    """The page for a phone."""

    on: bool = Field(default=False, description="Serve the page while the guide listens.", examples=[True])
    lan: bool = Field(
        default=False,
        description="Let other machines in the house see it, after pairing by a spoken code.",
        examples=[True],
    )
    port: Annotated[int, Field(ge=1024, le=65535)] = Field(
        default=8642, description="The TCP port, 1024 to 65535.", examples=[8642]
    )


class Home(_Section):
    """Home automation over MQTT."""

    broker: Text = Field(description="Name or address of the MQTT broker.", examples=["homeassistant.local"])
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=1883, description="Its TCP port.", examples=[8883])
    tls: bool = Field(default=False, description="Speak TLS and check the broker's certificate.", examples=[True])
    ca_file: Text | None = Field(
        default=None,
        description="Certificate of the authority that signed the broker's; by default those of the system.",
        examples=["/etc/ssl/home-ca.pem"],
    )
    username: Text | None = Field(default=None, description="Who logs in there.", examples=["voiceguide"])
    password_file: Text | None = Field(
        default=None,
        description="File whose first line is the password; readable for its owner alone.",
        examples=["~/.config/voiceguide/mqtt-password"],
    )
    name: Text = Field(
        default="voiceguide",
        description="Name of this speaker, in topics and in Home Assistant.",
        examples=["voiceguide"],
    )


class Light(_Section):
    """A light at the pins of a Raspberry Pi."""

    red: Annotated[int, Field(ge=0, le=27)] | None = Field(
        default=None, description="GPIO number of the red light, as gpiozero counts.", examples=[17]
    )
    green: Annotated[int, Field(ge=0, le=27)] | None = Field(
        default=None, description="GPIO number of the green light, as gpiozero counts.", examples=[27]
    )
    blue: Annotated[int, Field(ge=0, le=27)] | None = Field(
        default=None, description="GPIO number of the blue light, as gpiozero counts.", examples=[22]
    )


class Button(_Section):
    """A button at a pin of a Raspberry Pi."""

    pin: Annotated[int, Field(ge=0, le=27)] = Field(
        description="GPIO number of the button, as gpiozero counts; it connects the pin to ground.", examples=[23]
    )
    hold_seconds: Annotated[float, Field(ge=0.5, le=10)] = Field(
        default=1.5, description="Held for this long it ends the session; a short press pauses.", examples=[1.5]
    )


class Hooks(_Section):
    """Programs that are run when something happens."""

    state: Command | None = Field(
        default=None,
        description="When what the guide does has changed: {condition} is standby, listening, speaking, paused, "
        "pain or deaf.",
        examples=[["/usr/local/bin/lamp", "{condition}"]],
    )
    heard: Command | None = Field(
        default=None, description="When a {command} was heard.", examples=[["/usr/local/bin/lamp", "blink"]]
    )
    pain: Command | None = Field(
        default=None,
        description="When {pain} was reported, and when its kind became known.",
        examples=[["/usr/local/bin/lamp", "red"]],
    )
    deaf: Command | None = Field(
        default=None,
        description="When the guide cannot hear any more, or hears again: {hearing} is lost or back.",
        examples=[["/usr/local/bin/lamp", "off"]],
    )


class Settings(_Section):
    """The whole file."""

    routines: Annotated[list[Text], Field(min_length=1, max_length=30)] = Field(
        default=["psoas-release", "psoas-short", "constructive-rest"],
        description="What can be started by voice: names of routines or paths of files. “Start” takes the first.",
        examples=[["psoas-release", "psoas-short"]],
    )
    voice: Text | None = Field(
        default=None,
        description="The guide's voice, hibari or pyttsx3, until somebody chooses another on the page.",
        examples=["hibari"],
    )
    engine: Text | None = Field(
        default=None,
        description="The recogniser, moonshine or vosk. By default moonshine for English, else vosk.",
        examples=["vosk"],
    )
    audio: Audio = Field(default=Audio(), description="The sound card.", examples=[{"input": "USB Audio"}])
    night: Night | None = Field(
        default=None,
        description="When the guide speaks more softly.",
        examples=[{"begins": "22:00", "ends": "07:00", "gain_db": -6}],
    )
    page: Page = Field(default=Page(), description="The page for a phone.", examples=[{"on": True}])
    home: Home | None = Field(
        default=None, description="Home automation over MQTT.", examples=[{"broker": "homeassistant.local"}]
    )
    light: Light | None = Field(
        default=None, description="A light at the pins.", examples=[{"red": 17, "green": 27}]
    )
    button: Button | None = Field(default=None, description="A button at a pin.", examples=[{"pin": 23}])
    stream: bool = Field(
        default=True,
        description="Serve what happens to other programs of the same user, on a Unix socket.",
        examples=[False],
    )
    hooks: Hooks = Field(
        default=Hooks(),
        description="Programs run when something happens.",
        examples=[{"pain": ["/usr/local/bin/lamp"]}],
    )


def read_settings(path: Path) -> Settings:
    """Read a settings file.

    Raises:
        SettingsError: it cannot be read or has mistakes; the message names each with its line.
    """
    source = read_source(path, may_be_empty=True)
    settings = None
    if source.places:
        if not isinstance(source.data, dict):
            source.report_at((), "the file must be made of keys with values", "For example: `voice: hibari`.")
        else:
            try:
                settings = Settings.model_validate(source.data)
            except ValidationError as error:
                report_invalid(error, source, Settings)
    if settings is None or source.problems:
        listed = "\n".join(map(str, sorted(set(source.problems))))
        raise SettingsError(f"{path} cannot be used as settings, so nothing is started.\n{listed}")
    if settings.hooks != Hooks():
        _see_that_nobody_else_writes(path)
    return settings


def _see_that_nobody_else_writes(path: Path) -> None:
    """See that nobody else can have the guide run a program of theirs.

    Raises:
        SettingsError: somebody else could.
    """
    what = f"{path} names programs to run (`hooks`), so nothing is started:"
    for place in (path.resolve(), path.resolve().parent):
        status = place.stat()
        if status.st_uid not in (0, os.geteuid()):
            raise SettingsError(
                f"{what} {place} belongs to another user. Make it yours: chown {os.geteuid()} {place}"
            )
        shared = (
            stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
        )  # as /tmp, where each keeps its own
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not shared:
            raise SettingsError(f"{what} others can write {place}. Take that away: chmod go-w {place}")


def template() -> str:
    """Return a settings file in which everything is explained and commented out, so that it changes nothing."""
    head = "Settings of voiceguide. Take the # away from what you want to change; check with: voiceguide settings"
    return "\n".join([f"# {head}", *_explained(Settings, ""), ""])


def _explained(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield from () if indent else ("",)
        yield from (f"# {indent}# {line}" if indent else f"# {line}" for line in wrap(str(field.description), 100))
        kinds = (field.annotation, *get_args(field.annotation))
        section = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, _Section)), None)
        if section is None:
            yield f"#{indent}{name}: {_as_yaml((field.examples or [None])[0])}"
        else:
            yield f"#{name}:"
            yield from _explained(section, f"{indent}  ")


def _as_yaml(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
