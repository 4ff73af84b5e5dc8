"""Those who ask the same at the same moment share one answer, which is never older than the question."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class AskTogether(Generic[T]):
    """One question at a time is put; whoever comes meanwhile waits for the next, and all of them share it."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._turn = threading.Lock()
        self._gathering: Future[T] | None = None

    def ask(self, question: Callable[[], T]) -> T:
        """Return the answer to a question that was put after this call began, by this caller or for it."""
        with self._door:
            ours = self._gathering
            is_first = ours is None
            if ours is None:
                ours = self._gathering = Future()
        if is_first:
            with self._turn:
                with self._door:
                    # From here on it is under way: who comes now may not know what it does not see.
                    self._gathering = None
                try:
                    ours.set_result(question())
                except BaseException as error:  # noqa: BLE001  (those who wait are told the same)
                    ours.set_exception(error)
        return ours.result()
