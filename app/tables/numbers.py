"""Numbers as offices write them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

# Full-width digits are folded before; a comma stands between thousands only.
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})?(?:\.\d{0,30})?(?:[eE][-+]?\d{1,3})?")


def to_number(value: object) -> float:
    """Return a number, not-a-number where there is none.

    >>> to_number(" 4,315 "), to_number("１２"), to_number("12人"), to_number("1,2")
    (4315.0, 12.0, nan, nan)
    """
    if not isinstance(value, str):
        return float(value) if isinstance(value, (int, float, np.number)) else float("nan")
    plain = unicodedata.normalize("NFKC", value).strip()
    if not NUMBER.fullmatch(plain) or not any(sign.isdigit() for sign in plain):
        return float("nan")
    try:
        return float(plain.replace(",", ""))
    except ValueError:
        return float("nan")


def to_numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Return a column as numbers, not-a-number where there is none."""
    if column.dtype.kind in "biuf":
        return column.to_numpy(dtype=float, na_value=np.nan)
    return np.array([to_number(value) for value in column], dtype=float)
