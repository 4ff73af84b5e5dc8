"""When a closure holds: moments around every edge, worked out by hand, and what is no period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.roads.calendar import FEBRUARY_END, Period, check_period

JST = ZoneInfo("Asia/Tokyo")
WINTER = Period(yearly_from="12-01", yearly_to="03-31")
MOMENTS = st.integers(0, 40 * 366 * 24 * 60).map(
    lambda minutes: datetime(2000, 1, 1, tzinfo=JST) + timedelta(minutes=minutes)
)
DAYS = [f"{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]


def jst(text: str) -> datetime:
    """Return a moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2024-11-30T23:59:59.999999", False),
        ("2024-12-01T00:00", True),
        ("2024-12-31T23:59:59.999999", True),
        ("2025-01-01T00:00", True),
        ("2025-02-28T12:00", True),
        ("2024-02-29T12:00", True),
        ("2025-03-31T23:59:59.999999", True),
        ("2025-04-01T00:00", False),
        ("2025-07-01T00:00", False),
    ],
)
def test_a_winter_goes_over_new_year_and_has_both_ends(moment: str, *, holds: bool) -> None:
    assert WINTER.holds_at(jst(moment)) is holds
    # The same moment on a clock elsewhere.
    assert WINTER.holds_at(jst(moment).astimezone(UTC)) is holds


def test_the_day_is_that_of_japan_and_not_of_greenwich() -> None:
    # 30 November 15:00 in Greenwich is midnight in Japan.
    assert not WINTER.holds_at(datetime(2024, 11, 30, 14, 59, 59, tzinfo=UTC))
    assert WINTER.holds_at(datetime(2024, 11, 30, 15, tzinfo=UTC))
    assert WINTER.holds_at(datetime(2025, 3, 31, 14, 59, 59, tzinfo=UTC))
    assert not WINTER.holds_at(datetime(2025, 3, 31, 15, tzinfo=UTC))
    greenwich = Period(yearly_from="12-01", yearly_to="03-31", time_zone="UTC")
    assert not greenwich.holds_at(datetime(2024, 11, 30, 15, tzinfo=UTC))


def test_a_rule_inside_one_year_and_of_one_day() -> None:
    summer = Period(yearly_from="06-01", yearly_to="08-31")
    assert [summer.holds_at(jst(f"2025-{day}T12:00")) for day in ("05-31", "06-01", "08-31", "09-01")] == [
        *(False, True, True, False)
    ]
    new_year = Period(yearly_from="01-01", yearly_to="01-01")
    assert new_year.holds_at(jst("2025-01-01T23:59"))
    assert not new_year.holds_at(jst("2024-12-31T23:59"))
    assert not new_year.holds_at(jst("2025-01-02T00:00"))


@pytest.mark.parametrize(("year", "last"), [(2023, 28), (2024, 29), (2000, 29), (2100, 28)])
def test_the_last_day_of_february_is_whichever_it_is(year: int, last: int) -> None:
    rule = check_period(Period(yearly_from="12-20", yearly_to=FEBRUARY_END))
    assert rule.holds_at(jst(f"{year}-02-{last}T23:59:59"))
    assert not rule.holds_at(jst(f"{year}-03-01T00:00"))
    assert [end.day for _, end in rule.seasons(year - 1, year - 1)] == [last]


def test_summer_time_elsewhere_changes_the_hour_and_not_the_day() -> None:
    # New York puts its clocks forward on 9 March 2025: midnight is 05:00 before and 04:00 after it in Greenwich.
    rule = Period(yearly_from="03-09", yearly_to="03-09", time_zone="America/New_York")
    assert not rule.holds_at(datetime(2025, 3, 9, 4, 59, 59, tzinfo=UTC))
    assert rule.holds_at(datetime(2025, 3, 9, 5, tzinfo=UTC))
    assert rule.holds_at(datetime(2025, 3, 10, 3, 59, 59, tzinfo=UTC))
    assert not rule.holds_at(datetime(2025, 3, 10, 4, tzinfo=UTC))


def test_a_period_has_its_first_and_its_last_minute() -> None:
    period = Period(jst("2024-12-09T09:00"), jst("2025-03-31T17:00"))
    moments = {
        "2024-12-09T08:59:59": False,
        "2024-12-09T09:00": True,
        "2025-03-31T17:00": True,
        "2025-03-31T17:00:01": False,
    }
    assert {moment: period.holds_at(jst(moment)) for moment in moments} == moments
    assert period.holds_at(datetime(2024, 12, 9, 0, 0, tzinfo=UTC))
    assert not period.holds_at(datetime(2024, 12, 8, 23, 59, 59, tzinfo=UTC))


def test_a_rule_is_in_force_between_its_first_and_last_moment() -> None:
    rule = Period(jst("2024-12-15"), jst("2026-01-10T12:00"), "12-01", "03-31")
    held = {"2024-12-14T23:59": False, "2024-12-15T00:00": True, "2025-12-01T00:00": True, "2026-01-10T12:00": True}
    held |= {"2026-01-10T12:01": False, "2025-06-01T00:00": False}
    assert {moment: rule.holds_at(jst(moment)) for moment in held} == held
    assert [begin.date().isoformat() for begin, _ in rule.seasons(2023, 2026)] == ["2024-12-15", "2025-12-01"]


@given(st.sampled_from(DAYS), st.sampled_from([*DAYS, FEBRUARY_END]), MOMENTS)
def test_it_holds_exactly_within_its_seasons(first: str, last: str, moment: datetime) -> None:
    rule = check_period(Period(yearly_from=first, yearly_to=last))
    within = any(begin <= moment <= end for begin, end in rule.seasons(moment.year - 1, moment.year))
    assert rule.holds_at(moment) is within
    season = rule.season_after(moment)
    assert season is not None
    assert (season[0] <= moment) is within
    assert moment <= season[1]


@given(st.sampled_from(DAYS), st.sampled_from(DAYS), MOMENTS, st.integers(0, 400))
def test_two_that_meet_hold_at_one_moment(first: str, last: str, moment: datetime, days: int) -> None:
    rule, period = Period(yearly_from=first, yearly_to=last), Period(moment, moment + timedelta(days=days))
    # A rule knows whole days, so it is enough to look at each day and at both ends.
    looked_at = [*(moment + timedelta(days=number) for number in range(days + 1)), moment + timedelta(days=days)]
    assert rule.meets(period) is period.meets(rule)
    assert rule.meets(period) is any(rule.holds_at(when) for when in looked_at)


def test_what_meets_and_what_does_not() -> None:
    before = Period(jst("2024-12-01"), jst("2024-12-31T12:00"))
    assert before.meets(Period(jst("2024-12-31T12:00"), jst("2025-01-05")))
    assert not before.meets(Period(jst("2024-12-31T12:01"), jst("2025-01-05")))
    assert not WINTER.meets(Period(yearly_from="04-01", yearly_to="11-30"))
    assert WINTER.meets(Period(yearly_from="03-31", yearly_to="11-30"))
    # One ended before the other came into force.
    assert not Period(None, jst("2020-04-01"), "12-01", "03-31").meets(
        Period(jst("2021-01-01"), None, "12-01", "03-31")
    )


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(jst("2025-03-31"), jst("2024-12-09")), "before it begins"),
        (Period(jst("2025-03-31"), None), "needs a beginning and an end"),
        (Period(), "needs a beginning and an end"),
        (Period(yearly_from="12-01"), "cannot end on"),
        (Period(yearly_to="12-01"), "cannot begin on"),
        (Period(yearly_from="02-29", yearly_to="03-31"), "29 February"),
        (Period(yearly_from="12-01", yearly_to="02-29"), "29 February"),
        (Period(yearly_from=FEBRUARY_END, yearly_to="03-31"), "cannot begin on"),
        (Period(yearly_from="12-01", yearly_to="02-30"), "cannot end on"),
        (Period(yearly_from="13-01", yearly_to="02-01"), "cannot begin on"),
        (Period(yearly_from="1-1", yearly_to="02-01"), "cannot begin on"),
        (Period(yearly_from="12-01", yearly_to="03-31", time_zone="Asia/Tono"), "no time zone 'Asia/Tono'"),
        (Period(yearly_from="12-01", yearly_to="03-31", time_zone="../etc/passwd"), "no time zone"),
        (Period(yearly_from="12-01", yearly_to="03-31", time_zone=""), "no time zone"),
        (Period(jst("2026-01-01"), jst("2025-01-01"), "12-01", "03-31"), "before it begins"),
        (Period(jst("2025-04-01"), jst("2025-11-30T23:59"), "12-01", "03-31"), "never holds"),
        (Period(datetime(1, 1, 1, tzinfo=UTC), jst("2025-01-01")), "year 1 "),
    ],
)
def test_what_is_no_period_is_refused(period: Period, words: str) -> None:
    with pytest.raises(InputError, match=words) as told:
        check_period(period)
    assert told.value.detail


# --- hours of the day ------------------------------------------------------------------------------------------------

NIGHTS = Period(yearly_from="12-01", yearly_to="12-10", daily_from="22:00", daily_to="05:00")


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        # The first night begins in the evening of the first day, the last one ends in the morning after the last day.
        ("2026-12-01T05:00", False),
        ("2026-12-01T21:59:59", False),
        ("2026-12-01T22:00", True),
        ("2026-12-02T05:00", True),
        ("2026-12-02T05:00:01", False),
        ("2026-12-10T23:00", True),
        ("2026-12-11T05:00", True),
        ("2026-12-11T22:00", False),
    ],
)
def test_nights_belong_to_the_day_on_which_they_begin(moment: str, *, holds: bool) -> None:
    assert NIGHTS.holds_at(jst(moment)) is holds
    assert (
        Period(jst("2026-12-01"), jst("2026-12-10T23:59:59.999999")).at_hours("22:00", "05:00").holds_at(jst(moment))
        is holds
    )


@given(st.sampled_from(DAYS), st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 23), MOMENTS)
def test_hours_hold_within_the_days_of_their_rule(
    first: str, last: str, opens: int, closes: int, moment: datetime
) -> None:
    if opens == closes:
        closes = (closes + 1) % 24
    days = Period(yearly_from=first, yearly_to=last)
    rule = check_period(
        Period(yearly_from=first, yearly_to=last, daily_from=f"{opens:02}:00", daily_to=f"{closes:02}:00")
    )
    minute = moment.hour * 60 + moment.minute
    is_early = rule.is_overnight and minute < opens * 60
    in_hours = minute <= closes * 60 if is_early or not rule.is_overnight else True
    in_hours = in_hours and (is_early or minute >= opens * 60)
    day = moment - timedelta(days=1) if is_early else moment
    assert rule.holds_at(moment) is (in_hours and days.holds_at(day))
    assert not rule.holds_at(moment) or any(
        begin <= moment <= end for begin, end in rule.seasons(moment.year - 1, moment.year)
    )


def test_rules_at_other_hours_do_not_meet() -> None:
    by_day = Period(yearly_from="12-01", yearly_to="12-10", daily_from="09:00", daily_to="17:00")
    assert not NIGHTS.meets(by_day)
    assert NIGHTS.meets(WINTER)
    assert by_day.meets(Period(jst("2026-12-05T17:00"), jst("2026-12-05T21:00")))
    assert not by_day.meets(Period(jst("2026-12-05T17:01"), jst("2026-12-06T08:59")))


@pytest.mark.parametrize(
    "hours", [("22:00", ""), ("", "05:00"), ("25:00", "05:00"), ("9:00", "17:00"), ("09:00", "09:00")]
)
def test_hours_that_are_none_are_refused(hours: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="hours"):
        check_period(Period(yearly_from="12-01", yearly_to="12-10", daily_from=hours[0], daily_to=hours[1]))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
@pytest.mark.parametrize("hours", [("", ""), ("22:00", "05:00"), ("09:00", "24:00")])
@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=JST),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
        datetime(1, 7, 1, tzinfo=UTC),
        datetime(9999, 1, 15, 12, tzinfo=UTC),
    ],
    ids=str,
)
def test_the_first_and_the_last_year_there_is_are_years(zone: str, hours: tuple[str, str], moment: datetime) -> None:
    for first, last in (("12-01", "03-31"), ("01-01", "12-31"), ("12-01", FEBRUARY_END)):
        rule = check_period(Period(None, None, first, last, zone, *hours))
        rule.holds_at(moment)
        season = rule.season_after(moment)
        assert season is None or moment <= season[1]
    assert Period(yearly_from="12-01", yearly_to="03-31", time_zone=zone).holds_at(
        datetime(9999, 1, 15, 12, tzinfo=UTC)
    )
