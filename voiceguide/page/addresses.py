"""Where the page can be reached: its port, and the names of this machine."""

from __future__ import annotations

import socket

from voiceguide.errors import PageError

BACKLOG = 32
"""Connections that may wait to be accepted: while a page's process is started again, and in a flood."""

_NETWORKS = ("local", "lan", "home.arpa", "internal", "localdomain")
"""What routers put behind a name at home; none of these can be registered on the internet."""


def names_of_this_machine() -> frozenset[str]:
    """Return the names under which this machine is known in its network: none that anybody could register."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, *(f"{short}.{network}" for network in _NETWORKS)})


def addresses(port: int, *, lan: bool) -> list[str]:
    """Return where the page can be opened, the best first."""
    here = f"http://localhost:{port}"
    return [f"http://{socket.gethostname().lower()}.local:{port}", here] if lan else [here]


def listen(port: int, *, lan: bool) -> socket.socket:
    """Open the port.

    Args:
        port: the TCP port; 0 for any that is free.
        lan: for other machines, too.

    Raises:
        PageError: it is taken or cannot be opened.
    """
    try:
        if lan and socket.has_dualstack_ipv6():
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG)
        return socket.create_server(("" if lan else "127.0.0.1", port), backlog=BACKLOG)
    except OSError as error:
        raise PageError(
            f"The page cannot be served at port {port}: {error.strerror or error}. Another voiceguide may serve "
            "it; end that one, or choose another port in the settings (page: port)."
        ) from error
