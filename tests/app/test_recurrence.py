"""Rules as calendars write them: each day against a search day by day, what cannot be followed in one sentence."""

from __future__ import annotations

import calendar
import itertools
import time as clock
from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.register.models import Schedule
from app.register.opening import check_schedule, next_on, occurrences, rule_text
from app.register.recurrence import CODES, days_between, parse_recurrence

WEDNESDAY = date(2026, 4, 1)
SINCE = date(2026, 11, 30)


def schedule(rrule: str, starts_on: date | None = WEDNESDAY, **more: object) -> Schedule:
    plain = {"rule_text": "", "exdates": [], "season_from": "", "season_to": "", "closed_on_holidays": False}
    return Schedule(**(plain | {"rrule": rrule, "starts_on": starts_on} | more))


# --- by the calendar -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rrule", "right"),
    [
        ("FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331T150000Z", date(2026, 12, 2)),
        ("FREQ=WEEKLY;UNTIL=20270331T145959Z;BYDAY=WE;WKST=SU", date(2026, 12, 2)),
        ("FREQ=WEEKLY;UNTIL=20261201;BYDAY=WE", None),
        ("FREQ=WEEKLY;UNTIL=20261202;BYDAY=WE", date(2026, 12, 2)),
        ("FREQ=WEEKLY", date(2026, 12, 2)),
        ("FREQ=MONTHLY", date(2026, 12, 1)),
        ("FREQ=YEARLY", date(2027, 4, 1)),
        ("freq=weekly;byday=we;", date(2026, 12, 2)),
        ("RRULE:FREQ=WEEKLY;BYDAY=WE", date(2026, 12, 2)),
        ("FREQ=MONTHLY;BYDAY=2TU,4TU", date(2026, 12, 8)),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", date(2026, 11, 30)),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", date(2026, 12, 1)),
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2,4", date(2026, 12, 9)),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", date(2026, 11, 30)),
        ("FREQ=MONTHLY;BYDAY=MO,2TU", date(2026, 11, 30)),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(2027, 8, 13)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2028, 2, 29)),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=-1SU", date(2026, 12, 27)),
        ("FREQ=YEARLY;BYDAY=-1SU", date(2026, 12, 27)),
        ("FREQ=YEARLY;BYYEARDAY=-1", date(2026, 12, 31)),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", date(2026, 12, 28)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", date(2026, 12, 9)),
        ("FREQ=DAILY;INTERVAL=10", date(2026, 12, 7)),
        ("FREQ=DAILY;COUNT=244", date(2026, 11, 30)),
        ("FREQ=DAILY;COUNT=243", None),
        ("FREQ=DAILY;COUNT=1000000000", date(2026, 11, 30)),
        ("FREQ=WEEKLY;BYDAY=WE;BYHOUR=10;BYMINUTE=0;BYSECOND=0", date(2026, 12, 2)),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", None),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", None),
        ("FREQ=YEARLY;INTERVAL=999999999", None),
    ],
)
def test_the_next_day_worked_out_on_a_calendar(rrule: str, right: date | None) -> None:
    begin = clock.perf_counter()
    assert next_on(schedule(rrule), SINCE) == right
    assert clock.perf_counter() - begin < 5, "a rule was walked for ever"


def test_what_stands_beside_the_rule_of_a_calendar() -> None:
    words = (
        "DTSTART;TZID=Asia/Tokyo:20260401T100000\r\nDTEND;TZID=Asia/Tokyo:20260401T113000\r\n"
        "RRULE:FREQ=WEEKLY;BYDAY=WE\r\nEXDATE;TZID=Asia/Tokyo:20261202T100000,2026\r\n 1209T100000\r\n"
        "RDATE;VALUE=PERIOD:20261203T230000Z/PT1H\r\n"
    )
    found = list(itertools.islice(occurrences(schedule(words, None), SINCE), 3))
    assert found == [date(2026, 12, 4), date(2026, 12, 16), date(2026, 12, 23)]
    assert next_on(schedule("RDATE:20261224,20261225", None), SINCE) == date(2026, 12, 24)


def test_two_rules_are_followed_together_and_no_day_twice() -> None:
    found = occurrences(schedule("RRULE:FREQ=WEEKLY;BYDAY=WE\nRRULE:FREQ=MONTHLY;BYDAY=1WE,1TH"), SINCE)
    assert list(itertools.islice(found, 3)) == [date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 9)]


def test_an_end_with_an_hour_is_compared_with_the_hour() -> None:
    rule = "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261202T010000Z"  # 10:00 in Japan
    assert next_on(schedule(rule, start_time=time(10)), SINCE) == date(2026, 12, 2)
    assert next_on(schedule(rule, start_time=time(10, 1)), SINCE) is None


@pytest.mark.parametrize(
    ("rrule", "said"),
    [
        *((f"FREQ={name}", "a schedule has days") for name in ("HOURLY", "MINUTELY", "SECONDLY")),
        *((words, "has no FREQ") for words in ("INTERVAL=2", "FREQ=FORTNIGHTLY")),
        *((words, "is not known") for words in ("毎週水曜日", "EXRULE:FREQ=DAILY", "FREQ=")),
        *((f"FREQ=WEEKLY;{part}", "is not known") for part in ("BYEASTER=1", "X")),
        ("FREQ=DAILY;FREQ=DAILY", "stands twice"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both COUNT and UNTIL"),
        *((f"FREQ=DAILY;{part}", "number above 0") for part in ("INTERVAL=0", "COUNT=0", "COUNT=10^9", "INTERVAL=-1")),
        *((f"FREQ=WEEKLY;BYDAY={code}", "no day of the week") for code in ("XX", "WEDNESDAY", "0MO", "54MO", "MO,")),
        *(
            (f"FREQ=MONTHLY;{part}", "cannot be")
            for part in ("BYMONTHDAY=32", "BYMONTHDAY=0", "BYMONTH=-1", "BYSETPOS=0")
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=x", "list of numbers"),
        ("FREQ=WEEKLY;BYDAY=2MO", "needs FREQ=MONTHLY or YEARLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "does not go with"),
        ("FREQ=MONTHLY;BYYEARDAY=3", "needs FREQ=YEARLY"),
        ("FREQ=YEARLY;BYWEEKNO=3", "BYWEEKNO needs"),
        ("FREQ=MONTHLY;BYSETPOS=1", "needs days to choose from"),
        ("FREQ=WEEKLY;BYHOUR=9,14;COUNT=3", "several hours"),
        *((f"FREQ=WEEKLY;UNTIL={day}", "no day") for day in ("20271331", "2027-03-31", "20270331T250000Z", "99999999")),
        ("DTSTART;TZID=America/New_York:20260401T100000\nRRULE:FREQ=WEEKLY", "time zone is AMERICA/NEW_YORK"),
        ("DTSTART:20260331T230000Z\nRRULE:FREQ=WEEKLY;BYDAY=TU", "days are those of UTC"),
        ("EXDATE:20260401", "has no RRULE"),
        ("FREQ=DAILY;" * 9999, "longer than"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_sentence(rrule: str, said: str) -> None:
    for ask in (lambda one: next_on(one, SINCE), rule_text, check_schedule, lambda one: list(occurrences(one, SINCE))):
        with pytest.raises(InputError, match=said) as caught:
            ask(schedule(rrule))
        assert "\n" not in str(caught.value)
        assert caught.value.detail


@pytest.mark.parametrize("rrule", ["WEEKLY;INTERVAL=2;BYDAY=WE", "WEEKLY", "MONTHLY", "DAILY;COUNT=3"])
def test_no_first_day_is_invented(rrule: str) -> None:
    with pytest.raises(InputError, match="without its first day"):
        next_on(schedule(f"FREQ={rrule}", None), SINCE)
    assert next_on(schedule("FREQ=WEEKLY;BYDAY=WE", None), SINCE) == date(2026, 12, 2)


@pytest.mark.parametrize("since", [date.min, date.max, date(9999, 6, 1)])
@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_the_ends_of_the_calendar(frequency: str, since: date) -> None:
    for start in (date.min, WEDNESDAY, date.max):
        day = next_on(schedule(f"FREQ={frequency}", start), since)
        assert day is None or day >= max(since, start)


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=WEEKLY", "毎週水曜日"),
        ("FREQ=MONTHLY", "毎月1日"),
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2", "毎月第2水曜日"),
        ("FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331T145959Z", "毎週水曜日(2027年3月31日まで)"),
        ("FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331T150000Z", "毎週水曜日(2027年3月31日まで)"),
        ("FREQ=WEEKLY;BYDAY=WE;COUNT=10", "毎週水曜日(全10回)"),
        *((words, "") for words in ("FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=YEARLY")),
        *((words, "") for words in ("FREQ=WEEKLY;BYMONTH=4;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=-2", "RDATE:20261224")),
    ],
)
def test_words_say_the_whole_rule_or_nothing(rrule: str, words: str) -> None:
    assert rule_text(schedule(rrule)) == words


# --- against other ways to find the days -----------------------------------------------------------------------------

NTH = st.sampled_from(["", "", "1", "2", "-1", "5", "-5"])
CODE = st.sampled_from(CODES)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    is_numbered = frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans())
    days = draw(st.lists(st.tuples(NTH if is_numbered else st.just(""), CODE).map("".join), max_size=3, unique=True))
    numbers = {"BYMONTH": st.integers(1, 12), "BYSETPOS": st.sampled_from([1, 2, -1, -3])}
    if frequency != "WEEKLY":
        numbers["BYMONTHDAY"] = st.sampled_from([1, 13, 29, 30, 31, -1, -2, -31])
    if frequency == "YEARLY":
        numbers["BYYEARDAY"] = st.sampled_from([1, 60, 100, 365, 366, -1, -366])
    chosen = draw(st.lists(st.sampled_from(sorted(numbers)), max_size=2, unique=True))
    if chosen == ["BYSETPOS"] and not days:
        chosen = []
    parts += [f"BYDAY={','.join(days)}"] if days else []
    parts += [f"{name}={','.join(map(str, draw(st.lists(numbers[name], min_size=1, max_size=3))))}" for name in chosen]
    parts += draw(st.sampled_from([[], [], ["WKST=SU"], ["WKST=WE"]]))
    parts += draw(st.sampled_from([[], [], ["COUNT=7"], ["UNTIL=20270110"]]))
    return ";".join(parts)


def told(rrule: str, start: date) -> tuple[dict[str, str], dict[str, list[int]], list[str]]:
    """Return the parts of a rule, those that are numbers, and its days, filled from the first day."""
    parts = dict(part.split("=") for part in rrule.split(";"))
    names = parts.keys() & {"BYMONTH", "BYSETPOS", "BYMONTHDAY", "BYYEARDAY"}
    numbers = {name: [int(word) for word in parts[name].split(",")] for name in names}
    codes = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    if not codes and not numbers.keys() & {"BYMONTHDAY", "BYYEARDAY"}:
        if parts["FREQ"] == "WEEKLY":
            codes = [CODES[start.weekday()]]
        elif parts["FREQ"] != "DAILY":
            numbers["BYMONTHDAY"] = [start.day]
        if parts["FREQ"] == "YEARLY":
            numbers.setdefault("BYMONTH", [start.month])
    return parts, numbers, codes


def searched(rrule: str, start: date, last: date) -> list[date]:
    """Return the days of a rule by looking at every day and at all days of its period."""
    parts, numbers, codes = told(rrule, start)
    frequency = parts["FREQ"]
    is_monthly = frequency == "MONTHLY" or "BYMONTH" in numbers

    def days_of(first: date, length: int) -> list[date]:
        return [first + timedelta(days=n) for n in range(length)]

    def month(day: date) -> list[date]:
        return days_of(day.replace(day=1), calendar.monthrange(day.year, day.month)[1])

    def year(day: date) -> list[date]:
        return days_of(date(day.year, 1, 1), 366 if calendar.isleap(day.year) else 365)

    def picked(days: list[date], wanted: list[int]) -> set[date]:
        return {days[n - 1 if n > 0 else n] for n in wanted if abs(n) <= len(days)}

    def fits(day: date) -> bool:
        whole = month(day) if is_monthly else year(day)
        same = [other for other in whole if other.weekday() == day.weekday()]
        wanted = [int(code[:-2] or 0) for code in codes if CODES.index(code[-2:]) == day.weekday()]
        return (
            ("BYMONTH" not in numbers or day.month in numbers["BYMONTH"])
            and ("BYMONTHDAY" not in numbers or day in picked(month(day), numbers["BYMONTHDAY"]))
            and ("BYYEARDAY" not in numbers or day in picked(year(day), numbers["BYYEARDAY"]))
            and (not codes or 0 in wanted or day in picked(same, wanted))
        )

    week_start = CODES.index(parts.get("WKST", "MO"))

    def week(day: date) -> date:
        return day - timedelta(days=(day.weekday() - week_start) % 7)

    period = {
        "DAILY": lambda day: day.toordinal(),
        "WEEKLY": lambda day: week(day).toordinal() // 7,
        "MONTHLY": lambda day: day.year * 12 + day.month,
        "YEARLY": lambda day: day.year,
    }[frequency]
    found = []
    every = int(parts.get("INTERVAL", "1"))
    begin = date(start.year, 1, 1) - timedelta(days=7)
    end = date(last.year, 12, 31) + timedelta(days=7)
    for number, days in itertools.groupby(days_of(begin, (end - begin).days), key=period):
        if (number - period(start)) % every:
            continue
        good = [day for day in days if fits(day)]
        found += sorted(picked(good, numbers["BYSETPOS"])) if "BYSETPOS" in numbers else good
    found = [day for day in found if start <= day <= last]
    if "UNTIL" in parts:
        found = [day for day in found if day <= date(2027, 1, 10)]
    return found[: int(parts["COUNT"])] if "COUNT" in parts else found


STARTS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def days_of_ours(rrule: str, start: date, first: date, last: date) -> list[date]:
    (rule,) = parse_recurrence(rrule).rules
    return list(days_between(rule, start, first, last, time()))


@given(rrule=rules(), start=STARTS, ahead=st.integers(0, 900))
def test_every_day_is_that_of_a_search_day_by_day(rrule: str, start: date, ahead: int) -> None:
    last = date(2028, 12, 31)
    right = searched(rrule, start, last)
    assert days_of_ours(rrule, start, start, last) == right
    # Asked for later, the days are the same: no day depends on when it is asked for.
    since = start + timedelta(days=ahead)
    assert days_of_ours(rrule, start, since, last) == [day for day in right if day >= since]


@given(rrule=rules().filter(lambda rule: not ("BYDAY" in rule and rule.count("BY") > 1)), start=STARTS)
def test_every_day_is_that_of_another_library(rrule: str, start: date) -> None:
    codes = rrule.partition("BYDAY=")[2].split(";")[0].split(",")
    if len({len(code) > 2 for code in codes}) > 1:  # which takes "every Monday and the second Tuesday" for both at once
        return
    last = datetime(2028, 12, 31)  # noqa: DTZ001  (a day of the calendar)
    rule = rrulestr(rrule, dtstart=datetime.combine(start, time()))
    right = [moment.date() for moment in rule.between(datetime.combine(start, time()), last, inc=True)]
    assert days_of_ours(rrule, start, start, last.date()) == right


WORDS = [
    "FREQ=",
    "DAILY",
    "WEEKLY",
    ";",
    ":",
    "\n",
    "BYDAY=",
    "MO",
    "-1",
    "BYMONTHDAY=",
    "31",
    "UNTIL=",
    "2027",
    "COUNT=9",
]


@given(text=st.text() | st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
def test_any_words_give_days_or_one_sentence(text: str) -> None:
    try:
        next_on(schedule(text), SINCE)
        rule_text(schedule(text))
    except InputError as error:
        assert error.detail  # noqa: PT017  (most words are refused, some are not)
