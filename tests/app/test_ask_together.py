"""Those who ask at the same moment share one answer, and none is older than its question."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.coverage.ask_together import AskTogether
from app.errors import NotReadyError


def test_an_answer_is_never_older_than_its_question() -> None:
    together: AskTogether[int] = AskTogether()
    put, begun, go_on = [], threading.Event(), threading.Event()

    def question() -> int:
        put.append(len(put))
        if len(put) == 1:
            begun.set()
            assert go_on.wait(10)
        return put[-1]

    with ThreadPoolExecutor(6) as people:
        first = people.submit(together.ask, question)
        assert begun.wait(10)
        # The first question is under way: what it finds may be too old for these, who share the next.
        later = [people.submit(together.ask, question) for _ in range(5)]
        go_on.set()
        assert first.result(10) == 0
        answers = [one.result(10) for one in later]
    assert min(answers) >= 1
    assert together.ask(question) == len(put) - 1


def test_whoever_shares_a_question_is_told_what_went_wrong() -> None:
    together: AskTogether[int] = AskTogether()

    def question() -> int:
        raise NotReadyError("no")

    for _ in range(2):
        with pytest.raises(NotReadyError):
            together.ask(question)
    assert together.ask(lambda: 3) == 3
