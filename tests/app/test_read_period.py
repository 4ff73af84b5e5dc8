"""Words for a period, as offices write them."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.roads.calendar import LAST_MOMENT, Period
from app.roads.read_period import day_text, has_zone, parse_day, parse_hours, parse_moment, parse_period

JST = ZoneInfo("Asia/Tokyo")
SUMITA = Period(datetime(2024, 12, 9, 9, tzinfo=JST), datetime(2025, 3, 31, 17, tzinfo=JST))
DAYS = Period(datetime(2024, 12, 9, tzinfo=JST), datetime.combine(date(2025, 3, 31), LAST_MOMENT, JST))


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-09 9:00 to 2025-03-31 17:00",
        "2024-12-09T09:00〜2025-03-31T17:00",
        "2024-12-09T09:00+09:00 - 2025-03-31T17:00+09:00",
        "2024-12-09T00:00Z〜2025-03-31T08:00Z",
        "2024/12/9 9:00～2025/3/31 17:00",
        "令和6年12月9日 9時〜令和7年3月31日 17時",
        "令和6年12月9日(月)9時から令和7年3月31日(月)17時まで",
        "令和６年１２月９日午前９時～令和７年３月３１日午後５時",
        "R6.12.9 9:00〜R7.3.31 17:00",
        "2024年12月9日9時00分から2025年3月31日17時00分まで",
    ],
)
def test_one_winter_in_all_writings(text: str) -> None:
    assert parse_period(text) == SUMITA


@pytest.mark.parametrize(
    "text", ["2024-12-09〜2025-03-31", "令和6年12月9日から令和7年3月31日まで", "2024-12-09 0:00 〜 R7.3.31 24時"]
)
def test_days_without_hours_are_whole_days(text: str) -> None:
    assert parse_period(text) == DAYS


@pytest.mark.parametrize(
    "text",
    [
        "12月1日〜3月31日",
        "毎年12月1日から3月31日まで",
        "12/1〜3/31",
        "12-01〜03-31",
        "12月1日～3月末",
        "12月 1日-3月31日",
    ],
)
def test_days_without_a_year_come_every_year(text: str) -> None:
    assert parse_period(text) == Period(yearly_from="12-01", yearly_to="03-31")


def test_the_end_of_february_is_chosen_by_its_words() -> None:
    for text in ("12月1日〜2月末日", "12月1日〜2月末"):
        assert parse_period(text).yearly_to == "02-end"
    assert [parse_day(text) for text in ("2月末日", "02-end", "02-28", "4月末日")] == [
        "02-end",
        "02-end",
        "02-28",
        "04-30",
    ]
    assert [day_text(mark) for mark in ("02-end", "12-01")] == ["2月末日", "12月1日"]
    # A leap day with its year is a day like any other.
    assert parse_period("2023-12-01〜2024-02-29").valid_to == datetime.combine(date(2024, 2, 29), LAST_MOMENT, JST)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("12月1日", "cannot be read"),
        ("12月上旬〜3月下旬", "names no day: write the day"),
        ("11月中旬〜4月15日", "names no day: write the day"),
        ("2026年12月1日〜3月頃", "names no day"),
        ("降雪期", "names no day"),
        ("当分の間", "has no end: write the last day"),
        ("当面の間", "has no end"),
        ("未定", "has no end"),
        ("令和8年12月1日〜", "has no end"),
        ("令和8年12月1日から", "has no end"),
        ("令和8年12月1日〜当面の間", "has no end"),
        ("令和8年12月1日〜未定", "has no end"),
        ("令和8年12月1日〜12月10日の平日", "days of the week: write one row"),
        ("令和8年12月1日〜12月10日(土日のみ)", "days of the week"),
        ("毎週月曜日", "days of the week"),
        ("令和8年12月1日〜12月10日(12月5日を除く)", "has an exception: write one row"),
        ("令和8年12月1日〜10日、12月20日〜25日", "has several; write one row for each"),
        ("令和8年12月1日、2日", "has several"),
        ("令和8年12月1日〜10日 9:00〜12:00、13:00〜17:00", "has several"),
        ("令和8年12月1日〜10日 夜間", "write them as 22:00"),
        ("令和8年12月1日〜10日 9:00〜8:00", "write them as 22:00"),
        ("12月1日(火)〜12月10日(木)", "days of the week but no year"),
        ("令和8年12月1日(水)〜令和8年12月10日(木)", "2026-12-01 is no 水曜日"),
        ("12/1/2026〜3/31/2027", "whether the day or the month comes first"),
        ("2026-12-01〜2026-12-10T17:00+26:00", "cannot be read"),
        ("99999〜99999", "cannot be read"),
        ("1" * 5000, "cannot be read"),
        ("1-Dec〜31-Mar", "cannot be read"),
        ("12月1日〜3月31日〜4月1日", "cannot be read"),
        ("2024-12-09〜3月31日", "a year at one end only"),
        ("12月1日9時〜3月31日", "knows whole days"),
        ("12月1日0時〜3月31日", "knows whole days"),
        ("2024-12-09 25:00〜2025-03-31", "no such time of day"),
        ("2024-12-09 9:61〜2025-03-31", "no such time of day"),
        ("2024-13-09〜2025-03-31", "no day 2024-13-9"),
        ("2024-12-32〜2025-03-31", "no day"),
        ("13月1日〜3月31日", "no month 13"),
        ("12月1日〜2月29日", "29 February"),
        ("2月29日〜3月31日", "29 February"),
        ("2月末日〜3月31日", "cannot begin on"),
        ("12月1日〜11月31日", "cannot end on"),
        ("2025-03-31〜2024-12-09", "before it begins"),
        ("24-12-09〜25-03-31", "year 24 "),
    ],
)
def test_what_is_no_period_is_told(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as told:
        parse_period(text)
    assert told.value.detail


def test_a_zone_of_its_own_is_seen() -> None:
    assert has_zone("2024-12-09T09:00+09:00〜2025-03-31T17:00Z")
    assert not has_zone("2024-12-09T09:00〜2025-03-31T17:00")
    assert parse_moment("2024-12-09 9:00", "UTC") == datetime(2024, 12, 9, 9, tzinfo=ZoneInfo("UTC"))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))  # noqa: DTZ001  (Hypothesis wants them plain)
def test_what_iso_writes_is_read(moment: datetime) -> None:
    assert parse_moment(moment.isoformat()) == moment.replace(tzinfo=JST)
    assert parse_moment(f"{moment.date().isoformat()}").time() == time()


@pytest.mark.parametrize(
    ("text", "first", "last", "hours"),
    [
        ("令和8年12月1日〜12月25日", "2026-12-01T00:00", "2026-12-25T24", ""),
        ("令和8年12月1日〜25日", "2026-12-01T00:00", "2026-12-25T24", ""),
        ("令和8年12月1日〜翌年3月31日", "2026-12-01T00:00", "2027-03-31T24", ""),
        ("令和8年12月1日", "2026-12-01T00:00", "2026-12-01T24", ""),
        ("令和8年12月1日(火)〜令和8年12月10日(木)", "2026-12-01T00:00", "2026-12-10T24", ""),
        ("2026-12-01 0:00:00 〜 2027-03-31 0:00:00", "2026-12-01T00:00", "2027-03-31T24", ""),
        ("46357〜46477", "2026-12-01T00:00", "2027-03-31T24", ""),
        ("46357.375〜46357.75", "2026-12-01T09:00", "2026-12-01T18:00", ""),
        ("20261201〜20270331", "2026-12-01T00:00", "2027-03-31T24", ""),
        ("2026.12.1-2027.3.31", "2026-12-01T00:00", "2027-03-31T24", ""),
        ("R8.12.1〜R9.3.31", "2026-12-01T00:00", "2027-03-31T24", ""),
        ("令和8年12月1日 終日", "2026-12-01T00:00", "2026-12-01T24", ""),
        ("令和8年12月1日 9:00〜17:00", "2026-12-01T09:00", "2026-12-01T17:00", ""),
        ("令和8年12月1日22:00〜翌5:00", "2026-12-01T22:00", "2026-12-02T05:00", ""),
        ("令和8年12月1日9時半〜2日17時", "2026-12-01T09:30", "2026-12-02T17:00", ""),
        ("2026/8/3 14:00頃〜2026/8/4 10:00頃", "2026-08-03T14:00", "2026-08-04T10:00", ""),
        ("令和8年12月1日〜10日 22:00〜翌5:00", "2026-12-01T22:00", "2026-12-11T05:00", "22:00 05:00"),
        ("令和8年12月1日〜10日(夜間22時〜翌5時)", "2026-12-01T22:00", "2026-12-11T05:00", "22:00 05:00"),
        ("令和8年12月1日22:00〜12月10日5:00(夜間)", "2026-12-01T22:00", "2026-12-10T05:00", "22:00 05:00"),
        ("2026/12/1〜2026/12/10 9:00〜17:00", "2026-12-01T09:00", "2026-12-10T17:00", "09:00 17:00"),
        ("2026年12月1日〜10日 各日9時から17時まで", "2026-12-01T09:00", "2026-12-10T17:00", "09:00 17:00"),
        ("令和8年12月1日〜10日 22:00〜24:00", "2026-12-01T22:00", "2026-12-10T24", "22:00 24:00"),
    ],
)
def test_days_and_hours_as_they_are_written(text: str, first: str, last: str, hours: str) -> None:
    begin, end = (
        datetime.combine(date.fromisoformat(moment[:10]), LAST_MOMENT, JST)
        if moment.endswith("T24")
        else datetime.fromisoformat(moment).replace(tzinfo=JST)
        for moment in (first, last)
    )
    daily = dict(zip(("daily_from", "daily_to"), hours.split(), strict=False))
    assert parse_period(text) == Period(begin, end, **daily)


def test_hours_of_every_year_and_the_whole_year() -> None:
    assert parse_period("毎年12月1日〜3月31日 20:00〜翌6:00") == Period(
        yearly_from="12-01", yearly_to="03-31", daily_from="20:00", daily_to="06:00"
    )
    assert parse_period("12月1日〜翌年3月31日") == Period(yearly_from="12-01", yearly_to="03-31")
    assert parse_period("通年") == Period(yearly_from="01-01", yearly_to="12-31")
    assert [parse_hours(text) for text in ("22:00〜翌5:00", "夜間22時から翌5時まで", "9:00-17:00")] == [
        *(("22:00", "05:00"), ("22:00", "05:00"), ("09:00", "17:00"))
    ]


@given(st.text(max_size=40) | st.text("0123456789年月日時〜~-/:. 令和RT翌毎(火)分", max_size=30))
def test_any_words_are_a_period_or_refused(text: str) -> None:
    for read in (parse_period, parse_moment, parse_day, parse_hours):
        try:
            read(text)
        except InputError as error:
            assert str(error)  # noqa: PT017  (most words are refused, some are read)
