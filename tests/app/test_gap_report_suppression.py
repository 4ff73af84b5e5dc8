"""What a report does not say stays unknown to whoever solves equations over all that it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from gap_report_attack import leaks, mask_of
from hypothesis import given
from hypothesis import strategies as st

from app.reports.gap_counts import COLUMNS, GapCounts, People, before_said, count_people
from app.reports.suppression import SMALLEST, WIDTH, Publication, printable

MINUTES = 20
NAMES = ["北", "中", "南"]


def city(
    *squares: tuple[str, int, float, float], before: Sequence[bool] | None = None, gained_by: Sequence[int] = ()
) -> People:
    """Return the people of squares: district, people, minutes now and after; `gained_by` is the post of each gained."""
    district, population, now, after = zip(*squares, strict=True)
    posts = iter(gained_by)
    step = [0 if b <= MINUTES else 2 + 1 if a > MINUTES else next(posts, 1) for b, a in zip(now, after, strict=True)]
    return People(
        population=np.array(population, dtype=np.int64),
        district=list(district),
        now_s=60 * np.array(now, dtype=float),
        after_s=60 * np.array(after, dtype=float),
        step=np.array(step, dtype=np.int64),
        before=None if before is None else np.array(before, dtype=bool),
    )


def counted(people: People) -> GapCounts:
    """Return the printed numbers of a city of three districts with two further posts."""
    return count_people(people, NAMES, 2, MINUTES)


square = st.tuples(
    st.sampled_from(NAMES),
    st.one_of(st.integers(1, 12), st.integers(1, 300)),
    st.sampled_from([3.0, 12.0, 20.0, 24.0, 40.0, np.inf]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(1, 2),
    st.booleans(),
)


@given(st.lists(square, min_size=1, max_size=14))
def test_no_small_count_is_found_by_subtraction(squares: list[tuple[str, int, float, float, int, bool]]) -> None:
    rows = [
        (name, people, now, now if share == 1 else min(now, 15.0 + share)) for name, people, now, share, *_ in squares
    ]
    posts = [post for (*_, post, _), row in zip(squares, rows, strict=True) if row[2] > MINUTES >= row[3]]
    people = city(*rows, before=[was for *_, was in squares], gained_by=posts)
    found = counted(people)
    assert leaks(people, found.printed, list(found.edges), 2, WIDTH) == []
    assert all(value is None or value == 0 or value >= SMALLEST for value in found.printed.values())


def test_zero_is_said_and_large_numbers_are_said() -> None:
    found = counted(city(("北", 100, 3, 3), ("中", 200, 12, 12), ("南", 300, 24, 12)))
    assert found.are_complete
    assert [found.of("district", name, "left") for name in NAMES] == [0, 0, 0]
    assert [found.of("district", "南", name) for name in COLUMNS] == [300, 0, 300, 300, 0]
    assert found.of("city", "now") == found.of("class", 0, "now") + found.of("class", 2, "now") == 300


def test_a_small_count_takes_a_neighbour_with_it() -> None:
    # 4 of the north stay out, and so do 50 of the middle and 60 of the south: 114 less 110 would be 4.
    people = city(("北", 100, 3, 3), ("北", 4, 40, 40), ("中", 50, 40, 40), ("中", 200, 3, 3), ("南", 60, 40, 40))
    found = counted(people)
    hidden = {name for name in NAMES if found.of("district", name, "left") is None}
    assert found.of("city", "left") == 114
    assert "北" in hidden
    assert len(hidden) == 2
    assert found.of("district", "北", "population") == 104
    assert found.of("district", "北", "now") is None


def test_the_attack_finds_what_hiding_the_small_alone_gives_away() -> None:
    people = city(("北", 100, 3, 3), ("北", 4, 40, 40), ("中", 200, 3, 3), ("南", 60, 40, 40))
    found = counted(people)
    true = {key: int(people.population[mask_of(key, people, list(found.edges), 2)].sum()) for key in found.printed}
    naive = {key: None if 0 < value < SMALLEST else value for key, value in true.items()}
    assert any("'left'" in leak and "4 to 4" in leak for leak in leaks(people, naive, list(found.edges), 2, WIDTH))
    assert leaks(people, found.printed, list(found.edges), 2, WIDTH) == []


def test_a_class_holds_its_upper_edge_and_unreached_is_a_class_of_its_own() -> None:
    found = counted(city(("北", 10, 5, 5), ("北", 20, 5.01, 5), ("中", 40, np.inf, np.inf), ("南", 80, 30.5, 30)))
    assert list(found.edges) == [5, 10, 15, 20, 25, 30]
    numbers = [[found.of("class", place, when) for place in range(8)] for when in ("now", "after")]
    assert numbers == [[10, 20, 0, 0, 0, 0, 80, 40], [30, 0, 0, 0, 0, 80, 0, 40]]


@pytest.mark.parametrize(
    ("covered", "now", "said"),
    [(100, 100, 100), (100, 109, None), (100, 110, 100), (9, 100, None), (0, 100, 0), (100, None, None)],
)
def test_another_measurement_is_said_unless_it_or_its_change_is_small(
    covered: int, now: int | None, said: int | None
) -> None:
    assert before_said(covered, now) == said


def test_dear_numbers_are_kept_and_cheap_ones_fall_silent() -> None:
    # Two columns of two groups with their sums; the small group at the top left can hide behind cheap or dear sums.
    rows = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]])
    counts = np.array([5, 50, 60, 70])
    cheap = printable(Publication(rows, counts, np.ones(4, dtype=np.int64), np.array([1.0, 1, 1, 1, 9, 9, 9])))
    assert cheap.tolist() == [False, False, False, False, True, True, True]
    dear = printable(Publication(rows, counts, np.ones(4, dtype=np.int64), np.array([1.0, 90, 90, 90, 2, 2, 2])))
    assert dear.tolist() == [False, True, True, True, False, True, False]
