"""Asking to be run before other programs, so that a busy machine neither cuts the guide's words nor misses a call.

All that plays and listens runs in real time (SCHED_RR) where the system allows it: root, `LimitRTPRIO=` of the
service, a line in /etc/security/limits.d. Threads and processes that are started later inherit it; `as_others`
takes it from programs that are not the guide's. Where it is not allowed, a desktop's RealtimeKit gives it to
single threads that never work for long: the sound card's.
"""

from __future__ import annotations

import os
import resource
import subprocess
from contextlib import suppress

GUIDE = 1
"""Real-time priority of the loop, the ears and the recogniser. They share the interpreter's lock with every other
thread of the guide, so all of these have it."""

CARD = 5
"""That of the sound card's process, which never works for longer than a block takes."""

_NICENESS = -10

_RTKIT = "org.freedesktop.RealtimeKit1"
_AT_ONCE_US = 200_000
"""Microseconds that a thread may work without a pause; RealtimeKit wants such a limit, and this is its highest."""

_ANSWERS_WITHIN_S = 5.0


def first(priority: int) -> bool:
    """Ask for real-time priority for this process, or at least for a better nice value.

    Args:
        priority: 1 to 99.

    Returns:
        Whether it is real time.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority))
    except OSError:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
        return False
    return True


def first_by_rtkit(thread: int, priority: int) -> bool:
    """Ask RealtimeKit for real-time priority for a thread of this process.

    A thread of this process that then works for 0.2 s without a pause is ended by the kernel, with the process.

    Args:
        thread: its number, `threading.get_native_id()`.
        priority: 1 to 99; RealtimeKit allows 20 at most.

    Returns:
        Whether it was given. It is not to somebody who is not logged in at the machine.
    """
    call = ("busctl", "--system", "call", _RTKIT, f"/{_RTKIT.replace('.', '/')}", _RTKIT)
    method = ("MakeThreadRealtimeWithPID", "ttu", str(os.getpid()), str(thread), str(priority))
    try:
        resource.setrlimit(resource.RLIMIT_RTTIME, (_AT_ONCE_US, _AT_ONCE_US))
        subprocess.run([*call, *method], check=True, capture_output=True, timeout=_ANSWERS_WITHIN_S)
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return True


def as_others(process: int = 0) -> None:
    """Let a process be run like any other program again; 0 is this one. Never fails: it may be over already."""
    with suppress(OSError):
        os.sched_setscheduler(process, os.SCHED_OTHER, os.sched_param(0))
    with suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, process) < 0:
            os.setpriority(os.PRIO_PROCESS, process, 0)
