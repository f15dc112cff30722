"""Home automation over MQTT: what the guide is doing, and start, pause and stop from a dashboard.

Home Assistant finds the speaker by itself (MQTT discovery); any other program can use the topics:

| topic                        | what                                                                          |
|------------------------------|-------------------------------------------------------------------------------|
| `voiceguide/NAME/available`  | `online` or `offline`, retained; the broker says `offline` when the guide dies |
| `voiceguide/NAME/state`      | the condition: standby, listening, speaking, paused, pain, deaf; retained      |
| `voiceguide/NAME/exercise`   | title of the exercise, empty outside of one; retained                          |
| `voiceguide/NAME/press`      | to the guide: `start`, `pause`, `resume` or `stop`                            |

Nothing here is needed by the guide: without a broker it goes on, and connects when there is one. A report of pain
never takes this way.
"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any, Final

from voiceguide import __version__
from voiceguide.companions.condition import Watch
from voiceguide.core.commands import Command
from voiceguide.core.view import View
from voiceguide.errors import SettingsError
from voiceguide.presses import Presses
from voiceguide.seldom import Seldom
from voiceguide.settings import Home

DISCOVERY = "homeassistant"
"""Home Assistant's default prefix for discovery."""

BUTTONS: Final = {
    Command.START: ("Start", "mdi:play"),
    Command.PAUSE: ("Pause", "mdi:pause"),
    Command.RESUME: ("Resume", "mdi:play-pause"),
    Command.STOP: ("Stop", "mdi:stop"),
}
"""What can be pressed from afar, with its name and icon on a dashboard."""

RETRY_S = (1, 60)
"""Shortest and longest wait before the broker is tried again; it doubles in between."""

KEEPALIVE_S = 30
LONGEST = 32
"""Bytes: no command is longer."""

_log = logging.getLogger(__name__)


class HomeAutomation:
    """Tells a broker what happens and takes presses from it, in a thread of the MQTT library's.

    Args:
        home: where the broker is, and who logs in.
        presses: where commands go.

    Raises:
        SettingsError: a file of the settings cannot be used, or the MQTT library is missing.
    """

    def __init__(self, home: Home, presses: Presses) -> None:
        try:
            from paho.mqtt import client as mqtt  # noqa: PLC0415 - optional
            from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415
        except ImportError as error:
            raise SettingsError(
                "`home` is set, but the MQTT library is not installed: pip install 'voiceguide[home]'."
            ) from error
        self._presses = presses
        self._watch = Watch()
        self._exercise = ""
        self._broker = f"{home.broker}:{home.port}"
        self._id = re.sub(r"[^a-z0-9]+", "-", home.name.lower()).strip("-") or "voiceguide"
        self._name = home.name
        self._topic = f"voiceguide/{self._id}"
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"voiceguide-{self._id}")
        self._client.max_queued_messages_set(100)
        self._client.reconnect_delay_set(*RETRY_S)
        self._client.will_set(f"{self._topic}/available", "offline", qos=1, retain=True)
        if home.username is not None:
            self._client.username_pw_set(home.username, _password(home))
        if home.tls:
            self._encrypt(home)
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._failed
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._pressed
        self._told_off = False
        self._seldom = Seldom(_log)
        self._client.connect_async(home.broker, home.port, KEEPALIVE_S)
        self._client.loop_start()

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        if self._watch.notice(entry):
            self._publish("state", self._watch.condition.value)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        if self._watch.show(view):
            self._publish("state", self._watch.condition.value)
        exercise = "" if view.standby else view.exercise
        if exercise != self._exercise:
            self._exercise = exercise
            self._publish("exercise", exercise)

    def close(self) -> None:
        """Say goodbye to the broker, if it is there."""
        if self._client.is_connected():
            self._publish("available", "offline").wait_for_publish(0.3)
        self._client.disconnect()
        self._client.loop_stop()

    def _encrypt(self, home: Home) -> None:
        ca_file = None if home.ca_file is None else str(Path(home.ca_file).expanduser())
        try:
            self._client.tls_set(ca_certs=ca_file)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"`home.ca_file`: {ca_file} cannot be used as a certificate: {error}. Name the PEM file of the "
                "authority that signed the broker's certificate."
            ) from error

    def _publish(self, what: str, payload: str) -> Any:
        # What is the case is told when the broker is there again. Messages of a higher quality would wait for it,
        # come after that, older, and in a long absence leave no room for it in the library's queue.
        return self._client.publish(f"{self._topic}/{what}", payload, qos=0, retain=True)

    # --- called in the library's thread --------------------------------------------------------------------

    def _connected(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._tell_off(f"refuses: {reason}. Check `home.username` and the password")
            return
        _log.info("The MQTT broker %s is there.", self._broker)
        self._told_off = False
        client.subscribe(f"{self._topic}/press", qos=1)
        for topic, payload in discovery(self._id, self._name, self._topic):
            client.publish(topic, json.dumps(payload), qos=1, retain=True)
        self._publish("available", "online")
        self._publish("state", self._watch.condition.value)
        self._publish("exercise", self._exercise)

    def _failed(self, _client: Any, _data: Any) -> None:
        self._tell_off("is not there. Check `home.broker`, `home.port` and `home.tls`")

    def _disconnected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._tell_off(f"was lost: {reason}")

    def _tell_off(self, what: str) -> None:
        if not self._told_off:  # once, and not every minute for ever
            self._told_off = True
            _log.warning("The MQTT broker %s %s. The guide goes on without, and tries again.", self._broker, what)

    def _pressed(self, _client: Any, _data: Any, message: Any) -> None:
        if message.retain:
            return  # somebody pressed once upon a time; a session must not begin or end by that
        word = bytes(message.payload[:LONGEST]).decode("utf-8", "replace")
        command = next((one for one in BUTTONS if one.value == word), None)
        if command is None:
            self._seldom.warn("press", "MQTT: %r is no press. There are: %s.", word, ", ".join(BUTTONS))
        else:
            self._presses.press(command, "home")


def discovery(identity: str, name: str, topic: str) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and payload of each message by which Home Assistant learns of the speaker.

    The fields are those of https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery.

    Args:
        identity: unique among the speakers of one home.
        name: what people call the speaker.
        topic: under which it speaks.
    """
    whole = {
        "availability_topic": f"{topic}/available",
        "device": {
            "identifiers": [f"voiceguide-{identity}"],
            "name": name,
            "model": "voiceguide",
            "sw_version": __version__,
        },
    }
    sensors = {"state": ("State", "mdi:account-voice"), "exercise": ("Exercise", "mdi:yoga")}
    found = [
        (
            f"{DISCOVERY}/sensor/voiceguide-{identity}/{what}/config",
            {
                **whole,
                "name": title,
                "icon": icon,
                "unique_id": f"voiceguide-{identity}-{what}",
                "state_topic": f"{topic}/{what}",
            },
        )
        for what, (title, icon) in sensors.items()
    ]
    found += [
        (
            f"{DISCOVERY}/button/voiceguide-{identity}/{command.value}/config",
            {
                **whole,
                "name": title,
                "icon": icon,
                "unique_id": f"voiceguide-{identity}-{command.value}",
                "command_topic": f"{topic}/press",
                "payload_press": command.value,
            },
        )
        for command, (title, icon) in BUTTONS.items()
    ]
    return found


def _password(home: Home) -> str | None:
    if home.password_file is None:
        return None
    path = Path(home.password_file).expanduser()
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(
                f"`home.password_file`: others can read {path}. Make it yours alone: chmod 600 {path}"
            )
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise SettingsError(
            f"`home.password_file`: no password can be read from {path}: {error}. Write it on the first line."
        ) from error
