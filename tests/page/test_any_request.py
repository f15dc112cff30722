"""Whatever is sent, every answer is one that was thought of: no crash, and nothing without the headers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_rig import PORT

from voiceguide.core.commands import Command
from voiceguide.page.door import HEADERS
from voiceguide.page.guests import new_cookie, token_for
from voiceguide.page.routes import ROUTES

THOUGHT_OF = {200, 204, 400, 403, 404, 405, 409, 413, 415, 421, 429, 503}

HOST = f"127.0.0.1:{PORT}".encode()
COOKIE = new_cookie()
WELL_FORMED = {
    "host": HOST,
    "origin": b"http://" + HOST,
    "content-type": b"application/json",
    "cookie": f"voiceguide={COOKIE}".encode(),
    "x-voiceguide-token": token_for(COOKIE).encode(),
}
OTHERS = ("content-length", "sec-fetch-site", "x-forwarded-for", "range", "accept-encoding")


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


methods = st.sampled_from(["GET", "POST"]) | st.sampled_from(["HEAD", "PUT", "DELETE", "OPTIONS", "x"])
paths = st.one_of(
    st.sampled_from([entry.path for entry in ROUTES if entry.path != "/api/events"]),
    st.builds("/api/routines/{}".format, st.text(max_size=20)),
    st.text(max_size=40).map("/{}".format),
)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
nearly_right = st.fixed_dictionaries(
    {},
    optional={
        "command": st.sampled_from([command.value for command in Command]) | values,
        "code": st.from_regex(r"[0-9]{5,7}", fullmatch=True) | values,
        "routine": values,
        "who": st.sampled_from(["me", "everybody"]) | values,
        "name": st.from_regex(r"[a-z]{1,5}", fullmatch=True) | values,
        "text": st.text(max_size=200) | values,
        "replace": values,
    },
)
bodies = st.binary(max_size=300) | values.map(as_json) | nearly_right.map(as_json)
any_bytes = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
latin = any_bytes.map(lambda text: text.encode("latin-1"))
headers = st.dictionaries(
    st.sampled_from([*WELL_FORMED, *OTHERS]),
    latin | st.sampled_from([*WELL_FORMED.values(), b"same-origin", b"none", b"0"]),
    max_size=3,
)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=methods, path=paths, query=latin, body=bodies, changed=headers, local=st.booleans())
def test_any_request_gets_an_answer_that_was_thought_of(
    page: Any, *, method: str, path: str, query: bytes, body: bytes, changed: dict[str, bytes], local: bool
) -> None:
    page.runs(standby=True)
    page.time[0] += 60.0  # nobody has to wait for the one before
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query,
        "headers": [(name.encode(), value) for name, value in {**WELL_FORMED, **changed}.items()],
        "client": ("127.0.0.1" if local else "10.0.0.9", 1),
        "server": ("127.0.0.1", PORT),
        "root_path": "",
        "scheme": "http",
        "state": {},
    }
    start, *rest = asyncio.run(answer_of(page.app, scope, body))
    assert start["status"] in THOUGHT_OF, (start, rest)
    sent = {name.decode(): value.decode() for name, value in start["headers"]}
    assert HEADERS.items() <= sent.items()
    if start["status"] >= 400 and method != "HEAD":
        assert json.loads(rest[0]["body"]).keys() & {"error", "why"}
    if not local:
        assert {command for command, _ in page.pressed} <= {Command.PAIN, Command.STOP}
    page.pressed.clear()


async def answer_of(app: Any, scope: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    parts = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(parts, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    await app(scope, receive, send)
    return answers
