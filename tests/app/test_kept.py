"""Answers are kept, few of them, and made once however many threads ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.documents.kept import Kept


def test_the_answer_not_asked_for_longest_is_forgotten() -> None:
    kept: Kept[str, str] = Kept(2)
    for key in "abac":
        assert kept.get(key, lambda key=key: key.upper()) == key.upper()  # type: ignore[misc]
    assert len(kept) == 2
    assert [kept.recall(key) for key in "abc"] == ["A", None, "C"]


def test_many_threads_make_an_answer_once() -> None:
    kept: Kept[int, int] = Kept(3)
    made: list[int] = []
    everyone = threading.Barrier(8)

    def make(key: int) -> int:
        made.append(key)
        return key * 10

    def ask(number: int) -> list[int]:
        everyone.wait(10)
        return [kept.get(key, lambda key=key: make(key)) for key in (1, 2, 3)]  # type: ignore[misc]

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(ask, range(8)))
    assert answers == [[10, 20, 30]] * 8
    assert sorted(made) == [1, 2, 3]


def test_a_failure_is_not_kept() -> None:
    kept: Kept[str, int] = Kept(1)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert len(kept) == 0
    assert kept.get("a", lambda: 7) == 7
