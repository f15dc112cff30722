from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceguide.core.commands import Command
from voiceguide.language.pack import available_languages
from voiceguide.page.board import Board
from voiceguide.page.routes import FOR_STRANGERS
from voiceguide.page.routines import new
from voiceguide.page.stream import VIEWERS_MOST
from voiceguide.places import routine_folders, shipped_routines
from voiceguide.speaking.choose import voices_for
from voiceguide.speaking.chosen import kept

HERE = "127.0.0.1"


def press(client: Any, command: str) -> Any:
    return client.post("/api/press", json={"command": command})


def test_who_is_paired_may_press_everything(page: Any) -> None:
    page.runs()
    client = page.paired()
    for command in Command:
        page.time[0] += 10  # nobody presses without a pause
        assert press(client, command).status_code == 204, command
    assert page.pressed == [(command, "") for command in Command]
    assert page.pressed_by == ["page"] * len(Command)


def test_a_stranger_may_press_pain_and_stop_and_nothing_else(page: Any) -> None:
    page.runs()
    client = page.browser()
    for command in set(Command) - FOR_STRANGERS:
        page.time[0] += 10
        answer = press(client, command)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_paired"), command
    assert page.pressed == []
    for command in (Command.PAIN, Command.STOP):
        assert press(client, command).status_code == 204
    assert page.pressed == [(Command.PAIN, ""), (Command.STOP, "")]
    assert page.pressed_by == ["stranger"] * 2, "it is marked as pressed by an unknown machine"
    assert {Command.PAIN, Command.STOP} == FOR_STRANGERS


def test_the_first_call_of_pain_is_never_refused_however_many_others_press(page: Any) -> None:
    page.runs()
    for last in range(100, 150):
        nuisance = page.browser(f"192.168.7.{last}")
        for _ in range(8):
            press(nuisance, "stop")
    page.pressed.clear()
    assert press(page.browser("192.168.7.77"), "pain").status_code == 204
    assert page.pressed == [(Command.PAIN, "")]


def test_nor_by_a_neighbour_in_the_same_ipv6_network(page: Any) -> None:
    page.runs()
    nuisance, phone = "2001:db8:0:1::99", "2001:db8:0:1::31"
    told = [press(page.browser(nuisance), "stop").status_code for _ in range(20)]
    assert told.count(204) == 5
    for _ in range(5):
        assert press(page.browser(phone), "pain").status_code == 204
    assert press(page.browser(phone), "pain").status_code == 429


def test_nor_through_a_proxy_by_somebody_else_who_comes_through_it(page: Any) -> None:
    page.runs()
    client = page.browser(HERE)
    nuisance, phone = ({"x-forwarded-for": f"192.168.7.{last}"} for last in (99, 31))

    def pressed(headers: dict[str, str]) -> int:
        return int(client.post("/api/press", json={"command": "pain"}, headers=headers).status_code)

    assert [pressed(nuisance) for _ in range(20)].count(204) == 5
    assert pressed(phone) == 204
    assert set(page.pressed_by) == {"stranger"}


def test_whoever_presses_all_the_time_is_told_to_wait(page: Any) -> None:
    page.runs()
    for client, at_once in ((page.browser(), 5), (page.paired("192.168.7.32"), 10)):
        answers = [press(client, "stop") for _ in range(30)]
        assert [answer.status_code for answer in answers].count(204) == at_once
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
    page.time[0] += 10
    assert press(page.browser(), "pain").status_code == 204


def test_a_new_cookie_does_not_give_a_stranger_new_presses(page: Any) -> None:
    page.runs()
    told = [press(page.browser(), "stop").status_code for _ in range(20)]  # each with a cookie of its own
    assert told.count(204) == 5


def test_a_voice_that_is_here_is_kept_and_told_to_the_guide(page: Any) -> None:
    phone = page.paired()
    assert phone.get("/api/hello").json()["voices"] == list(voices_for("en"))
    assert phone.post("/api/voice", json={"voice": "pyttsx3"}).status_code == 204
    assert page.voices == ["pyttsx3"]
    assert kept("en") == "pyttsx3"
    assert phone.get("/api/hello").json()["voice_kept"] == "pyttsx3"


def test_a_voice_that_is_not_here_is_refused_and_a_stranger_chooses_none(page: Any) -> None:
    answer = page.paired().post("/api/voice", json={"voice": "../nobody"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    answer = page.browser().post("/api/voice", json={"voice": "pyttsx3"})
    assert (answer.status_code, answer.json()["error"]) == (403, "not_paired")
    assert page.voices == []
    assert kept("en") is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b'{"command": 3}', b'{"command": "pain", "by": "voice"}', b"\xff", b"{" * 5000],
)
def test_what_is_no_press_is_told_so(page: Any, body: bytes) -> None:
    page.runs()
    answer = page.browser(HERE).post("/api/press", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "wrong_body")
    assert press(page.browser(HERE), "jump").json()["error"] == "unknown_command"
    assert page.pressed == []


def test_without_a_guide_nothing_can_be_pressed(page: Any) -> None:
    assert press(page.browser(HERE), "pause").json()["error"] == "no_guide"


def test_a_routine_is_asked_for_in_the_words_that_ask_for_it(make_page: Callable[..., Any]) -> None:
    page = make_page(board=Board(offered={"psoas-short": "start the short routine"}))
    client = page.browser(HERE)
    page.runs(standby=False)
    assert client.post("/api/begin", json={"routine": "psoas-short"}).json()["error"] == "no_standby"
    page.runs(standby=True, state="waiting")
    assert client.post("/api/begin", json={"routine": "another"}).status_code == 404
    assert client.post("/api/begin", json={"routine": "psoas-short"}).status_code == 204
    assert page.pressed == [(Command.START, "start the short routine")]


def test_no_more_viewers_than_there_may_be(page: Any) -> None:
    page.behind.streams._open = VIEWERS_MOST
    answer = page.browser(HERE).get("/api/events")
    assert (answer.status_code, answer.json()["error"]) == (503, "too_many")


@pytest.mark.parametrize("days", ["", "-1", "x", "1e3", "9999", "All", "\u0661", "7;", "0x1"])
def test_days_are_a_number(page: Any, days: str) -> None:
    assert page.browser(HERE).get("/api/history", params={"days": days}).status_code == 400


def test_a_history_that_is_none_is_told_in_a_sentence(page: Any, tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"no history at all" * 100)
    answer = page.browser(HERE).get("/api/history")
    assert answer.status_code == 500
    assert "history" in answer.json()["told"]


def test_nothing_kept_yet_is_an_empty_history(page: Any) -> None:
    assert page.browser(HERE).get("/api/history").json()["sessions"] == []


# --- routines -----------------------------------------------------------------------------------------------


def own(name: str) -> str:
    return (shipped_routines() / "psoas-short.yaml").read_text().replace("id: psoas-short", f"id: {name}")


def test_a_routine_of_ones_own_is_kept_listed_and_read(page: Any) -> None:
    client = page.browser(HERE)
    kept = client.post("/api/routines/keep", json={"name": "mine", "text": own("mine")})
    assert kept.status_code == 200, kept.json()
    assert (routine_folders()[0] / "mine.yaml").read_text() == own("mine")
    listed = {one["name"]: one for one in client.get("/api/routines").json()["routines"]}
    assert listed["mine"]["own"]
    assert not listed["psoas-short"]["own"]
    assert client.get("/api/routines/mine").json()["text"] == own("mine")


def test_one_that_is_there_is_replaced_only_when_asked_to(page: Any) -> None:
    client, text = page.browser(HERE), own("mine")
    client.post("/api/routines/keep", json={"name": "mine", "text": text})
    newer = text + "# newer\n"
    refused = client.post("/api/routines/keep", json={"name": "mine", "text": newer})
    assert (refused.status_code, refused.json()["why"]) == (409, "exists")
    assert (
        client.post("/api/routines/keep", json={"name": "mine", "text": newer, "replace": True}).status_code == 200
    )


@pytest.mark.parametrize("replace", [True, False])
def test_a_shipped_one_is_never_written_over(page: Any, *, replace: bool) -> None:
    text = (shipped_routines() / "psoas-short.yaml").read_text()
    answer = page.browser(HERE).post(
        "/api/routines/keep", json={"name": "psoas-short", "text": text, "replace": replace}
    )
    assert answer.json()["why"] == "shipped"
    assert not (routine_folders()[0] / "psoas-short.yaml").exists()


def test_a_link_in_the_folder_is_replaced_and_not_followed(page: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("precious")
    routine_folders()[0].mkdir(parents=True)
    (routine_folders()[0] / "mine.yaml").symlink_to(outside)
    page.browser(HERE).post("/api/routines/keep", json={"name": "mine", "text": own("mine"), "replace": True})
    assert outside.read_text() == "precious"


@pytest.mark.parametrize(
    "name", ["../evil", "a/b", "", ".", "..", "A", "a b", "a.yaml", "a\n", "-a", "x" * 61, "con\x00"]
)
def test_names_are_plain_words(page: Any, name: str) -> None:
    client = page.browser(HERE)
    assert client.post("/api/routines/keep", json={"name": name, "text": own("mine")}).status_code == 400
    assert not routine_folders()[0].exists()


@pytest.mark.parametrize("name", ["../../pyproject", "%2e%2e%2fpyproject", "nothing", "..", "psoas-short.yaml"])
def test_only_routines_can_be_read(page: Any, name: str) -> None:
    assert page.browser(HERE).get(f"http://127.0.0.1:8642/api/routines/{name}").status_code == 404


def test_what_will_not_be_good_to_hear_is_told_and_kept(page: Any) -> None:
    client, text = page.browser(HERE), own("mine").replace("minutes: ", "minutes: 1")
    checked = client.post("/api/routines/check", json={"name": "mine", "text": text}).json()
    assert checked["problems"] == []
    assert [advice["rule"] for advice in checked["advice"]] == ["wrong_minutes"]
    assert checked["advice"][0]["line"] == text[: text.index("minutes: ")].count("\n") + 1
    assert client.post("/api/routines/keep", json={"name": "mine", "text": text}).json()["kept"]


def test_mistakes_are_told_with_their_lines_and_nothing_is_kept(page: Any) -> None:
    client, broken = page.browser(HERE), own("mine").replace("repeats: 3", "repeats: many")
    line = broken[: broken.index("repeats: many")].count("\n") + 1
    checked = client.post("/api/routines/check", json={"name": "mine", "text": broken}).json()["problems"]
    assert [problem["line"] for problem in checked] == [line]
    kept = client.post("/api/routines/keep", json={"name": "mine", "text": broken})
    assert (kept.status_code, kept.json()["problems"]) == (409, checked)
    assert not (routine_folders()[0] / "mine.yaml").exists()


def test_doctor_tells_what_it_can_without_a_sound(page: Any) -> None:
    told = page.browser(HERE).get("/api/doctor").json()
    assert {"Python", "disk"} <= {check["name"] for check in told["checks"]}


@pytest.mark.parametrize("language", available_languages())
def test_a_new_routine_begins_with_one_that_can_be_run(make_page: Callable[..., Any], language: str) -> None:
    client = make_page(language=language).browser(HERE)
    begun = client.get("/api/beginning").json()
    assert begun["name"] == "my-routine"
    assert client.post("/api/routines/check", json=begun).json() == {"problems": [], "advice": []}


def test_where_there_is_no_beginning_the_text_is_empty() -> None:
    assert new("xx", "Mine") == {"name": "my-routine", "text": ""}
