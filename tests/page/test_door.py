"""Every rule of the door, by somebody who tries to get past it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from voiceguide.page.door import BODY_MOST, COOKIE, HEADERS, TOKEN_HEADER
from voiceguide.page.guests import new_cookie, token_for
from voiceguide.page.routes import ROUTES
from voiceguide.page.site import FILES, SITE

PAIN = {"command": "pain"}


def ask(client: TestClient, entry: Any, **more: Any) -> Any:
    path = entry.path.replace("{name}", "psoas-short")
    if entry.path == "/api/events":
        path = "/api/clock"  # as closed as the stream, which would not end
    return client.request(entry.method, path, content=b"{}" if entry.method == "POST" else None, **more)


@pytest.mark.parametrize("host", ["evil.example:8642", "127.0.0.1:80", "127.0.0.1", "192.168.7.3:8642", ":8642"])
def test_a_name_that_is_not_ours_is_refused_whatever_it_points_to(page: Any, host: str) -> None:
    client = page.browser("127.0.0.1")
    for entry in ROUTES:
        answer = ask(client, entry, headers={"host": host, "origin": f"http://{host}"})
        assert (answer.status_code, answer.json()["error"]) == (421, "unknown_name"), entry.path


@pytest.mark.parametrize("host", ["guide:8642", "guide.local:8642", "GUIDE.local:8642", "localhost:8642"])
def test_our_own_names_are_known(page: Any, host: str) -> None:
    assert page.browser(host=host).get("/").status_code == 200


def test_two_host_headers_are_refused(page: Any) -> None:
    client = page.browser("127.0.0.1")
    host = ("host", "127.0.0.1:8642")
    request = client.build_request("GET", "/")
    request.headers = type(request.headers)([host, ("host", "evil.example:8642")])
    assert client.send(request).status_code == 421


POSTS = [entry for entry in ROUTES if entry.method == "POST"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:8642", ""]
)
def test_what_changes_something_must_come_from_a_page_of_ours(page: Any, origin: str) -> None:
    client = page.browser("127.0.0.1")
    for entry in POSTS:
        answer = ask(client, entry, headers={"origin": origin})
        assert (answer.status_code, answer.json()["error"]) == (403, "origin"), entry.path


def test_without_an_origin_nothing_is_changed(page: Any) -> None:
    client = page.browser("127.0.0.1")
    del client.headers["origin"]
    assert [entry.path for entry in POSTS if ask(client, entry).status_code != 403] == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_says_of_another_site_is_believed(page: Any, site: str) -> None:
    client = page.browser("127.0.0.1")
    for entry in ROUTES:
        answer = ask(client, entry, headers={"sec-fetch-site": site})
        allowed = entry.path == "/"  # a link may open the page
        assert answer.status_code == (200 if allowed else 403), (entry.method, entry.path)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_elsewhere_can_send_is_refused(page: Any, kind: str) -> None:
    client = page.browser("127.0.0.1")
    for entry in POSTS:
        assert ask(client, entry, headers={"content-type": kind}).status_code == 415, entry.path


def test_without_the_token_of_its_own_cookie_nothing_is_changed(page: Any) -> None:
    client = page.browser("127.0.0.1")
    for entry in POSTS:
        for token in ("", "0" * 64, token_for(new_cookie()), client.cookies[COOKIE]):
            answer = ask(client, entry, headers={TOKEN_HEADER: token})
            assert (answer.status_code, answer.json()["error"]) == (403, "token"), entry.path
    client.cookies.clear()  # the token of a cookie that is not sent
    assert [entry.path for entry in POSTS if ask(client, entry).status_code != 403] == []


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(page: Any) -> None:
    client = TestClient(page.app, base_url="http://192.168.7.2:8642", client=("192.168.7.31", 1))
    cookie = client.get("/api/hello").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie


def test_opening_the_page_from_a_link_elsewhere_does_not_replace_the_cookie(page: Any) -> None:
    # A browser does not send a strict cookie along such a link; a new one would undo the pairing.
    assert "set-cookie" not in page.browser().get("/", headers={"sec-fetch-site": "cross-site"}).headers


@pytest.mark.parametrize("headers", [{}, {"host": "evil.example:8642"}, {"sec-fetch-site": "cross-site"}], ids=str)
def test_every_answer_carries_the_headers_also_a_refusal(page: Any, headers: dict[str, str]) -> None:
    page.runs()
    client = page.browser("127.0.0.1")
    for entry in ROUTES:
        answer = ask(client, entry, headers=headers)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, (entry.method, entry.path)


def test_the_policy_lets_nothing_in_from_elsewhere_and_runs_nothing_inline() -> None:
    policy = HEADERS["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert not {"unsafe-inline", "unsafe-eval", "*", "data:", "http:", "https:"} & set(
        policy.replace("'", "").split()
    )
    page = (SITE / "index.html").read_text()
    assert " style=" not in page
    assert not re.search(r"\son\w+\s*=", page)  # no onclick and the like
    for name, _ in FILES.values():
        assert "://" not in (SITE / name).read_text().replace("http://www.w3.org/2000/svg", ""), name


@pytest.mark.parametrize(
    "path", ["/site", "/site/", "/static/", "/../server.py", "/%2e%2e/server.py", "//etc/passwd"]
)
def test_there_is_no_listing_and_no_way_to_other_files(page: Any, path: str) -> None:
    client = page.browser("127.0.0.1")
    answer = client.get(f"http://127.0.0.1:8642{path}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_every_file_of_the_site_is_served_and_nothing_else(page: Any) -> None:
    assert {name for name, _ in FILES.values()} == {path.name for path in SITE.iterdir()}
    client = page.browser()
    for path, (name, media_type) in FILES.items():
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.content == (SITE / name).read_bytes()


def test_a_body_that_is_too_long_is_refused_before_it_is_read(page: Any) -> None:
    client = page.browser("127.0.0.1")
    long = b" " * (BODY_MOST + 1)
    assert client.post("/api/press", content=long).status_code == 413
    assert client.post("/api/press", content=b"{}", headers={"content-length": "-1"}).status_code == 413
    assert client.post("/api/press", content=b"{}", headers={"content-length": str(2**70)}).status_code == 413

    def pieces() -> Any:  # without saying how long
        for _ in range(70):
            yield b" " * 1024

    assert client.post("/api/press", content=pieces()).status_code == 413


def test_who_is_not_paired_gets_nothing(page: Any) -> None:
    client = page.browser()
    for entry in ROUTES:
        if not entry.strangers:
            answer = ask(client, entry)
            assert (answer.status_code, answer.json()["error"]) == (403, "not_paired"), entry.path


def test_only_these_are_for_strangers() -> None:
    open_to_all = {entry.path for entry in ROUTES if entry.strangers} - set(FILES)
    assert open_to_all == {"/api/hello", "/api/press", "/api/pairing/ask", "/api/pairing/enter"}


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_behind_a_proxy_nobody_is_at_home(page: Any, header: str) -> None:
    client = page.browser("127.0.0.1")
    assert client.get("/api/hello").json()["paired"]
    assert not client.get("/api/hello", headers={header: "127.0.0.1"}).json()["paired"]
    assert client.get("/api/history", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "::1"])
def test_this_machine_is_at_home_by_both_protocols(page: Any, address: str) -> None:
    assert page.browser(address, host="localhost:8642").get("/api/hello").json()["at_home"]


@pytest.mark.parametrize(
    "cookie", ["", "voiceguide", "voiceguide=", "voiceguide=a; voiceguide=b", "=;=;", "voiceguide=é"]
)
def test_strange_cookies_are_strangers(page: Any, cookie: str) -> None:
    answer = page.browser().get("/api/history", headers={"cookie": cookie.encode("latin-1")})
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GET", "PROPFIND"])
def test_other_methods_are_refused(page: Any, method: str) -> None:
    page.runs()
    assert page.browser("127.0.0.1").request(method, "/api/press", content=b'{"command":"pain"}').status_code in {
        403,
        405,
    }
    assert page.pressed == []


def test_a_websocket_is_closed(page: Any) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, page.browser("127.0.0.1").websocket_connect("/api/events"):
        pass
    assert closed.value.code == 1008
