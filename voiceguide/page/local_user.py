"""Whose program is at the other end of a connection on this very machine.

This machine is not a person: whoever has an account on it reaches its loopback, and so does every service that
runs there. Linux lists each TCP socket with the user it belongs to. The guide's own user could read its files
anyway and is let in; everybody else is a stranger, and so is everybody where that cannot be told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from voiceguide.page.where import address_of

SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Where Linux lists them, see proc(5)."""

_ESTABLISHED = "01"
_IPV4_DIGITS = 8

Endpoint = tuple[str, int]
"""Address and port."""


def is_of_this_user(client: Endpoint, server: Endpoint, sockets: Sequence[Path] = SOCKETS) -> bool:
    """Tell whether the client's end of a connection on this machine belongs to this program's user.

    Args:
        client: the end that asks.
        server: our end.
        sockets: the lists of sockets; one that cannot be read lists none.
    """
    wanted = (address_of(client[0]), client[1]), (address_of(server[0]), server[1])
    owners = [user for ends, user in _listed(sockets) if ends == wanted]
    return owners == [os.getuid()]


def _listed(sockets: Sequence[Path]) -> Iterator[tuple[tuple[object, object], int]]:
    for path in sockets:
        try:
            lines = path.read_text(encoding="ascii").splitlines()[1:]
        except (OSError, ValueError):
            continue
        for line in lines:
            (
                _,
                local,
                remote,
                state,
                *_,
            ) = fields = line.split()
            if state == _ESTABLISHED:
                yield (_endpoint(local), _endpoint(remote)), int(fields[7])


def _endpoint(written: str) -> tuple[object, int]:
    digits, _, port = written.partition(":")
    # Each four bytes are written as a number of this machine, the lowest byte first.
    words = [bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8)]
    kind = IPv4Address if len(digits) == _IPV4_DIGITS else IPv6Address
    return address_of(str(kind(b"".join(words)))), int(port, 16)
