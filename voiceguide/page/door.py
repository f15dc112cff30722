"""Who may come in, and how: the rules every request passes before anything else looks at it.

1. **Name.** The `Host` it asks for must be this machine's own: by number, the very address the connection came in
   at; by name, one of `names`. A page elsewhere that has its own name point here (DNS rebinding) fails on this.
2. **Origin.** What changes something must come from a page of ours: the `Origin` must be this host, what the
   browser itself says (`Sec-Fetch-Site`) must agree, and the body must be JSON, which no form elsewhere can send.
3. **Token.** It must also carry the token that follows from its cookie (`guests.token_for`).
4. **Size.** A body may have `BODY_MOST` bytes.
5. **Guest.** A browser that the guide's own user runs on this very machine is at home (`local_user.py`); any other
   one is a stranger until it is paired, and again when its cookie comes from elsewhere (`where.py`). Each route
   says whether strangers may use it; what does not say so is for guests only.

Whatever goes out carries the headers that keep the browser from doing anything but showing this page.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voiceguide.page.guests import Guests, token_for
from voiceguide.page.local_user import Endpoint, is_of_this_user
from voiceguide.page.where import Where, is_loopback, same_address, where_from

COOKIE = "voiceguide"
TOKEN_HEADER = "x-voiceguide-token"  # noqa: S105 - the header's name
BODY_MOST = 64 * 1024
"""Bytes of a body at the most: a long routine has 12 thousand."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""On every answer."""

_READING = frozenset({"GET", "HEAD"})
_LOOPBACK_NAMES = frozenset({"localhost"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@dataclass(frozen=True)
class Guest:
    """Who is asking.

    Attributes:
        where: where from.
        cookie: the browser's cookie, empty if it has none yet.
        at_home: the guide's own user runs it on this very machine.
        paired: it has been paired, or is at home.
    """

    where: Where
    cookie: str
    at_home: bool
    paired: bool


class Door:
    """The rules, around the whole application.

    Args:
        app: what lies behind it.
        guests: who is paired.
        port: the port that is served.
        names: names of this machine besides `localhost`, in lower case.
        ours: tells of a client on this machine, and of our end, whether it is of the guide's own user.
    """

    def __init__(
        self,
        app: ASGIApp,
        guests: Guests,
        port: int,
        names: Collection[str] = (),
        ours: Callable[[Endpoint, Endpoint], bool] = is_of_this_user,
    ) -> None:
        self._app = app
        self._guests = guests
        self._port = port
        self._names = frozenset(names)
        self._ours = ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = with_headers(send)
        headers = Headers(scope=scope)
        refusal = (
            self._wrong_name(scope, headers)
            or _wrong_origin(scope, headers)
            or _too_long(headers)
            or _strange_query(scope)
        )
        if refusal is None:
            guest = self._guest(scope, headers)
            refusal = _wrong_token(scope, headers, guest)
            scope["guest"] = guest
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        await self._app(scope, _limited(receive), answer)

    def _wrong_name(self, scope: Scope, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        name, _, port = hosts[0].rpartition(":") if len(hosts) == 1 else ("", "", "")
        own = (scope.get("server") or ("", 0))[0]
        known = name.lower() in self._names | _LOOPBACK_NAMES or same_address(name, own)
        if port != str(self._port) or not known:
            return refuse(421, "unknown_name")
        return None

    def _guest(self, scope: Scope, headers: Headers) -> Guest:
        client, own = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
        cookie = _cookie(headers)
        where = where_from(client[0], own[0], headers.get("x-forwarded-for", ""))
        # Through a proxy everybody seems to sit at this machine, so its visitors are strangers.
        forwarded = any(name in headers for name in _FORWARDED)
        at_home = is_loopback(client[0]) and not forwarded and self._ours(tuple(client), tuple(own))
        known = bool(cookie) and self._guests.knows(cookie, where.place)
        return Guest(where, cookie, at_home, paired=at_home or known)


def refuse(status: int, why: str, wait_s: float = 0.0) -> Response:
    """Return a refusal; `why` is a word that the page knows a sentence for."""
    waits = {"retry-after": str(max(1, round(wait_s)))} if wait_s else {}
    return JSONResponse({"error": why, "wait_s": round(wait_s, 1)}, status, headers=waits)


def with_headers(send: Send) -> Send:
    """Return a `send` that adds the headers every answer carries."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _wrong_origin(scope: Scope, headers: Headers) -> Response | None:
    site = headers.get("sec-fetch-site", "same-origin")
    if scope["method"] in _READING:
        # A link from elsewhere may open the page itself, and nothing else.
        return refuse(403, "origin") if site not in ("same-origin", "none") and scope["path"] != "/" else None
    if site != "same-origin" or headers.getlist("origin") != [f"http://{headers['host']}"]:
        return refuse(403, "origin")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return refuse(415, "not_json")
    return None


def _wrong_token(scope: Scope, headers: Headers, guest: Guest) -> Response | None:
    if scope["method"] in _READING:
        return None
    token = headers.get(TOKEN_HEADER, "")
    if not guest.cookie or not hmac.compare_digest(token.encode(), token_for(guest.cookie).encode()):
        return refuse(403, "token")
    return None


def _too_long(headers: Headers) -> Response | None:
    length = headers.get("content-length", "0")
    return refuse(413, "too_long") if not length.isdigit() or int(length) > BODY_MOST else None


def _strange_query(scope: Scope) -> Response | None:
    # Browsers escape whatever is not ASCII; the rest of the way relies on it.
    return None if scope["query_string"].isascii() else refuse(400, "query")


def _limited(receive: Receive) -> Receive:
    came = 0

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > BODY_MOST:
            raise HTTPException(413, "too_long")  # in the midst of the application, which turns it into an answer
        return message

    return receiving


def _cookie(headers: Headers) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie is not None and cookie.value.isascii() else ""
