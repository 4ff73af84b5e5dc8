"""When a closure holds: moments around every edge, worked out by hand, and what is no period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
