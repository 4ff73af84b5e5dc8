"""OR-Library's p-median problems, where their files lie beside the project: the published optima, proven.

J. E. Beasley (1985), A note on solving large p-median problems. doi:10.1016/0377-2217(85)90040-2
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from geo.location_allocation import SitingProblem, p_median

OPTIMA = {"pmed1.txt": 5819, "pmed38.txt": 11_060}


def distances(file: Path) -> tuple[np.ndarray, int]:
    """Return the lengths of the shortest ways between all nodes, and how many sites are wanted."""
    first, *rest = file.read_text().split("\n")
    nodes, edges, p = (int(word) for word in first.split())
    rows = [line.split() for line in rest if line.strip()]
    assert len(rows) == edges, f"{file.name} says {edges} edges and has {len(rows)}: it is cut off"
    matrix = np.full((nodes, nodes), np.inf)
    for start, end, length in rows:
        # Of an edge that stands twice the later one counts.
        matrix[int(start) - 1, int(end) - 1] = matrix[int(end) - 1, int(start) - 1] = float(length)
    return shortest_path(np.where(np.isinf(matrix), 0, matrix)), p


@pytest.mark.parametrize("name", OPTIMA)
def test_the_published_optimum_is_found_and_proven(shared_data: Path, name: str) -> None:
    file = shared_data / "or-library" / name
    if not file.is_file():
        pytest.skip(f"../shared/data/or-library/{name} is not here: OR-Library's files are not part of the product")
    matrix, p = distances(file)
    plan = p_median(SitingProblem(matrix, np.ones(len(matrix))), p)
    assert (plan.value, plan.status) == (OPTIMA[name], "optimal")
