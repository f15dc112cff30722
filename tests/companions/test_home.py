"""Home automation against a real broker: Debian's mosquitto, on the loopback interface."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from telling import view, wait_until

from voiceguide.companions.home import HomeAutomation
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.errors import SettingsError
from voiceguide.presses import Press, Presses
from voiceguide.settings import Home

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.skipif(MOSQUITTO is None, reason="needs a broker: apt-get install mosquitto"),
]


class Broker:
    """A broker with one user, and TLS if there are certificates."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        self.folder, self.tls, self.port = folder, tls, free_port()
        self.authority = folder / "authority.pem"
        secrets = folder / "secrets"
        subprocess.run(
            ["mosquitto_passwd", "-b", "-c", secrets, "guide", "secret"], check=True, capture_output=True
        )
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {secrets}",
            "persistence false",
            "user root",
        ]
        if tls:
            certify(folder)
            lines += [f"certfile {folder / 'broker.pem'}", f"keyfile {folder / 'broker.key'}"]
        (folder / "broker.conf").write_text("\n".join(lines))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(MOSQUITTO), "-c", str(self.folder / "broker.conf")], stderr=subprocess.DEVNULL
        )
        wait_until(lambda: answers(self.port))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def home(self, **changes: object) -> Home:
        password = self.folder / "password"
        password.write_text("secret\n")
        password.chmod(0o600)
        return Home(
            **{
                "broker": "localhost",
                "port": self.port,
                "tls": self.tls,
                "ca_file": str(self.authority) if self.tls else None,
                "username": "guide",
                "password_file": str(password),
                "name": "Bed Room",
                **changes,
            }
        )


class Dashboard:
    """Another client of the broker, which keeps the last message of each topic, and every state."""

    def __init__(self, broker: Broker) -> None:
        self.last: dict[str, str] = {}
        self.states: list[str] = []
        self.retained: set[str] = set()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set("guide", "secret")
        if broker.tls:
            self.client.tls_set(ca_certs=str(broker.authority))
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_message = self._take
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("localhost", broker.port)
        self.client.loop_start()

    def _take(self, _client: Any, _data: Any, message: Any) -> None:
        self.last[message.topic] = message.payload.decode("utf-8", "replace")
        if message.topic.endswith("/state"):
            self.states.append(message.payload.decode())

    def wait_for(self, topic: str, payload: str) -> None:
        wait_until(lambda: self.last.get(topic) == payload)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def certify(folder: Path) -> None:
    """Make an authority and a certificate for "localhost" by it."""
    openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    signed = ["-CA", folder / "authority.pem", "-CAkey", folder / "authority.key"]
    alone = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=DNS:localhost"]
    for name, subject, more in (("authority", "/CN=home", []), ("broker", "/CN=localhost", [*signed, *alone])):
        files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
        subprocess.run([*openssl, "-subj", subject, "-days", "2", *files, *more], check=True, capture_output=True)


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path, tls=request.param)
    yield broker
    broker.stop()


def test_state_and_presses_go_both_ways(broker: Broker) -> None:
    presses = Presses()
    with ExitStack() as stack:
        dashboard = Dashboard(broker)
        stack.callback(dashboard.close)
        home = HomeAutomation(broker.home(), presses)
        closing = stack.callback(home.close)
        dashboard.wait_for("voiceguide/bed-room/available", "online")
        dashboard.wait_for("voiceguide/bed-room/state", "standby")
        home.show(view(State.HOLDING, exercise="Kneeling stretch"))
        dashboard.wait_for("voiceguide/bed-room/state", "listening")
        dashboard.wait_for("voiceguide/bed-room/exercise", "Kneeling stretch")

        buttons = discovered(dashboard, "button")
        assert {button["payload_press"] for button in buttons} == {"start", "pause", "resume", "stop"}
        for sensor in discovered(dashboard, "sensor"):
            assert sensor["state_topic"] in dashboard.last
            assert sensor["availability_topic"] in dashboard.last

        pause = next(button for button in buttons if button["payload_press"] == "pause")
        for payload in ("sharp", "x" * 10_000, ""):
            dashboard.client.publish(pause["command_topic"], payload, qos=1)
        dashboard.client.publish(pause["command_topic"], "stop", qos=1, retain=True)
        dashboard.client.publish(pause["command_topic"], pause["payload_press"], qos=1)
        taken: list[Press] = []
        wait_until(lambda: taken.extend(presses.take()) or len(taken) == 2)
        assert {press.command for press in taken} == {Command.STOP, Command.PAUSE}
        assert {press.by for press in taken} == {"home"}

        assert closing is not None
        home.close()
        dashboard.wait_for("voiceguide/bed-room/available", "offline")

        again = HomeAutomation(broker.home(), presses)
        stack.callback(again.close)
        dashboard.wait_for("voiceguide/bed-room/available", "online")
        home_state = presses.take()
        assert not home_state, "a press that was kept by the broker is not pressed again"


def test_a_broker_that_goes_and_comes_back_is_found_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Broker(tmp_path)
    broker.stop()
    home = HomeAutomation(broker.home(), Presses())
    try:
        wait_until(lambda: "is not there" in caplog.text)
        home.show(view(State.SAFETY))
        broker.start()
        dashboard = Dashboard(broker)
        dashboard.wait_for("voiceguide/bed-room/state", "pain")
        dashboard.close()
        assert caplog.text.count("is not there") == 1
    finally:
        home.close()
        broker.stop()


def test_what_happened_without_a_broker_is_not_told_late(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(tmp_path)
    broker.stop()
    home = HomeAutomation(broker.home(), Presses())
    try:
        wait_until(lambda: "is not there" in caplog.text)
        for _ in range(150):  # half an hour of a session; the library keeps a hundred messages
            home.show(view(State.HOLDING, saying="Breathe in"))
            home.show(view(State.HOLDING))
        home.show(view(State.PAUSED, exercise="Kneeling stretch"))
        broker.start()
        dashboard = Dashboard(broker)
        dashboard.wait_for("voiceguide/bed-room/available", "online")
        dashboard.wait_for("voiceguide/bed-room/exercise", "Kneeling stretch")
        home.show(view(State.SAFETY, exercise="Kneeling stretch"))
        dashboard.wait_for("voiceguide/bed-room/state", "pain")
        assert dashboard.states == ["paused", "pain"]
        dashboard.close()
    finally:
        home.close()
        broker.stop()


def test_a_wrong_password_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(tmp_path)
    home = HomeAutomation(broker.home(username="nobody"), Presses())
    wait_until(lambda: "refuses" in caplog.text)
    home.close()
    broker.stop()
    assert "home.username" in caplog.text


def test_a_password_that_others_can_read_is_refused(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        HomeAutomation(Home(broker="localhost", username="me", password_file=str(password)), Presses())


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"authority\.pem"):
        HomeAutomation(Home(broker="localhost", tls=True, ca_file=str(tmp_path / "authority.pem")), Presses())


def discovered(dashboard: Dashboard, kind: str) -> list[dict[str, Any]]:
    return [
        json.loads(text) for topic, text in dashboard.last.items() if topic.startswith(f"homeassistant/{kind}/")
    ]


def test_two_thousand_odd_messages_are_told_a_few_times(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    presses = Presses()
    home = HomeAutomation(broker.home(), presses)
    try:
        dashboard = Dashboard(broker)
        client = dashboard.client
        dashboard.wait_for("voiceguide/bed-room/available", "online")
        with closing(dashboard):
            odd = [b"", b"\xff\xfe", b"pain\x1b[31m", b"x" * 100_000, b"start ", "\u202etrats".encode()]
            for number in range(2000):
                client.publish("voiceguide/bed-room/press", odd[number % len(odd)], qos=1)
            taken: list[Press] = []

            def pressed() -> bool:
                client.publish("voiceguide/bed-room/press", "pause")  # the broker drops what is too much
                taken.extend(presses.take())
                return bool(taken)

            wait_until(pressed)
    finally:
        home.close()
    assert {one.command for one in taken} == {Command.PAUSE}
    told = [one for one in caplog.messages if "is no press" in one]
    assert 1 <= len(told) <= 4
    assert not any(set(one) & {"\x1b", "\u202e"} for one in told)
