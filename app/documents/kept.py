"""The last few answers to one kind of question, kept in memory and safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Keeps at most so many answers and forgets the one that was not asked for longest.

    One answer is made at a time. Whoever asks meanwhile for the same waits for it instead of doing the same work.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._answers: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return len(self._answers)

    def recall(self, key: K) -> V | None:
        """Return the answer if it is kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the answer, made now unless it is kept; where making fails, nothing is kept."""
        found = self.recall(key)
        if found is not None:
            return found
        with self._making:
            found = self.recall(key)
            if found is None:
                found = make()
                with self._lock:
                    self._answers[key] = found
                    while len(self._answers) > self.most:
                        self._answers.popitem(last=False)
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
