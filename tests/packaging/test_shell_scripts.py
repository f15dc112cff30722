"""The shell scripts: checked by shellcheck, and what can be tried of the installer without installing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "packaging").glob("*.sh"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)


def test_the_scripts_are_there() -> None:
    assert {"apt.sh", "install.sh", "test_install.sh"} <= {script.name for script in SCRIPTS}


@pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="shellcheck is not installed: apt-get install shellcheck"
)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    done = run("shellcheck", str(script))
    assert done.returncode == 0, done.stdout


def test_help_names_every_option() -> None:
    done = run("sh", "packaging/install.sh", "--help")
    assert done.returncode == 0
    for option in ("--user", "--newest", "--no-service", "--no-doctor", "--uninstall"):
        assert option in done.stdout
        assert f"{option})" in (ROOT / "packaging" / "install.sh").read_text(), option


@pytest.mark.parametrize(
    "wrong",
    [
        ("--frobnicate",),
        ("--user",),
        ("--user", "nobody-of-this-name"),
        ("--with",),
        ("--with", "pages"),
        ("--with", "page,../../etc"),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_says_so(wrong: tuple[str, ...]) -> None:
    done = run("sh", "packaging/install.sh", *wrong)
    assert done.returncode != 0
    assert "install.sh:" in done.stderr


def test_the_makefile_and_the_installer_read_one_list() -> None:
    lists = (ROOT / "packaging" / "apt-packages.txt").read_text().splitlines()
    uses = {line.split(":")[0]: line.split(":")[1].split() for line in lists if line and not line.startswith("#")}
    assert set(uses) == {"run", "demo", "test", "device", "bench", "train"}
    told = run(
        "make", "--silent", "--no-print-directory", "--eval", "show: ; @echo $(APT_RUN) / $(APT_TEST)", "show"
    )
    assert told.stdout.split() == [*uses["run"], *uses["demo"], "/", *uses["test"]]
    assert "run: " in (ROOT / "packaging" / "install.sh").read_text()
