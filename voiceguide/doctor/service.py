"""Whether the guide starts by itself."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

from voiceguide.doctor.asking import ask
from voiceguide.doctor.check import Check, Verdict

UNIT = "voiceguide.service"
"""Name of the systemd user service that `packaging/install.sh` sets up."""


def service() -> Iterator[Check]:
    """Look whether the service is there, starts by itself, and also when nobody is logged in."""
    enabled = ask("systemctl", "--user", "is-enabled", UNIT)
    # Without a user session systemctl cannot be asked: it prints nothing at all.
    known = enabled is not None and bool(enabled.text)
    if not known or enabled is None:
        yield Check("service", Verdict.NOT_TRIED, "systemd does not answer for this user")
        return
    state = enabled.text.splitlines()[-1]
    if state == "not-found" or (enabled.code and "disabled" not in state and "masked" not in state):
        yield Check("service", Verdict.NOT_TRIED, "not installed: `voiceguide run` is started by hand")
        return
    if state != "enabled":
        yield Check("service", Verdict.WARNING, state, f"systemctl --user enable --now {UNIT}")
    else:
        yield _running()
    yield _lingering()


def _running() -> Check:
    active = ask("systemctl", "--user", "is-active", UNIT)
    state = active.text if active is not None else "unknown"
    if state == "failed":
        remedy = f"journalctl --user --unit {UNIT} tells why; then systemctl --user restart {UNIT}"
        return Check("service", Verdict.WARNING, "enabled, but it failed", remedy)
    return Check("service", Verdict.GOOD, f"enabled, {state}", figures={"running": state == "active"})


def _lingering() -> Check:
    user = getpass.getuser()
    answer = ask("loginctl", "show-user", user, "--property=Linger")
    linger = "" if answer is None else answer.text.removeprefix("Linger=")
    if linger == "yes":
        return Check("lingering", Verdict.GOOD, f"{user}'s services start with the machine")
    # Of a user who is neither logged in nor lingering loginctl knows nothing and fails.
    remedy = f"sudo loginctl enable-linger {user}. Without, the guide stops when {user} logs out."
    return Check("lingering", Verdict.WARNING, "off", remedy)
