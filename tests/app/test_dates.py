"""Days, hours and durations as offices and spreadsheets write them: the right moment, or a sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.clock import JAPAN
from app.documents.dates import parse_day, parse_hour, parse_minutes, parse_moment, parse_month_day
from app.errors import InputError

MORNING = datetime(2026, 1, 5, 8, 3, tzinfo=JAPAN)
EVENING = datetime(2026, 1, 5, 20, 3, tzinfo=JAPAN)


@pytest.mark.parametrize(
    "text",
    [
        *("2026/1/5 8:03", "2026/01/05 08:03:00", "2026-01-05T08:03", "2026-1-5 8:03", "2026.1.5 8:03", "2026/1/5 8:3"),
        *("2026年1月5日 8時3分", "2026年1月5日8時03分00秒", "2026 年 1 月 5 日 8:03", "２０２６／１／５　８：０３"),
        *(
            "令和8年1月5日 8時3分",
            "R8.1.5 8:03",
            "R08/01/05 08:03",
            "r8-1-5 8:03",
            "㋿8年1月5日8:03",
            "令和8年1月5日（月）8:03",
        ),
        *("2026/1/5(月) 8:03", "2026/1/5 月曜日 8:03", "2026/1/5 AM 8:03", "2026/1/5 8:03 AM", "2026/1/5 8:03:00 a.m."),
        *("2026/1/5 午前8:03", "2026/1/5 午前 8時3分", "20260105 0803", "20260105T080300", "46027.33541666667"),
        *("2026-01-05T08:03:00+09:00", "2026-01-05T08:03:00.000+0900", "2026-01-04T23:03Z", "2026-01-05 00:03+01"),
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert parse_moment(text) == MORNING
    assert parse_moment(f" '{text}' ") == MORNING


@pytest.mark.parametrize("text", ["2026/1/5 午後8:03", "2026/1/5 8:03 PM", "2026/1/5 PM 8:03", "2026/1/5 午後20:03"])
def test_the_afternoon(text: str) -> None:
    assert parse_moment(text) == EVENING


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [("午前0:30", 0, 30), ("午前12:30", 0, 30), ("午後0:30", 12, 30), ("午後12:30", 12, 30), ("12:00 PM", 12, 0)],
)
def test_midnight_and_noon_of_a_clock_with_two_halves(text: str, hour: int, minute: int) -> None:
    assert parse_hour(text) == time(hour, minute)
    assert parse_moment(f"2026/1/5 {text}") == datetime(2026, 1, 5, hour, minute, tzinfo=JAPAN)


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    assert parse_moment("2026/12/31 24:00") == datetime(2027, 1, 1, tzinfo=JAPAN)
    assert parse_moment("令和元年5月1日") == datetime(2019, 5, 1, tzinfo=JAPAN)
    assert parse_day("2026/1/5") == parse_day("2026-01-05 00:00:00") == parse_day("46027") == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((text, "may be several days") for text in ("1/5/2026 8:03", "26/1/5 8:03", "05-12-26")),
        *(
            (text, "cannot be read as a date")
            for text in ("", "5日の朝", "8:03", "1月5日 8:03", "2026年", "1e5", "nan", "99999")
        ),
        *((text, "There is no day") for text in ("2026/2/29", "2026/13/1", "0001-01-01", "20261301", "9999/1/1")),
        *((text, "no such time") for text in ("2026/1/5 24:01", "2026/1/5 8:60", "2026/1/5 25時")),
        *((text, "may be two hours") for text in ("2026/1/5 午前12時", "2026/1/5 午後12時", "2026/1/5 午前13:00")),
        ("2026/1/5 8:03+26:00", "no such offset"),
        ("2026/1/5 8:03" + "0" * 5000, "cannot be read"),
    ],
)
def test_what_is_no_moment_or_may_be_two_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_moment(text)
    assert caught.value.detail


@pytest.mark.parametrize("text", ["2026/1/5 8:03", "8:03", ""])
def test_a_day_has_no_hour(text: str) -> None:
    with pytest.raises(InputError):
        parse_day(text)


def test_a_day_of_every_year() -> None:
    assert [parse_month_day(text) for text in ("4月1日", "04-01", "４/１", "2/29")] == [
        "04-01",
        "04-01",
        "04-01",
        "02-29",
    ]
    for text in ("4月", "13/1", "2/30", "2026/4/1", ""):
        with pytest.raises(InputError):
            parse_month_day(text)


@pytest.mark.parametrize("text", ["24:00", "8", "", "午前12時", "8:03:99"])
def test_what_is_no_hour(text: str) -> None:
    with pytest.raises(InputError):
        parse_hour(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(
            (text, 14.0)
            for text in ("14", "14.0", "１４", "14分", "14 分間", "0:14", "0:14:00", "00:14", "14 min", "840秒")
        ),
        *((text, 65.0) for text in ("65", "1:05", "1時間5分", "1h 5m", "01:05:00")),
        *(("14分30秒", 14.5), ("0:14:30", 14.5), ("14.5", 14.5), ("2時間", 120.0), ("1,200", 1200.0)),
    ],
)
def test_durations(text: str, minutes: float) -> None:
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "14:30", "-3", "inf", "nan", "1e3", "0:75", "約14分", "14分30", "分"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(InputError):
        parse_minutes(text)


FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-12-31")


@given(moment=st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0)))
def test_every_form_of_a_spreadsheet_gives_the_moment_back(moment: datetime) -> None:
    right = moment.replace(tzinfo=JAPAN)
    hour = f"{moment.hour % 12 or 12}:{moment:%M:%S}"
    half, english = ("午後", "PM") if moment.hour >= 12 else ("午前", "AM")
    day = f"{moment.year}/{moment.month}/{moment.day}"
    serial = (moment - datetime.fromisoformat("1899-12-30")) / timedelta(days=1)
    for text in (
        *(f"{day} {moment.hour}:{moment:%M:%S}", f"{day} {half}{hour}", f"{day} {hour} {english}", f"{serial:.15g}"),
        *(moment.isoformat(), moment.isoformat(sep=" "), right.isoformat(), right.astimezone(UTC).isoformat()),
        *(f"令和{moment.year - 2018}年{moment:%m月%d日 %H時%M分%S秒}",) * (moment.year > 2018),
    ):
        assert parse_moment(text) == right, text


@given(text=st.text() | st.from_regex(r"[0-9年月日時分:/. 午前後TZ+-]{1,25}", fullmatch=True))
def test_any_text_is_a_moment_or_a_sentence(text: str) -> None:
    for parse in (parse_moment, parse_day, parse_hour, parse_minutes):
        try:
            parse(text)
        except InputError as error:
            assert error.detail  # noqa: PT017  (most texts are refused, some are not)
