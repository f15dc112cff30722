"""The page in a real browser beside a real guide, at the pace of the clock."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from told_session import Told

from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.elsewhere import GuidesElsewhere, PageElsewhere
from voiceguide.page.speaker_clock import SpeakerClock
from voiceguide.places import routine_folders, shipped_routines
from voiceguide.presses import Presses
from voiceguide.speaking.chosen import kept
from voiceguide.testing.chromium import CHROMIUM, chromium
from voiceguide.testing.live import LEAD_S, LiveSession
from voiceguide.testing.waiting import until

NO_CHROMIUM = "there is no chromium here: the page is not tried in a browser (apt install chromium)"

pytestmark = [pytest.mark.real_time, pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)]

WITHIN_S = 0.1
"""How far the circle may be from the spoken word."""

STEP_S = 0.05

DRAWN = """async (step) => {
  const { session } = await import("/page.js");
  const { clock } = await import("/server.js");
  await clock.set();
  const { breath } = session, { phases } = breath, last = phases.at(-1), drawn = [];
  for (let time = phases[0]?.begins; time < last?.begins + last?.length; time += step) {
    breath.drawAt(time);
    drawn.push([time, document.getElementById("breath").dataset.phase]);
  }
  const late = (one, before) => before && one.begins - before.begins > before.length + step;
  const missed = phases.some((one, number) => late(one, phases[number - 1]));
  const at = (performance.timeOrigin + performance.now()) / 1000;
  return { drawn, whole: phases.length === 4 && !missed, time: breath.time(), at };
}"""
"""What the page draws for each moment of the breaths it keeps, and what moment it takes for now.

Nothing of it depends on when a frame is drawn, which a busy machine does late: `make bench-page` measures that.
Where the news of a breath came too late, it is tried again."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as one:
        yield one


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveSession]:
    with LiveSession(tmp_path) as session:
        yield session


def opened(browser: Any, where: LiveSession | str, **context: Any) -> Any:
    """A phone with the page open; whatever the browser complains about fails the test."""
    phone = browser.new_context(viewport={"width": 390, "height": 844}, **context).new_page()
    phone.set_default_timeout(90_000)  # a busy machine only makes it slower
    phone.complaints = []
    phone.on("pageerror", lambda error: phone.complaints.append(str(error)))
    phone.on(
        "console", lambda said: phone.complaints.append(said.text) if "Security Policy" in said.text else None
    )
    phone.goto(where if isinstance(where, str) else where.address)
    return phone


def shows(phone: Any, where: str, text: str) -> None:
    phone.locator(where).filter(has_text=re.compile(text)).first.wait_for(timeout=90_000)


def test_a_whole_session_is_watched_from_start_to_pain_to_the_end(browser: Any, live: LiveSession) -> None:
    phone = opened(browser, live)
    shows(phone, "#state", "Waiting for “start”")
    live.into_a_hold()
    shows(phone, "#state", "Hold")
    shows(phone, "#exercise", "The kneeling hip flexor stretch")
    shows(phone, "#side", "Right side")
    shows(phone, "#repeat", "1 of 2")
    shows(phone, "#heard", "ready")
    shows(phone, "#minutes", "left in all|more minute")
    phone.locator("#level[aria-valuenow]:not([aria-valuenow='-70'])").wait_for(state="attached")

    drawn = until(lambda: whole(phone.evaluate(DRAWN, STEP_S)), "four breaths of which none is missed")
    first, last = drawn[0][0] + WITHIN_S, drawn[-1][0] - WITHIN_S
    cues = [(at, name) for at, name in breath_cues(live) if first < at < last]
    assert len(cues) >= 2
    for at, name in cues:
        before = next(shown for time, shown in reversed(drawn) if time <= at - WITHIN_S)
        after = next(shown for time, shown in drawn if time >= at + WITHIN_S)
        assert (before, after) == (("out", "in") if name == "in" else ("in", "out")), (at, drawn)
    # A page that is wrong is so each time; one that had to wait for the processor is not.
    until(lambda: abs(mistaken_s(phone, live)) < WITHIN_S, "the moment that the guide takes for now", 30)

    live.say("it hurts")
    shows(phone, "#state", "Something hurts")
    shows(phone, "#lines", "Ease your weight back")
    shows(phone, "#painkind", "What does it feel like")
    spoken = [entry["text"] for entry in live.of("say_started") if entry["time_s"] >= live.of("pain")[0]["time_s"]]
    shown = phone.locator("#lines li").all_text_contents()
    assert shown
    assert set(shown) <= set(spoken)
    assert not phone.locator("#breath").is_visible()
    assert phone.locator("#alarm").text_content()

    phone.get_by_role("button", name="Sharp", exact=True).click()
    live.wait_for("pain_kind", pain="sharp")
    shows(phone, "#painover", "over for today")
    live.say("stop")
    live.wait_for("finished", how="pain")
    shows(phone, "#state", "Ended because something hurt|Finished")
    assert phone.complaints == []


def breath_cues(live: LiveSession) -> list[tuple[float, str]]:
    """When breath words began, in seconds of sample time, and which they were."""
    named = ((entry["due_s"], entry["cue"].removeprefix("breathe_")) for entry in live.of("cue"))
    return [(at, name) for at, name in named if name in {"in", "out"}]


def whole(found: dict[str, Any]) -> Any:
    return found["drawn"] if found["whole"] else None


def mistaken_s(phone: Any, live: LiveSession) -> float:
    """By how much the page is wrong about which sample is heard at this moment."""
    drawn = phone.evaluate(DRAWN, STEP_S)
    assert live.port.began is not None
    began = time.time() - time.monotonic() + live.port.began
    return float(drawn["time"] - (drawn["at"] - began))


def test_a_page_asks_for_a_beginning_and_only_the_room_begins(browser: Any, live: LiveSession) -> None:
    phone = opened(browser, live)
    live.wait_for("say_finished", key="check_ask")
    live.say("no")
    live.wait_for("say_finished", key="waiting")
    phone.get_by_role("button", name="Start", exact=True).click()
    live.wait_for("say_finished", key="start_asked")
    phone.get_by_role("button", name="Start", exact=True).click()
    until(lambda: len(live.of("say_started", key="start_asked")) >= 2, "the question once more")
    assert not live.of("started")
    live.say("start")
    live.wait_for("started")
    shows(phone, "#state", "Introduction")
    assert phone.complaints == []


def test_two_phones_at_once_and_a_server_that_comes_back(browser: Any, live: LiveSession) -> None:
    phones = [opened(browser, live), opened(browser, live, color_scheme="dark")]
    live.into_a_hold()
    for phone in phones:
        shows(phone, "#state", "Hold")
    live.restart_page()
    live.say("pause")
    live.wait_for("state", state="paused")
    for phone in phones:
        shows(phone, "#state", "Paused")
    phones[0].get_by_role("button", name="Continue", exact=True).click()
    live.wait_for("heard", command="resume", engine="page")
    for phone in phones:
        shows(phone, "#state", "Getting into position|Hold")
        assert phone.complaints == []


def test_with_the_keyboard_alone(browser: Any, live: LiveSession) -> None:
    phone = opened(browser, live)
    live.into_a_hold()
    shows(phone, "#state", "Hold")

    def focused() -> str:
        return str(phone.evaluate("document.activeElement.textContent.trim()"))

    phone.keyboard.press("Tab")
    assert focused() == "Skip to the session"
    seen = []
    for _ in range(40):
        phone.keyboard.press("Tab")
        seen.append(focused())
        outline = phone.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if seen[-1] in {"Session", "Pain", "Stop", "Pause"}:
            assert outline != "none", seen[-1]
        if seen[-1] == "Pause":
            break
    assert seen.index("Pain") < seen.index("Stop") < seen.index("Pause"), seen
    phone.keyboard.press("Enter")
    live.wait_for("heard", command="pause", engine="page")
    shows(phone, "#state", "Paused")
    assert phone.evaluate("document.activeElement !== document.body")  # the button is gone, the place is not lost

    phone.get_by_role("link", name="History").focus()
    phone.keyboard.press("Enter")
    phone.locator("#history").wait_for()
    assert phone.evaluate("document.activeElement.id") == "main"
    phone.locator(".emergency .pain").focus()
    phone.keyboard.press("Space")
    live.wait_for("pain")
    shows(phone, "#state", "Something hurts")  # pain turns the page
    assert phone.complaints == []


def test_a_phone_in_the_house_is_paired_by_what_is_said(browser: Any, tmp_path: Path) -> None:
    with LiveSession(tmp_path, lan=True, pairings=tmp_path / "paired.json") as live:
        live.wait_for("say_finished", key="check_ask")
        # Through what a proxy says, this machine is as strange as any phone.
        phone = opened(browser, live, extra_http_headers={"X-Forwarded-For": "192.168.7.31"})
        shows(phone, "#pairing-title", "Pair this phone")
        live.port.hurries = True
        phone.get_by_role("button", name="Speak the digits").click()
        until(lambda: len(live.of("say_finished", key="pairing_digit")) == 6, "six digits")
        digits = "".join(entry["text"] for entry in live.of("say_finished", key="pairing_digit"))
        phone.get_by_label("Six digits").fill(f"{digits[:3]} {digits[3:]}")
        phone.get_by_role("button", name="Pair", exact=True).click()
        live.port.hurries = False
        shows(phone, "#state", "Waiting for “start”")
        assert phone.complaints == []


def test_pain_without_pairing(browser: Any, tmp_path: Path) -> None:
    with LiveSession(tmp_path, lan=True) as live:
        phone = opened(browser, live, extra_http_headers={"X-Forwarded-For": "192.168.7.31"})
        live.into_a_hold()
        phone.get_by_role("button", name="Pain").click()
        live.wait_for("pain")
        assert live.of("heard", command="pain", engine="stranger")
        assert live.of("pain")[0]["by"] == "unknown"
        assert phone.complaints == []


def test_no_motion_for_those_who_asked_for_none(browser: Any, live: LiveSession) -> None:
    phone = opened(browser, live, reduced_motion="reduce")
    live.into_a_hold()
    phone.locator("#breath").wait_for()
    sizes = {phone.locator(".disc").bounding_box()["width"] for _ in range(5) if not phone.wait_for_timeout(150)}
    assert len(sizes) == 1
    shows(phone, "#phase", "Breathe (in|out)")


def test_a_routine_is_written_with_its_mistakes_told_as_one_types(browser: Any, live: LiveSession) -> None:
    text = (shipped_routines() / "psoas-short.yaml").read_text().replace("id: psoas-short", "id: my-routine")
    phone = opened(browser, live)
    phone.get_by_role("link", name="Routines").click()
    phone.get_by_role("button", name="Write a new one").click()
    area = phone.get_by_label("Text of the routine")
    shows(phone, "#editor-verdict", "Nothing is wrong")  # it begins with one that can be run
    assert "id: my-routine" in area.input_value()
    area.fill(text.replace("repeats: 3", "repeats: many"))
    shows(phone, "#editor-problems", "many")
    shows(phone, "#editor-verdict", "1 to correct")
    phone.get_by_role("button", name=re.compile("Line \\d+")).click()
    marked = "((area) => area.value.slice(area.selectionStart, area.selectionEnd))(document.activeElement)"
    assert "many" in phone.evaluate(marked)
    area.fill(text)
    shows(phone, "#editor-verdict", "Nothing is wrong")
    phone.get_by_role("button", name="Keep it among my routines").click()
    shows(phone, "#editor-verdict", "Kept: ")
    assert (routine_folders()[0] / "my-routine.yaml").read_text() == text
    phone.get_by_role("button", name="Back to the list").click()
    shows(phone, "#routine-items", "yours")
    assert phone.complaints == []


def test_the_voice_is_chosen_for_the_next_session(browser: Any, live: LiveSession) -> None:
    phone = opened(browser, live)
    live.wait_for("say_finished", key="check_ask")
    choice = phone.get_by_label("Voice", exact=True)
    offered = ["Hibari (natural)", "eSpeak (plain)"]
    until(lambda: choice.locator("option").all_text_contents() == offered, "the voices there are")
    choice.select_option("pyttsx3")
    shows(phone, "#voice-when", "speaks from the next session on")
    assert kept("en") == "pyttsx3"
    live.wait_for("voice_chosen", voice="pyttsx3")
    phone.reload()
    phone.locator("#voice").wait_for()
    shows(phone, "#voice-when", "from the next session on")
    assert phone.locator("#voice").input_value() == "pyttsx3"
    assert phone.complaints == []


def test_the_page_waits_for_a_guide_of_another_process(browser: Any, live: LiveSession, tmp_path: Path) -> None:
    presses, board, path = Presses(), Board(), tmp_path / "page.sock"
    with (
        closing(PageApart(presses, history=tmp_path / "history.sqlite", port=0, board=board)) as server,
        closing(GuidesElsewhere(presses, board, path)),
    ):
        phone = opened(browser, server.addresses[0])
        shows(phone, "#exercise", "No session runs")
        shows(phone, "#minutes", "voiceguide run")
        assert not phone.locator(".emergency .pain").is_visible()  # nobody is there to hear of it
        live.also.append(PageElsewhere(live.presses, Board(SpeakerClock(LEAD_S), language="en"), path))
        live.into_a_hold()
        shows(phone, "#state", "Hold")
        phone.locator("#breath").wait_for()
        until(lambda: abs(mistaken_s(phone, live)) < WITHIN_S, "the moment that the guide takes for now", 30)
        phone.get_by_role("button", name="Pain").click()
        live.wait_for("heard", command="pain", engine="page")
        shows(phone, "#state", "Something hurts")
        live.also.pop().close()
        shows(phone, "#exercise", "No session runs")
        assert phone.complaints == []


def test_the_history_goes_as_far_back_as_is_asked_for(browser: Any, live: LiveSession, tmp_path: Path) -> None:
    now = datetime.now().astimezone()
    for ago in (500, 300, 40, 3):
        told = Told(tmp_path / "history.sqlite", now - timedelta(days=ago))
        told.start()
        told.hold("stretch", "left", 1)
        if ago == 300:
            told.hurt()
        told.finish()
    phone = opened(browser, f"{live.address}#history")
    for span, count, title, marks in (
        ("eight weeks", 2, "Minutes a day", 0),
        ("a year", 3, "Minutes a week", 1),
        ("everything", 4, "Minutes a week", 1),
    ):
        phone.get_by_label("Show").select_option(span)
        shows(phone, "#history-summary", f"^{count} sessions")
        assert phone.locator("#history-plots figcaption").first.text_content() == title
        assert phone.locator("#history-plots figure").first.locator("rect").count() == count
        assert phone.locator("#history-plots figure").first.locator("path").count() == marks
        assert phone.locator("#history-table tbody tr").count() == count
    assert phone.complaints == []


BARS = """async (spans) => {
  const { barsOf } = await import("/history.js");
  return spans.map(([first, last]) => {
    const bars = barsOf(first, last);
    return { count: bars.count, first: bars.of(first), last: bars.of(last), title: bars.title };
  });
}"""


def test_every_day_has_its_bar(browser: Any, live: LiveSession) -> None:
    phone = opened(browser, live)
    spans = [(20_000 - days + 1, 20_000) for days in (1, 56, 120, 121, 365, 840, 841, 4_000)]
    for (first, last), bars in zip(spans, phone.evaluate(BARS, spans), strict=True):
        days = last - first + 1
        each = {"history_minutes": 1, "history_minutes_week": 7, "history_minutes_month": 28}[bars["title"]]
        assert bars["count"] == -(-days // each)
        assert (bars["first"], bars["last"]) == (0, bars["count"] - 1)


VIEWS = ("session", "history", "routines", "doctor")


def test_axe_finds_nothing(browser: Any, live: LiveSession) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    phone, axe = opened(browser, live, color_scheme="light"), Axe()
    live.into_a_hold()
    shows(phone, "#state", "Hold")
    for view in (*VIEWS, "editor", "pain"):
        if view == "editor":
            phone.goto(f"{live.address}#routines")
            phone.get_by_role("button", name="Write a new one").click()
            phone.get_by_label("Text of the routine").fill("id: my-routine")
            phone.locator("#editor-problems li").first.wait_for()
        elif view == "pain":
            phone.locator(".emergency .pain").click()
            shows(phone, "#lines", "What does it feel like")
        else:
            phone.goto(f"{live.address}#{view}")
            phone.locator(f"#{view} h1").wait_for()
        # Colours are all that differs in the dark.
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            phone.emulate_media(color_scheme=scheme)
            found = axe.run(phone, options=rules)
            assert found.violations_count == 0, f"{view}, {scheme}: {found.generate_report()}"


def test_nothing_is_fetched_from_elsewhere(browser: Any, live: LiveSession) -> None:
    asked: list[str] = []
    phone = browser.new_context().new_page()
    phone.on("request", lambda request: asked.append(request.url))
    for view in VIEWS:
        phone.goto(f"{live.address}#{view}")
        phone.wait_for_timeout(200)
    assert asked
    assert all(url.startswith(live.address) for url in asked)
