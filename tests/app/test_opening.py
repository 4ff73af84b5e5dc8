"""Next days of a schedule, each worked out on a calendar."""

from __future__ import annotations

import itertools
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.register.models import Schedule
from app.register.opening import next_of, next_on, next_text, occurrences, rule_text

MONDAY = date(2026, 11, 23)  # a public holiday: 勤労感謝の日


def schedule(rrule: str = "", **more: object) -> Schedule:
    """Return a schedule with nothing unusual but what is named."""
    plain = {"rule_text": "", "exdates": [], "season_from": "", "season_to": "", "starts_on": date(2026, 4, 1)}
    return Schedule(**(plain | {"rrule": rrule, "closed_on_holidays": False} | more))


@pytest.mark.parametrize(
    ("rrule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", date(2026, 11, 23)),
        ("FREQ=WEEKLY;BYDAY=TU,SU", date(2026, 11, 24)),
        ("FREQ=MONTHLY;BYDAY=2WE", date(2026, 12, 9)),
        ("FREQ=MONTHLY;BYDAY=-1FR", date(2026, 11, 27)),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", date(2026, 12, 25)),  # April, June, … December
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 12, 31)),  # November has no 31st
    ],
)
def test_next_day_by_the_calendar(rrule: str, expected: date) -> None:
    assert next_on(schedule(rrule), MONDAY) == expected


def test_a_holiday_is_skipped_where_the_place_closes() -> None:
    assert next_on(schedule("FREQ=WEEKLY;BYDAY=MO", closed_on_holidays=True), MONDAY) == date(2026, 11, 30)


def test_an_exception_is_skipped() -> None:
    assert next_on(schedule("FREQ=WEEKLY;BYDAY=MO", exdates=[MONDAY]), MONDAY) == date(2026, 11, 30)


def test_a_winter_break_is_skipped() -> None:
    summer_only = schedule("FREQ=WEEKLY;BYDAY=MO", season_from="04-01", season_to="11-30")
    assert next_on(summer_only, date(2026, 12, 1)) == date(2027, 4, 5)


def test_a_season_may_pass_the_new_year() -> None:
    winter_only = schedule("FREQ=WEEKLY;BYDAY=MO", season_from="12-01", season_to="03-31")
    assert next_on(winter_only, MONDAY) == date(2026, 12, 7)
    assert next_on(winter_only, date(2027, 1, 1)) == date(2027, 1, 4)


def test_nothing_before_it_starts() -> None:
    assert next_on(schedule("FREQ=DAILY", starts_on=date(2027, 1, 10)), MONDAY) == date(2027, 1, 10)


def test_no_day_is_invented_where_none_is_published() -> None:
    unknown = schedule(rule_text="隔月(日は未公表)")
    assert next_on(unknown, MONDAY) is None
    assert rule_text(unknown) == "隔月(日は未公表)"


def test_the_earliest_of_several_wins() -> None:
    weekly = schedule("FREQ=WEEKLY;BYDAY=WE", start_time=time(10), end_time=time(11, 30))
    monthly = schedule("FREQ=MONTHLY;BYDAY=2WE")
    found = next_of([monthly, weekly], MONDAY)
    assert found is not None
    assert found[0] == date(2026, 11, 25)
    assert next_text(*found) == "11月25日(水) 10:00〜11:30"
    assert next_of([], MONDAY) is None


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "毎週月曜日"),
        ("FREQ=WEEKLY;BYDAY=TU,WE,TH,FR,SA,SU", "毎週火・水・木・金・土・日曜日"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "隔週金曜日"),
        ("FREQ=MONTHLY;BYDAY=2WE", "毎月第2水曜日"),
        ("FREQ=MONTHLY;BYDAY=2WE,4WE", "毎月第2水曜日・第4水曜日"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "毎月最終金曜日"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "毎月15日・末日"),
        ("FREQ=DAILY", "毎日"),
    ],
)
def test_rules_in_words(rrule: str, words: str) -> None:
    assert rule_text(schedule(rrule)) == words


@given(
    day=st.dates(date(2026, 4, 1), date(2030, 12, 31)),
    weekday=st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
    interval=st.integers(1, 4),
)
def test_days_never_lie_before_the_question_and_keep_their_distance(day: date, weekday: str, interval: int) -> None:
    days = list(occurrences(schedule(f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={weekday}"), day))
    assert days[0] >= day
    assert days[0] - day < timedelta(days=7 * interval)
    assert {later - earlier for earlier, later in itertools.pairwise(days)} <= {timedelta(days=7 * interval)}
