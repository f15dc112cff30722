"""The example of docs/page.md as it stands there, in a real nginx in front of a real server."""

from __future__ import annotations

import getpass
import http.client
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from voiceguide.core.commands import Command
from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.door import TOKEN_HEADER
from voiceguide.page.guests import token_for
from voiceguide.page.server import names_of_this_machine
from voiceguide.presses import Press, Presses
from voiceguide.testing.waiting import until

NGINX, OPENSSL = (shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin") for name in ("nginx", "openssl"))

pytestmark = pytest.mark.skipif(
    NGINX is None or OPENSSL is None, reason="there is no nginx here: apt install nginx-light openssl"
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "page.md"

AROUND = """daemon off;
user {user};
error_log {folder}/error.log;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {example}
}}
"""


class Proxy:
    """A browser's view of the page through nginx."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.name = name
        self.cookie = self.told = ""
        self.hello: dict[str, Any] = {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        """Ask as the page does; headers may be replaced."""
        unverified = ssl.create_default_context()
        unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=unverified)
        sent = {"Host": self.name, "Cookie": f"voiceguide={self.cookie}"}
        if method == "POST":
            sent |= {"Origin": f"https://{self.name}", "Content-Type": "application/json"}
            sent[TOKEN_HEADER] = token_for(self.cookie)
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, sent | headers)
        answer = connection.getresponse()
        if (cookie := answer.headers.get("set-cookie")) is not None:
            self.told = cookie
            self.cookie = cookie.partition("=")[2].partition(";")[0]
        return answer

    def pair(self, presses: Presses) -> None:
        assert self.ask("POST", "/api/pairing/ask", {}).status == 200
        assert self.ask("POST", "/api/pairing/enter", {"code": until(presses.take_code)}).status == 204


@pytest.fixture
def presses() -> Presses:
    return Presses()


@pytest.fixture
def proxy(tmp_path: Path, presses: Presses) -> Iterator[Proxy]:
    name = next(one for one in names_of_this_machine() if one.endswith(".local"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key, certificate = tmp_path / "guide.key", tmp_path / "guide.crt"
    curve, files = ("-pkeyopt", "ec_paramgen_curve:prime256v1"), ("-keyout", str(key), "-out", str(certificate))
    make = (str(OPENSSL), "req", "-x509", "-newkey", "ec", *curve, "-nodes", "-subj", "/CN=guide", *files)
    subprocess.run(make, check=True, capture_output=True, timeout=60)
    board = Board()
    board._set(running=True, state="waiting", standby=False)
    server = PageApart(presses, board=board, history=tmp_path / "history.sqlite", port=0)
    example = PAGE.read_text(encoding="utf-8").partition("```nginx\n")[2].partition("```")[0]
    for written, here in (
        *(("guide.local", name), ("8642", str(server.port)), ("443 ssl", f"127.0.0.1:{port} ssl")),
        *(("/etc/ssl/guide.crt", str(certificate)), ("/etc/ssl/guide.key", str(key))),
    ):
        assert written in example
        example = example.replace(written, here)
    config = tmp_path / "nginx.conf"
    config.write_text(AROUND.format(user=getpass.getuser(), folder=tmp_path, example=example))
    first = tmp_path / "first.log"
    nginx = subprocess.Popen([str(NGINX), "-p", str(tmp_path), "-c", str(config), "-e", str(first)])

    def listens() -> bool:
        assert nginx.poll() is None, first.read_text()
        with closing(socket.socket()) as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(listens)
        browser = Proxy(port, name)
        browser.hello = json.loads(browser.ask("GET", "/api/hello").read())
        yield browser
    finally:
        nginx.terminate()
        nginx.wait(60)
        server.close()


def test_a_phone_is_paired_and_presses_through_it(proxy: Proxy, presses: Presses) -> None:
    assert not proxy.hello["paired"]
    assert "secure" in proxy.told.lower()
    assert proxy.ask("GET", "/api/history").status == 403
    assert proxy.ask("POST", "/api/press", {"command": "pain"}).status == 204
    assert until(presses.take) == [Press(Command.PAIN, "stranger")]
    proxy.pair(presses)
    assert "secure" in proxy.told.lower()
    assert proxy.ask("GET", "/api/history").status == 200
    assert proxy.ask("POST", "/api/press", {"command": "pause"}).status == 204
    assert until(presses.take) == [Press(Command.PAUSE, "page")]


def test_what_happens_shows_through_it_at_once(proxy: Proxy, presses: Presses) -> None:
    proxy.pair(presses)
    answer = proxy.ask("GET", "/api/events")
    assert answer.status == 200
    assert answer.readline() == b"retry: 1000\n"
    answer.close()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://evil.example", "null", "", "https://evil.guide.local"]
)
def test_another_site_presses_nothing_through_it(proxy: Proxy, presses: Presses, origin: str) -> None:
    assert proxy.ask("POST", "/api/press", {"command": "pain"}, Origin=origin).status == 403
    assert presses.take() == []


def test_another_name_does_not_lead_in_through_it(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/api/hello", Host="evil.example").status == 421


def test_nobody_is_at_home_by_what_they_say_of_themselves(proxy: Proxy) -> None:
    told = json.loads(proxy.ask("GET", "/api/hello", **{"X-Forwarded-For": "127.0.0.1"}).read())
    assert not told["paired"]
