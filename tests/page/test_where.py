"""Who sits at this machine, and where a cookie is good."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_rig import HERE, synchronised

from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.door import COOKIE
from voiceguide.page.guests import PLACES, Guests, new_cookie
from voiceguide.page.local_user import is_of_this_user
from voiceguide.page.where import where_from
from voiceguide.presses import Presses

NOBODY = 65534
PHONE, PI = "192.168.7.31", "192.168.7.2"

HELLO = """import encodings.idna, http.client, os, sys  # all that is needed, while it can still be read
if sys.argv[2] != "me":
    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
asked = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
asked.request("GET", sys.argv[3])
print(asked.getresponse().read().decode())"""


# --- another user of this machine ---------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["this machine only", "lan"])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PageApart]:
    one = PageApart(Presses(), board=Board(), history=tmp_path / "history.sqlite", port=0, lan=request.param)
    yield one
    one.close()


def asked_by(user: str, server: PageApart, path: str) -> dict[str, Any]:
    command = [sys.executable, "-c", HELLO, str(server.port), user, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd="/")
    return dict(json.loads(done.stdout))


def test_the_user_of_the_guide_is_at_home(server: PageApart) -> None:
    assert asked_by("me", server, "/api/hello")["paired"]
    assert "sessions" in asked_by("me", server, "/api/history")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_same_machine_is_a_stranger(server: PageApart) -> None:
    assert not asked_by(str(NOBODY), server, "/api/hello")["paired"]
    assert asked_by(str(NOBODY), server, "/api/history")["error"] == "not_paired"


def test_another_user_of_this_machine_presses_what_strangers_may_until_it_is_paired(page: Any) -> None:
    page.runs()
    page.others.add(HERE)
    other = page.browser(HERE)
    assert other.get("/api/history").status_code == 403
    assert other.post("/api/press", json={"command": "continue"}).status_code == 400
    assert other.post("/api/press", json={"command": "resume"}).status_code == 403
    assert other.post("/api/press", json={"command": "pain"}).status_code == 204
    assert page.pressed_by == ["stranger"]
    assert page.paired(HERE).get("/api/history").status_code == 200


LISTED = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:C350 0100007F:21C2 {state} 00000000:00000000 00:00000000 00000000 {user:>5}        0 1 1 0
   1: 0100007F:21C2 0100007F:C350 01 00000000:00000000 00:00000000 00000000 {mine:>5}        0 2 1 0
"""


@pytest.mark.parametrize(
    ("state", "user", "known"),
    [("01", os.getuid(), True), ("01", os.getuid() + 1, False), ("06", os.getuid(), False)],
)
def test_whose_connection_it_is_says_the_list_of_sockets(
    tmp_path: Path, state: str, user: int, *, known: bool
) -> None:
    listed = tmp_path / "tcp"
    listed.write_text(LISTED.format(state=state, user=user, mine=os.getuid()))
    ends = ("127.0.0.1", 50000), ("127.0.0.1", 8642)
    assert is_of_this_user(*ends, [listed]) is known
    assert is_of_this_user(("::ffff:127.0.0.1", 50000), ends[1], [listed]) is known
    assert not is_of_this_user(("127.0.0.1", 50001), ends[1], [listed])


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"sl\n"])
def test_where_it_cannot_be_told_everybody_is_a_stranger(tmp_path: Path, content: bytes | None) -> None:
    listed = tmp_path / "tcp"
    if content is not None:
        listed.write_bytes(content)
    assert not is_of_this_user(("127.0.0.1", 50000), ("127.0.0.1", 8642), [listed])


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_connection_of_this_very_program_is_of_this_user(family: socket.AddressFamily) -> None:
    here = "127.0.0.1" if family is socket.AF_INET else "::1"
    try:
        listening = socket.create_server((here, 0), family=family)
    except OSError:
        pytest.skip("there is no IPv6 here")
    with listening, socket.create_connection(listening.getsockname()[:2]) as client:
        assert is_of_this_user(client.getsockname()[:2], client.getpeername()[:2])


# --- a cookie elsewhere -------------------------------------------------------------------------------------


def history(page: Any, cookie: str, address: str, own: str, **headers: str) -> int:
    client = page.browser(address, host=f"{f'[{own}]' if ':' in own else own}:8642")
    client.cookies.clear()
    client.cookies.set(COOKIE, cookie)
    return int(client.get("/api/history", headers=headers).status_code)


@pytest.mark.parametrize(
    ("address", "own", "status"),
    [
        (PHONE, PI, 200),
        ("192.168.7.200", PI, 200),  # another address in the same network
        ("192.168.8.31", PI, 403),
        ("10.0.0.5", PI, 403),
        ("2001:db8::31", "2001:db8::2", 403),  # the other protocol: paired once more
        ("fe80::31", "fe80::2", 403),
    ],
)
def test_a_cookie_is_good_in_the_network_where_it_was_made(page: Any, address: str, own: str, status: int) -> None:
    assert history(page, page.paired(PHONE).cookies[COOKIE], address, own) == status


def test_a_stolen_cookie_is_worth_nothing_on_this_machine_nor_through_its_proxy(page: Any) -> None:
    cookie = page.paired(PHONE).cookies[COOKIE]
    page.others.add(HERE)
    assert history(page, cookie, HERE, HERE) == 403
    assert history(page, cookie, HERE, HERE, **{"x-forwarded-for": PHONE}) == 403
    assert history(page, cookie, PHONE, PI, **{"x-forwarded-for": "10.0.0.5"}) == 200, "it is no proxy"


@pytest.mark.parametrize("prefix", ["2001:db8:0:1", "2001:db8:0:2"])
def test_a_providers_new_number_for_the_house_unpairs_nobody(page: Any, prefix: str) -> None:
    cookie = page.guests.admit(where_from("2001:db8:0:1::31", "2001:db8:0:1::2").place)
    assert history(page, cookie, f"{prefix}::77", f"{prefix}::2") == 200
    assert history(page, cookie, "2001:db8:9::31", f"{prefix}::2") == 403


def test_paired_anew_in_another_place_it_is_good_in_both_and_the_old_cookie_in_none() -> None:
    guests = Guests(None, synchronised([0.0]))
    first = guests.admit("house, IPv4")
    second = guests.admit("house, IPv6", first)
    assert guests.knows(second, "house, IPv4")
    assert guests.knows(second, "house, IPv6")
    assert not guests.knows(first, "house, IPv4")
    assert not guests.knows(guests.admit("elsewhere", new_cookie()), "house, IPv4")
    for number in range(PLACES):
        second = guests.admit(f"place {number}", second)
    assert not guests.knows(second, "house, IPv6"), "places are not kept for ever"


def test_what_an_earlier_version_paired_is_bound_where_it_comes_from_first(tmp_path: Path) -> None:
    guests = Guests(tmp_path / "paired.json", synchronised([0.0]))
    cookie = guests.admit()
    kept = json.loads((tmp_path / "paired.json").read_text())
    for visit in kept["paired"].values():
        del visit["places"]
    (tmp_path / "paired.json").write_text(json.dumps(kept))
    guests = Guests(tmp_path / "paired.json", synchronised([0.0]))
    assert guests.knows(cookie, "here")
    assert not guests.knows(cookie, "elsewhere")
    assert not Guests(tmp_path / "paired.json", synchronised([0.0])).knows(cookie, "elsewhere")
