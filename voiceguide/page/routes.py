"""What can be asked of the page's server, and by whom: one table, `ROUTES`.

What an answer holds is written down in docs/page.md. Nothing here waits for the guide: what is pressed is handed
over, and what follows from it shows on the board.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from voiceguide import __version__
from voiceguide.core.commands import Command
from voiceguide.core.pressed import STRANGER
from voiceguide.errors import VoiceguideError
from voiceguide.page import routines
from voiceguide.page.board import PACES, Board
from voiceguide.page.door import COOKIE, Guest, refuse
from voiceguide.page.examined import examined
from voiceguide.page.guests import KEPT_DAYS, Guests, new_cookie, token_for
from voiceguide.page.heavy import BusyError, Heavy
from voiceguide.page.limits import Buckets
from voiceguide.page.pairing import DIGITS, Pairing, RefusedError
from voiceguide.page.past import past
from voiceguide.page.site import FILES, content
from voiceguide.page.stream import Streams
from voiceguide.page.wording import phrases_of, words_of
from voiceguide.speaking.choose import voices_for
from voiceguide.speaking.chosen import keep, kept
from voiceguide.wall_clock import read_clock

FOR_STRANGERS = frozenset({Command.PAIN, Command.STOP})
"""What anybody may press who can reach the page at all: it only ever makes less happen."""

PAIRED = "page"
"""What a paired browser's presses come from, as the journal names it; another's come from `STRANGER`."""

Press = Callable[[Command, str, str], None]
Endpoint = Callable[["Behind", Request], Awaitable[Response]]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Behind:
    """What lies behind the page.

    Attributes:
        board: what is shown.
        streams: who looks at it.
        guests: who is paired.
        pairing: how to become one of them.
        press: hands a command over to the guide, with the words it stands for if the command does not say it, and
            what it comes from.
        history: the history's file.
        choose_voice: tells the guide which voice is to speak from the next session on.
        language: of the page and of its buttons, while no guide is there to set it.
        night: from when until when the page is dark, as "22:00"; None for as the device likes it.
        wall: the wall clock, for the night.
        now: the monotonic clock, in seconds.
        heavy: does what takes long.
    """

    board: Board
    streams: Streams
    guests: Guests
    pairing: Pairing
    press: Press
    history: Path
    choose_voice: Callable[[str], None] = lambda _: None
    language: str = "en"
    night: tuple[str, str] | None = None
    now: Callable[[], float] = time.monotonic
    # More than anybody presses who means it. Each whole address has its own, so the first are never refused,
    # whatever others in its network do; what waits for the guide is bounded by the number of commands anyway.
    by_guests: Buckets = field(default_factory=lambda: Buckets(10, 0.5))
    by_strangers: Buckets = field(default_factory=lambda: Buckets(5, 5.0))
    heavy: Heavy = field(default_factory=Heavy)

    @property
    def spoken(self) -> str:
        """The language in which everything is told: the guide's."""
        return self.board.shown.values["language"] or self.language


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Model = TypeVar("_Model", bound=_Body)


class _Pressed(_Body):
    command: str = Field(max_length=40)


class _Begin(_Body):
    routine: str = Field(max_length=100)


class _Voice(_Body):
    voice: str = Field(max_length=40)


class _Code(_Body):
    code: str = Field(pattern=rf"^[0-9]{{{DIGITS}}}$")


class _Nothing(_Body):
    pass


class _Leave(_Body):
    who: Literal["me", "everybody"]


class _Draft(_Body):
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    text: str = Field(max_length=60_000)


class _Kept(_Draft):
    replace: bool = False


async def hello(behind: Behind, request: Request) -> Response:
    """Tell a page what it needs to begin, and give its browser a cookie if it has none."""
    guest: Guest = request.scope["guest"]
    cookie = guest.cookie or new_cookie()
    answer: dict[str, Any] = {
        "version": __version__,
        "paired": guest.paired,
        "at_home": guest.at_home,
        "token": token_for(cookie),
        "language": behind.spoken,
        "words": words_of(behind.spoken),
        "phrases": phrases_of(behind.spoken),
        "night": behind.night,
        "paces": PACES,
        "digits": DIGITS,
        "voices": voices_for(behind.spoken),
        "voice_kept": kept(behind.spoken),
    }
    response = JSONResponse(answer)
    if not guest.cookie:
        _set_cookie(response, cookie)
    return response


async def clock(behind: Behind, request: Request) -> Response:  # noqa: ARG001 - all endpoints are called alike
    """Tell the monotonic clock, by which the page turns the breath at the right moment."""
    return JSONResponse({"now_s": behind.now()})


async def events(behind: Behind, request: Request) -> Response:
    """Tell what happens, for as long as the viewer stays."""
    guest: Guest = request.scope["guest"]
    if behind.streams.full:
        return refuse(503, "too_many", 10)

    def still_welcome() -> bool:
        return guest.at_home or behind.guests.knows(guest.cookie, guest.where.place)

    return StreamingResponse(behind.streams.stream(still_welcome), media_type="text/event-stream")


async def press(behind: Behind, request: Request) -> Response:
    """Hand a command over to the guide."""
    guest: Guest = request.scope["guest"]
    name = (await _body(request, _Pressed)).command
    if name not in list(Command):
        return refuse(400, "unknown_command")
    command = Command(name)
    if not guest.paired and command not in FOR_STRANGERS:
        return refuse(403, "not_paired")
    if wait_s := _wait_to_press(behind, guest):
        return refuse(429, "wait", wait_s)
    if not behind.board.shown.values["running"]:
        return refuse(409, "no_guide")
    behind.press(command, "", PAIRED if guest.paired else STRANGER)
    return Response(status_code=204)


async def begin(behind: Behind, request: Request) -> Response:
    """Have the guide ask in the room whether to begin a routine."""
    guest: Guest = request.scope["guest"]
    phrase = behind.board.shown.values["offered"].get((await _body(request, _Begin)).routine)
    if phrase is None:
        return refuse(404, "not_found")
    if wait_s := _wait_to_press(behind, guest):
        return refuse(429, "wait", wait_s)
    if not behind.board.shown.values.get("standby"):
        return refuse(409, "no_standby")
    behind.press(Command.START, phrase, PAIRED)
    return Response(status_code=204)


async def choose_voice(behind: Behind, request: Request) -> Response:
    """Keep a voice for the sessions to come, and tell the guide."""
    guest: Guest = request.scope["guest"]
    name = (await _body(request, _Voice)).voice
    if name not in voices_for(behind.spoken):
        return refuse(404, "not_found")
    if wait_s := _wait_to_press(behind, guest):
        return refuse(429, "wait", wait_s)
    await _work(behind, request, keep, behind.spoken, name)
    behind.choose_voice(name)
    return Response(status_code=204)


async def ask_for_code(behind: Behind, request: Request) -> Response:
    """Have a code made known in the room."""
    guest: Guest = request.scope["guest"]
    await _body(request, _Nothing)
    try:
        return JSONResponse({"how": behind.pairing.ask(guest.cookie, guest.where)})
    except RefusedError as refused:
        return refuse(429, refused.why, refused.wait_s)


async def enter_code(behind: Behind, request: Request) -> Response:
    """Take a code and pair the browser."""
    guest: Guest = request.scope["guest"]
    code = (await _body(request, _Code)).code
    try:
        cookie = behind.pairing.enter(guest.cookie, guest.where, code)
    except RefusedError as refused:
        return refuse(429 if refused.why == "wait" else 403, refused.why, refused.wait_s)
    response = Response(status_code=204)
    _set_cookie(response, cookie)  # a new one: whoever knew the old one gains nothing
    return response


async def leave(behind: Behind, request: Request) -> Response:
    """Undo the pairing of this browser, or of all."""
    guest: Guest = request.scope["guest"]
    if (await _body(request, _Leave)).who == "everybody":
        behind.guests.forget_all()
    else:
        behind.guests.forget(guest.cookie)
    return Response(status_code=204)


async def history(behind: Behind, request: Request) -> Response:
    """Tell of earlier sessions."""
    days = request.query_params.get("days", "56")
    if days != "all" and (not (days.isascii() and days.isdigit()) or len(days) > 3):  # noqa: PLR2004 - a year's days
        return refuse(400, "days")
    span = None if days == "all" else int(days)
    return JSONResponse(await _work(behind, request, past, behind.history, read_clock(), span))


async def list_routines(behind: Behind, request: Request) -> Response:
    """Tell which routines there are."""
    listed = await _work(behind, request, routines.listed)
    offered = behind.board.shown.values["offered"]
    return JSONResponse({"routines": [{**one, "offered": one["id"] in offered} for one in listed]})


async def read_routine(behind: Behind, request: Request) -> Response:
    """Give the text of one routine."""
    found = await _work(behind, request, routines.text_of, request.path_params["name"])
    return JSONResponse(found) if found is not None else refuse(404, "not_found")


async def begin_routine(behind: Behind, request: Request) -> Response:
    """Give the text of a routine to begin with."""
    title = words_of(behind.spoken)["routines_mine"]
    return JSONResponse(await _work(behind, request, routines.new, behind.spoken, title))


async def check_routine(behind: Behind, request: Request) -> Response:
    """Tell what is wrong with the text of a routine."""
    draft = await _body(request, _Draft)
    return JSONResponse(await _work(behind, request, routines.check, draft.name, draft.text))


async def keep_routine(behind: Behind, request: Request) -> Response:
    """Keep a routine among the user's own, if nothing is wrong with it."""
    kept = await _body(request, _Kept)
    answer = await _work(behind, request, routines.keep, kept.name, kept.text, replace=kept.replace)
    return JSONResponse(answer, 200 if answer["kept"] else 409)


async def doctor(behind: Behind, request: Request) -> Response:
    """Tell what can be examined without a sound."""
    return JSONResponse(await _work(behind, request, examined, behind.spoken))


async def site(behind: Behind, request: Request) -> Response:  # noqa: ARG001 - as above
    """Give one of the page's own files."""
    body, media_type = content(request.url.path)
    return Response(body, media_type=media_type)


@dataclass(frozen=True)
class Entry:
    """One line of the table.

    Attributes:
        method: of the request.
        path: on the page.
        endpoint: what answers.
        strangers: somebody who is not paired may ask, too.
    """

    method: str
    path: str
    endpoint: Endpoint
    strangers: bool = False


ROUTES = (
    *(Entry("GET", path, site, strangers=True) for path in FILES),
    Entry("GET", "/api/hello", hello, strangers=True),
    Entry("POST", "/api/press", press, strangers=True),  # pain and "stop" only, see `press`
    Entry("POST", "/api/begin", begin),
    Entry("POST", "/api/voice", choose_voice),
    Entry("POST", "/api/pairing/ask", ask_for_code, strangers=True),
    Entry("POST", "/api/pairing/enter", enter_code, strangers=True),
    Entry("POST", "/api/pairing/leave", leave),
    Entry("GET", "/api/clock", clock),
    Entry("GET", "/api/events", events),
    Entry("GET", "/api/history", history),
    Entry("GET", "/api/routines", list_routines),
    Entry("GET", "/api/routines/{name}", read_routine),
    Entry("GET", "/api/beginning", begin_routine),
    Entry("GET", "/api/doctor", doctor),
    Entry("POST", "/api/routines/check", check_routine),
    Entry("POST", "/api/routines/keep", keep_routine),
)
"""Everything there is."""


def application(behind: Behind) -> Starlette:
    """Return the application that answers; the door goes around it."""
    handlers: dict[Any, Any] = {
        HTTPException: _plainly,
        _WrongBodyError: _plainly,
        BusyError: _busy,
        VoiceguideError: _told,
    }
    app = Starlette(routes=[_route(behind, entry) for entry in ROUTES], exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


def _route(behind: Behind, entry: Entry) -> Route:
    async def answer(request: Request) -> Response:
        guest: Guest = request.scope["guest"]
        if not entry.strangers and not guest.paired:
            return refuse(403, "not_paired")
        return await entry.endpoint(behind, request)

    return Route(entry.path, answer, methods=[entry.method])


class _WrongBodyError(HTTPException):
    def __init__(self) -> None:
        super().__init__(400, "wrong_body")


async def _body(request: Request, model: type[_Model]) -> _Model:
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        raise _WrongBodyError from error


async def _plainly(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's interface
    if not isinstance(error, HTTPException):
        raise error
    names = {404: "not_found", 405: "wrong_method"}
    response = refuse(error.status_code, names.get(error.status_code, error.detail))
    response.headers.update(error.headers or {})
    return response


async def _busy(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's interface
    if not isinstance(error, BusyError):
        raise error
    return refuse(error.status, error.why, error.wait_s)


async def _told(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's interface
    return JSONResponse({"error": "told", "told": str(error), "wait_s": 0.0}, 500)


async def _work(
    behind: Behind, request: Request, work: Callable[..., _Result], *args: Any, **kwargs: Any
) -> _Result:
    """Have something done that may take long, in its turn."""
    guest: Guest = request.scope["guest"]
    return await behind.heavy.do(guest.cookie or guest.where.machine, work, *args, **kwargs)


def _wait_to_press(behind: Behind, guest: Guest) -> float:
    now = behind.now()
    if guest.paired:
        return behind.by_guests.take(guest.cookie or guest.where.machine, now)
    return behind.by_strangers.take(guest.where.machine, now)


def _set_cookie(response: Response, cookie: str) -> None:
    response.set_cookie(COOKIE, cookie, max_age=KEPT_DAYS * 86_400, path="/", httponly=True, samesite="strict")
