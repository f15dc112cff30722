from __future__ import annotations

import json
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from page_rig import synchronised

from voiceguide.page.door import COOKIE
from voiceguide.page.guests import KEPT_DAYS, MOST, Guests, new_cookie
from voiceguide.page.limits import Backoff, Bucket, Buckets
from voiceguide.page.pairing import (
    ASKED_AT_ONCE,
    ASKED_EVERY_S,
    GUESSES,
    LIVES_S,
    TOGETHER_AT_ONCE,
    TOGETHER_EVERY_S,
    RefusedError,
)
from voiceguide.page.where import where_from
from voiceguide.testing import FakeMachine
from voiceguide.wall_clock import Trust

DAY_S = 86_400


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_who_types_what_was_said_in_the_room_is_paired(page: Any) -> None:
    phone = page.paired()
    assert phone.get("/api/hello").json()["paired"]
    assert phone.get("/api/history").status_code == 200
    assert len(page.said) == 1
    assert page.said[0].isdigit()
    assert len(page.said[0]) == 6


def test_pairing_gives_a_new_cookie_so_that_knowing_the_old_one_is_worth_nothing(page: Any) -> None:
    phone = page.browser()
    before = phone.cookies[COOKIE]
    phone.post("/api/pairing/ask", json={})
    phone.post("/api/pairing/enter", json={"code": page.said[-1]})
    assert phone.cookies[COOKIE] != before
    assert not page.guests.knows(before)


def test_the_code_is_for_the_browser_that_asked(page: Any) -> None:
    page.browser().post("/api/pairing/ask", json={})
    listener = page.browser("192.168.7.99")
    answer = listener.post("/api/pairing/enter", json={"code": page.said[-1]})
    assert (answer.status_code, answer.json()["error"]) == (403, "no_code")


def test_a_code_is_used_once(page: Any) -> None:
    phone = page.browser()
    phone.post("/api/pairing/ask", json={})
    cookies = dict(phone.cookies)
    assert phone.post("/api/pairing/enter", json={"code": page.said[-1]}).status_code == 204
    phone.cookies.clear()
    phone.cookies.update(cookies)
    assert phone.post("/api/pairing/enter", json={"code": page.said[-1]}).json()["error"] == "no_code"


def test_a_code_grows_old(page: Any) -> None:
    phone = page.browser()
    phone.post("/api/pairing/ask", json={})
    page.time[0] += LIVES_S + 1
    assert phone.post("/api/pairing/enter", json={"code": page.said[-1]}).json()["error"] == "no_code"


def test_a_wrong_guess_waits_longer_each_time_and_the_third_ends_the_code(page: Any) -> None:
    phone = page.browser()
    phone.post("/api/pairing/ask", json={})
    code, waits = page.said[-1], []
    for number in range(GUESSES):
        refused = phone.post("/api/pairing/enter", json={"code": wrong(code)})
        assert refused.json()["error"] == ("wrong" if number < GUESSES - 1 else "no_code")
        waits.append(refused.json()["wait_s"])
        hasty = phone.post("/api/pairing/enter", json={"code": code})  # the right one, but at once
        assert (hasty.status_code, hasty.json()["error"]) == (429, "wait")
        assert int(hasty.headers["retry-after"]) >= 1
        page.time[0] += waits[-1] + 0.01
    assert waits == [5, 10, 20]
    assert phone.post("/api/pairing/enter", json={"code": code}).json()["error"] == "no_code"


def test_many_addresses_do_not_get_more_codes_nor_make_the_speaker_talk_all_day(page: Any) -> None:
    told = [page.browser(f"192.168.7.{last}").post("/api/pairing/ask", json={}) for last in range(10, 25)]
    assert [answer.status_code for answer in told].count(200) == TOGETHER_AT_ONCE
    assert len(page.said) == TOGETHER_AT_ONCE
    page.time[0] += 3600
    hour = 0
    for number in range(3600):
        with suppress(RefusedError):
            page.behind.pairing.ask(new_cookie(), where_from(f"10.0.{number // 250}.{number % 250}", "10.0.0.1"))
            hour += 1
        page.time[0] += 1
    assert hour <= TOGETHER_AT_ONCE + 3600 / TOGETHER_EVERY_S


@pytest.mark.parametrize("nuisance", ["192.168.7.99", "2001:db8::99", "127.0.0.1"])
def test_one_machine_does_not_use_up_the_codes_of_the_house(page: Any, nuisance: str) -> None:
    own = "192.168.7.2" if "." in nuisance else "2001:db8::2"
    asked = 0
    for second in range(7200):  # all the time, for two hours, with a new cookie each time
        with suppress(RefusedError):
            page.behind.pairing.ask(new_cookie(), where_from(nuisance, own))
            asked += 1
        page.time[0] += 1
        if second % 1800 == 1799:
            phone = where_from(f"192.168.7.{second // 1800}", "192.168.7.2")
            assert page.behind.pairing.ask(new_cookie(), phone) == "spoken"
    assert asked <= ASKED_AT_ONCE + 7200 / ASKED_EVERY_S


def test_a_machine_with_many_ipv6_addresses_leaves_the_codes_of_the_other_ways(page: Any) -> None:
    for number in range(500):
        with suppress(RefusedError):
            page.behind.pairing.ask(new_cookie(), where_from(f"fe80::{number:x}", "fe80::ffff"))
    phone = page.paired("192.168.7.31")
    assert phone.get("/api/hello").json()["paired"]


def test_a_code_is_replaced_by_nobody_elses(page: Any) -> None:
    phone = page.browser("192.168.7.31")
    phone.post("/api/pairing/ask", json={})
    code = page.said[-1]
    for last in (40, 41, 42):
        other = page.browser(f"192.168.7.{last}")
        assert other.post("/api/pairing/ask", json={}).status_code == 200
        for _ in range(GUESSES):
            other.post("/api/pairing/enter", json={"code": wrong(page.said[-1])})
    assert phone.post("/api/pairing/enter", json={"code": code}).status_code == 204


def test_guesses_of_a_neighbour_in_the_same_network_make_nobody_wait(page: Any) -> None:
    pairing, cookies = page.behind.pairing, (new_cookie(), new_cookie())
    phone, nuisance = (where_from(f"2001:db8::{last}", "2001:db8::1") for last in (31, 99))
    pairing.ask(cookies[0], phone)
    code = page.said[-1]
    pairing.ask(cookies[1], nuisance)
    for digits in ("000000", "000001"):
        with pytest.raises(RefusedError):
            pairing.enter(cookies[1], nuisance, digits)
    assert page.guests.knows(pairing.enter(cookies[0], phone, code), phone.place)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"code": 123456}',
        '{"code": "12345"}',
        '{"code": "1234567"}',
        '{"code": "12345x"}',
        '{"code": "12345\\n"}',
        '{"code": "١٢٣٤٥٦"}',
        '{"code": "123456", "x": 1}',
    ],
)
def test_what_is_no_code_costs_no_guess(page: Any, body: str) -> None:
    phone = page.browser()
    phone.post("/api/pairing/ask", json={})
    assert phone.post("/api/pairing/enter", content=body.encode()).json()["error"] == "wrong_body"
    assert phone.post("/api/pairing/enter", json={"code": page.said[-1]}).status_code == 204


def test_unpairing_one_and_all(page: Any) -> None:
    one, other = page.paired("192.168.7.31"), page.paired("192.168.7.32")
    assert one.post("/api/pairing/leave", json={"who": "me"}).status_code == 204
    assert one.get("/api/history").status_code == 403
    assert other.get("/api/history").status_code == 200
    page.browser("127.0.0.1").post("/api/pairing/leave", json={"who": "everybody"})
    assert other.get("/api/history").status_code == 403


def test_pairings_outlive_a_restart_and_only_hashes_lie_on_the_disk(page: Any, tmp_path: Path) -> None:
    phone = page.paired()
    cookie, path = phone.cookies[COOKIE], tmp_path / "paired.json"
    assert Guests(path, synchronised(page.time)).knows(cookie, where_from("192.168.7.31", "192.168.7.2").place)
    assert cookie not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_who_was_not_here_for_half_a_year_is_forgotten(tmp_path: Path) -> None:
    now = [0.0]
    guests = Guests(tmp_path / "paired.json", synchronised(now))
    seldom, often = guests.admit(), guests.admit()
    for _ in range(KEPT_DAYS + 2):
        now[0] += DAY_S + 1
        assert guests.knows(often)
    assert not guests.knows(seldom)


def test_no_more_than_twenty_browsers_stay_paired(tmp_path: Path) -> None:
    now = [0.0]
    guests = Guests(tmp_path / "paired.json", synchronised(now))
    cookies = []
    for _ in range(MOST + 1):
        now[0] += 1
        cookies.append(guests.admit())
    assert [guests.knows(cookie) for cookie in cookies] == [False] + [True] * MOST


IN_2036 = datetime(2036, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 9, tzinfo=UTC)


@pytest.mark.parametrize("wrong", [IN_2036, datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_browser_paired_by_a_wrong_clock_is_known_for_half_a_year_like_any_other(
    tmp_path: Path, wrong: datetime
) -> None:
    pi = FakeMachine(wrong)
    guests = Guests(tmp_path / "paired.json", pi)
    seldom, often = guests.admit(), guests.admit()
    pi.passes(seconds=60)
    pi.is_set(NOW)
    assert guests.knows(often), "a minute later a time server has set the clock"
    for _ in range(KEPT_DAYS):
        pi.passes(days=1.01)
        assert guests.knows(often)
    assert not guests.knows(seldom)
    assert not Guests(tmp_path / "paired.json", pi).knows(seldom)


@pytest.mark.parametrize("shows", [IN_2036, datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_clock_that_is_wrong_only_now_forgets_nobody(tmp_path: Path, shows: datetime) -> None:
    pi = FakeMachine(NOW, Trust.SYNCHRONISED)
    cookie = Guests(tmp_path / "paired.json", pi).admit()
    pi.starts_anew(shows)
    guests = Guests(tmp_path / "paired.json", pi)
    assert guests.knows(cookie)
    pi.is_set(NOW)
    assert guests.knows(cookie)


def test_where_no_clock_is_ever_set_the_days_on_which_the_machine_has_run_are_counted(tmp_path: Path) -> None:
    pi = FakeMachine(NOW)
    guests = Guests(tmp_path / "paired.json", pi)
    seldom, often = guests.admit(), guests.admit()
    for _ in range(KEPT_DAYS // 2 + 1):
        pi.starts_anew()  # each start counts as a day
        guests = Guests(tmp_path / "paired.json", pi)
        pi.passes(days=1)
        assert guests.knows(often)
    assert not guests.knows(seldom)


def test_a_clock_set_back_makes_room_for_nobody_but_the_one_that_was_here_longest_ago(tmp_path: Path) -> None:
    pi = FakeMachine(NOW)
    guests = Guests(tmp_path / "paired.json", pi)
    cookies = []
    for number in range(MOST + 1):
        pi.is_set(NOW - timedelta(days=100 * number), Trust.NONE)
        cookies.append(guests.admit())
    assert [guests.knows(cookie) for cookie in cookies] == [False] + [True] * MOST


def test_what_an_earlier_version_kept_is_read(tmp_path: Path) -> None:
    path, cookies = tmp_path / "paired.json", [new_cookie() for _ in range(4)]
    then = [
        IN_2036,
        datetime(1970, 1, 1, 0, 1, tzinfo=UTC),
        NOW - timedelta(days=1),
        NOW - timedelta(days=KEPT_DAYS + 1),
    ]
    kept = {
        sha256(cookie.encode()).hexdigest(): one.timestamp() for cookie, one in zip(cookies, then, strict=True)
    }
    path.write_text(json.dumps({"paired": kept}))
    pi = FakeMachine(NOW, Trust.SYNCHRONISED)
    guests = Guests(path, pi)
    assert [guests.knows(cookie) for cookie in cookies] == [True, True, True, False]
    pi.passes(days=KEPT_DAYS + 1)
    assert not any(map(guests.knows, cookies)), "nor is anybody known for ever"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"paired": 3}', '{"paired": {"a": "b"}}', "\x00\xff"])
def test_a_damaged_file_means_pairing_again_and_nothing_worse(tmp_path: Path, content: str) -> None:
    path = tmp_path / "paired.json"
    path.write_text(content)
    guests = Guests(path, synchronised([0.0]))
    assert not guests.knows("anything")
    assert guests.knows(guests.admit())
    assert json.loads(path.read_text())["paired"]


def test_a_folder_that_cannot_be_written_is_no_reason_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    guests = Guests(tmp_path / "file" / "paired.json", synchronised([0.0]))
    assert guests.knows(guests.admit())


def test_a_bucket_fills_again_and_never_overflows() -> None:
    bucket = Bucket(2, 10)
    assert [bucket.take(0), bucket.take(0)] == [0, 0]
    assert bucket.take(0) == 10
    assert bucket.take(4) == pytest.approx(6)
    assert bucket.take(10) == 0
    assert bucket.take(1000) == bucket.take(1000) == 0
    assert bucket.take(1000) == 10
    assert bucket.take(900) == 10  # a clock that goes back gives nothing away


def test_what_is_known_of_addresses_is_bounded() -> None:
    buckets, backoff = Buckets(1, 1e9, most=3), Backoff(1, 8, most=3)
    for number in range(100):
        assert buckets.take(str(number), 0) == 0
        backoff.failed(str(number), 0)
    assert len(buckets._known) == len(backoff._failures) == 3
    for _ in range(100):
        backoff.failed("99", 0)
    assert backoff.wait_s("99", 0) == 8
    backoff.succeeded("99")
    assert backoff.wait_s("99", 0) == 0
