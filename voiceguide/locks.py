"""What one guide at a time may use: the room's sound card, a history, an events file.

Two guides in one room hear each other. One would take the other's question for a call, and a word that nobody said
would be kept as a report of pain. So the second one ends before it has opened anything.

A lock is `flock` on a file or folder that is open. The kernel holds it and lets go of it when the process ends,
however it ends. The number of the process in the file is for the message alone: a file that was left behind locks
nothing. Where no lock can be had, such as in a folder that is read-only, the guide goes on with a warning.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import stat
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from voiceguide.errors import CardInUseError, InUseError
from voiceguide.places import lock_folder
from voiceguide.private import private_folder

SOUND_DEVICES = Path("/dev/snd")
"""The folder of the machine's sound devices. All its users can open it, so guides of two users meet here; the
service can, too, which sees little else of the machine."""

_HEAR_EACH_OTHER = (
    "Two guides hear each other, and one would take the other's question for your words. End that one first: "
    "Ctrl-C in its terminal, or systemctl --user stop voiceguide. If this one has a card of its own, out of "
    "earshot of the other, add --other-card, and name the card with --input and --output."
)

_log = logging.getLogger(__name__)
_open: weakref.WeakSet[Lock] = weakref.WeakSet()
_warned: set[Path] = set()


class Lock:
    """Something that this process holds, until `close` or its end. A context manager.

    Args:
        descriptor: of the file or folder that is locked; None holds nothing.
        signed: the file holds the number of this process.
    """

    def __init__(self, descriptor: int | None, *, signed: bool = False) -> None:
        self._descriptor = descriptor
        self._signed = signed
        _open.add(self)

    def close(self) -> None:
        """Let go. Closing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                if self._signed:
                    os.ftruncate(descriptor, 0)
            os.close(descriptor)

    def forget(self) -> None:
        """Close what a child of this process has inherited: the lock stays its parent's, and ends with it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _forget_in_child() -> None:
    for lock in list(_open):
        lock.forget()


os.register_at_fork(after_in_child=_forget_in_child)


def hold_room(*, other_card: bool = False) -> list[Lock]:
    """Be the only guide that speaks and listens on this machine.

    Args:
        other_card: somebody has said that this guide has another card, out of earshot; `hold_devices` sees that
            it is another one.

    Returns:
        What is held now.

    Raises:
        CardInUseError: another guide speaks and listens here.
    """
    if other_card:
        return []
    held: list[Lock] = []
    try:
        held.append(_hold_signed(lock_folder() / "room.lock"))
        held.append(_hold_folder(SOUND_DEVICES))
    except _HeldError as error:
        for lock in held:
            lock.close()
        raise CardInUseError(f"Another guide{error.who} speaks and listens here. {_HEAR_EACH_OTHER}") from None
    return held


def hold_devices(names: Iterable[str]) -> list[Lock]:
    """Be the only guide of this user at a microphone and a loudspeaker.

    Args:
        names: of the devices, as the sound library has them.

    Raises:
        CardInUseError: another guide uses one of them.
    """
    held: list[Lock] = []
    for name in dict.fromkeys(names):
        number = hashlib.sha256(name.encode()).hexdigest()[:16]  # a name may hold a slash, and be of any length
        try:
            held.append(_hold_signed(lock_folder() / f"device-{number}.lock"))
        except _HeldError as error:
            for lock in held:
                lock.close()
            raise CardInUseError(
                f'Another guide{error.who} uses the sound device "{name}". End it first, or name another device '
                "with --input and --output; `voiceguide devices` lists them."
            ) from None
    return held


def hold_history(path: Path) -> Lock:
    """Be the only guide that keeps its sessions in a history; reading it needs no lock.

    Raises:
        InUseError: another guide keeps its sessions there.
    """
    real = Path(os.path.realpath(path))  # by whichever link it was named
    if real.exists() and not real.is_file():
        return Lock(None)
    try:
        return _hold_signed(real.with_name(f"{real.name}.lock"))
    except _HeldError as error:
        raise InUseError(
            f"Another guide{error.who} keeps its sessions in {path}, and two would mix them up. End it first, or "
            "choose another file with --history."
        ) from None


def hold_events(path: Path | None) -> Lock:
    """Be the only guide that writes an events file; it would be replaced while the other one writes.

    Args:
        path: of the file, which need not be there; None where no events are kept.

    Raises:
        InUseError: another guide writes it.
    """
    if path is None or (path.exists() and not path.is_file()):
        return Lock(None)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError:
        return Lock(None)  # the journal says why
    try:
        return _locked(descriptor, path)
    except _HeldError:
        raise InUseError(
            f"Another guide writes its events to {path}. Choose another file with --events."
        ) from None


class _HeldError(Exception):
    """Another process holds it.

    Attributes:
        who: which one, to be put behind "another guide"; empty when that is not known.
    """

    def __init__(self, who: str = "") -> None:
        self.who = who


def _hold_signed(path: Path) -> Lock:
    """Lock a file of ours, for this user alone, and write this process's number into it."""
    try:
        private_folder(path.parent)
        # Not through a link that somebody put there, and not waiting for the other end of a pipe.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        return _without(path, error)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # nothing is written into what somebody put there
        os.close(descriptor)
        return _without(path, OSError(errno.EINVAL, "it is no file"))
    lock = _locked(descriptor, path, signed=True)
    with suppress(OSError):  # a full disk: it is held all the same
        os.fchmod(descriptor, 0o600)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return lock


def _hold_folder(path: Path) -> Lock:
    """Lock a folder of the system's, where it is there: a machine without it has no card of its own."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return Lock(None)
    except OSError as error:
        return _without(path, error)
    return _locked(descriptor, path)


def _locked(descriptor: int, path: Path, *, signed: bool = False) -> Lock:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = _who(descriptor) if signed else ""
        os.close(descriptor)
        raise _HeldError(who) from None
    except OSError as error:
        os.close(descriptor)
        return _without(path, error)
    return Lock(descriptor, signed=signed)


def _who(descriptor: int) -> str:
    try:
        number = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    except OSError:
        return ""
    return f" (process {number})" if number.isdecimal() else ""


def _without(path: Path, error: OSError) -> Lock:
    if path not in _warned:  # a card is opened again and again
        _warned.add(path)
        _log.warning(
            "%s cannot be locked: %s. See to it yourself that no other guide runs here.", path, error.strerror
        )
    return Lock(None)
