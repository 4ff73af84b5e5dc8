"""What is written in the cells of a table of edges, each different text looked at once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.roads.arrays import Ints

BOTH = {"no", "false", "0", ""}


def first_part(parts: Sequence[str]) -> str:
    """Return the first of several values of a cell.

    Parameters
    ----------
    parts : sequence of str
        At least one.

    Returns
    -------
    str
        The first.
    """
    return parts[0]


def said_part(parts: Sequence[str]) -> str:
    """Return the first of several values that is not no: a part of a road that is one-way lets none come back.

    Parameters
    ----------
    parts : sequence of str
        At least one.

    Returns
    -------
    str
        It, or ``no``.
    """
    return next((part for part in parts if part.strip().lower() not in BOTH), "no")


def cell_texts(column: pd.Series[Any], *, join: Callable[[Sequence[str]], str]) -> tuple[Ints, list[str]]:
    """Return what is written in a column.

    Parameters
    ----------
    column : Series
        Its cells; those of several values, which osmnx gives, are lists or the text of a list.
    join : callable
        Makes one text of several.

    Returns
    -------
    (m,) array of int64
        Index of each row's text.
    list of str
        The texts; that of an empty cell is empty.
    """
    try:
        code, values = pd.factorize(column)
    except TypeError:  # lists
        code, values = pd.factorize(column.map(lambda cell: str(_as_list(cell)) if np.ndim(cell) else cell))
    texts = [_joined(str(value), join) for value in values]
    return np.where(code < 0, len(texts), code).astype(np.int64, copy=False), [*texts, ""]


def cell_words(column: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """Return what is written in a column of yes and no.

    Parameters
    ----------
    column : Series
        Its cells, see `cell_texts`.

    Returns
    -------
    (m,) array of int64
        Index of each row's word.
    list of str
        The words in small letters; empty where nothing is said.
    """
    code, texts = cell_texts(column, join=said_part)
    return code, [text.strip().lower().removesuffix(".0") for text in texts]


def _as_list(cell: Any) -> list[Any]:
    return list(np.asarray(cell).tolist())


def _joined(text: str, join: Callable[[Sequence[str]], str]) -> str:
    if not (text.startswith("[") and text.endswith("]")):
        return text
    try:
        parts = [str(part) for part in ast.literal_eval(text)]
    except (ValueError, SyntaxError):
        return text
    return join(parts) if parts else ""
