"""Where a browser asks from, as far as a network tells: what it is counted by, and what its cookie is bound to.

Presses and codes are counted by the whole address, so that no machine uses up what another may do, also where many
share one IPv6 network. A cookie is bound more loosely, as a phone gets another address now and then: to this
machine, to its IPv4 network, or to being in the same IPv6 network as this machine. That is all that an address
proves: who is in the same network and has the cookie comes in with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

IPV4_PREFIX = 24
IPV6_PREFIX = 64
"""Bits of an address that name its network: what home routers give out."""

_BITS = {4: (32, IPV4_PREFIX), 6: (128, IPV6_PREFIX)}


@dataclass(frozen=True)
class Where:
    """Where a browser asks from.

    Attributes:
        machine: its whole address.
        way: by which of three ways it came in: `ipv4`, `ipv6` or `here`, on this machine or through a proxy on it.
        place: what its cookie is bound to.
    """

    machine: str
    way: str
    place: str


def where_from(client: str, own: str, forwarded_for: str = "") -> Where:
    """Return where a browser asks from.

    Args:
        client: the address that the connection came from.
        own: the address of this machine that it came in at.
        forwarded_for: what a proxy says of where it came from; only the last word of one on this machine counts.
    """
    address = address_of(client)
    if address is None or address.is_loopback:
        asked_for = address_of(forwarded_for.rpartition(",")[2].strip())
        if asked_for is None:
            return Where(f"here {forwarded_for[:64]}" if forwarded_for else "here", "here", "here")
        return Where(f"proxy {asked_for}", "here", f"proxy {_network(asked_for)}")
    here = address_of(own)
    if isinstance(address, IPv6Address) and here is not None and _network(address) == _network(here):
        # Providers change the network's number, some every day; both ends have it from the same router.
        return Where(str(address), "ipv6", "ipv6 beside this machine")
    return Where(str(address), f"ipv{address.version}", f"ipv{address.version} {_network(address)}")


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address, an IPv4 one that is written as IPv6 as what it is; None if it is none."""
    try:
        address = ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def same_address(one: str, other: str) -> bool:
    """Tell whether two texts are the same address."""
    address = address_of(one)
    return address is not None and address == address_of(other)


def is_loopback(text: str) -> bool:
    """Tell whether an address is of this very machine."""
    address = address_of(text)
    return address is not None and address.is_loopback


def _network(address: IPv4Address | IPv6Address) -> str:
    bits, prefix = _BITS[address.version]
    network = int(address) >> (bits - prefix) << (bits - prefix)
    return f"{type(address)(network)}/{prefix}"
