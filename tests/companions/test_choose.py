"""Companions that the settings ask for and that cannot be had: the guide does without them, and says so once."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from voiceguide.companions.choose import choose_companions
from voiceguide.companions.hooks import HookRunner
from voiceguide.companions.stream import EventStream
from voiceguide.presses import Presses
from voiceguide.settings import Hooks, Settings


def test_one_that_cannot_be_had_keeps_no_other_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(hooks=Hooks(pain=["true"]), stream=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with ExitStack() as stack:
        both = [stack.enter_context(closing(one)) for one in choose_companions(settings, Presses())]
        assert [type(one) for one in both] == [HookRunner, EventStream]
    assert caplog.messages == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "file"))  # nothing can be made in it
    with ExitStack() as stack:
        left = [stack.enter_context(closing(one)) for one in choose_companions(settings, Presses())]
        assert [type(one) for one in left] == [HookRunner]
    (told,) = caplog.messages
    assert told.endswith("The guide goes on without it.")
