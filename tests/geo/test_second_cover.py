"""The two nearest and whom one alone covers: answers by hand, and leaving each out as the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.coverage.backup import nearest_two, sole_origin

TIMES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(0, 5), st.integers(0, 8)),
    elements=st.sampled_from([0.0, 60.0, 599.5, 600.0, 600.5, 900.0, np.inf]),
)


@given(TIMES)
def test_they_are_the_first_two_of_all_in_order(times: np.ndarray) -> None:
    two = nearest_two(times)
    for place, column in enumerate(times.T):
        ranked = [
            (time, origin) for time, origin in sorted(zip(column, range(len(column)), strict=True)) if time < np.inf
        ]
        ranked += [(np.inf, -1)] * 2
        assert (two.first_s[place], two.first[place]) == ranked[0]
        assert (two.second_s[place], two.second[place]) == ranked[1]
    assert two.first_s.dtype == np.float32


@given(TIMES, st.sampled_from([0.0, 600.0, np.inf]))
def test_who_is_away_leaves_those_whom_nobody_else_reaches(times: np.ndarray, cutoff_s: float) -> None:
    def covered(rows: np.ndarray) -> np.ndarray:
        return ((rows <= cutoff_s) & np.isfinite(rows)).any(axis=0)

    sole = sole_origin(nearest_two(times), cutoff_s)
    for origin in range(len(times)):
        without = np.delete(times, origin, axis=0)
        assert (sole == origin).tolist() == (covered(times) & ~covered(without)).tolist()
    assert set(sole.tolist()) <= {-1, *range(len(times))}


@pytest.mark.parametrize("times", [[1.0, 2.0], [[np.nan]], [[-1.0]]])
def test_nonsense_is_refused(times: list) -> None:
    with pytest.raises(ValueError, match=r"Travel times|travel time"):
        nearest_two(times)


@pytest.mark.parametrize("cutoff_s", [-1.0, np.nan])
def test_a_cutoff_that_is_none_is_refused(cutoff_s: float) -> None:
    with pytest.raises(ValueError, match="cutoff"):
        sole_origin(nearest_two([[1.0]]), cutoff_s)
