"""Who may come in, and how: the rules every request passes before anything else looks at it.

1. **Name.** The `Host` it asks for must be this machine's own: by number, the very address the connection came in
   at; by name, one of `names`. A page elsewhere that has its own name point here (DNS rebinding) fails on this.
2. **Origin.** What changes something must come from a page of ours: the `Origin` must be this host, what the
   browser itself says (`Sec-Fetch-Site`) must agree, and the body must be JSON, which no form elsewhere can send.
3. **Token.** It must also carry the token that follows from its cookie (`guests.token_for`).
4. **Size.** A body may have `BODY_MOST` bytes.
5. **Guest.** A browser on this very machine is at home; any other one is a stranger until it is paired. Each route
   says whether strangers may use it; what does not say so is for guests only.

Whatever goes out carries the headers that keep the browser from doing anything but showing this page.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv6Address, ip_address
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voiceguide.page.guests import Guests, token_for

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
        address: where from; of an IPv6 address its network, as one machine has many.
        cookie: the browser's cookie, empty if it has none yet.
        at_home: it runs on this very machine.
        paired: it has been paired, or is at home.
    """

    address: str
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
    """

    def __init__(self, app: ASGIApp, guests: Guests, port: int, names: Collection[str] = ()) -> None:
        self._app = app
        self._guests = guests
        self._port = port
        self._names = frozenset(names)

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
        known = name.lower() in self._names | _LOOPBACK_NAMES or _same_address(name, own)
        if port != str(self._port) or not known:
            return refuse(421, "unknown_name")
        return None

    def _guest(self, scope: Scope, headers: Headers) -> Guest:
        address = (scope.get("client") or ("", 0))[0]
        cookie = _cookie(headers)
        # Through a proxy everybody seems to sit at this machine, so its visitors are strangers.
        at_home = _is_loopback(address) and not any(name in headers for name in _FORWARDED)
        return Guest(
            _network(address), cookie, at_home, paired=at_home or (bool(cookie) and self._guests.knows(cookie))
        )


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


def _address(text: str) -> Any:
    try:
        address = ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _same_address(one: str, other: str) -> bool:
    address = _address(one)
    return address is not None and address == _address(other)


def _is_loopback(text: str) -> bool:
    address = _address(text)
    return address is not None and bool(address.is_loopback)


def _network(text: str) -> str:
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(address.exploded)[:19]  # the first 64 bits
    return str(address or text)
