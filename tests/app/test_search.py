"""Names are found as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.register.search import fold, matches, rank


@pytest.mark.parametrize("query", ["ちょぼら", "チョボラ", "ﾁｮﾎﾞﾗ", "ちょボラ", " ちょ ぼら "])
def test_kana_and_width_do_not_matter(query: str) -> None:
    assert matches(query, "市民サロン「ちょボラ」")


def test_every_word_must_be_there() -> None:
    assert matches("土淵 体操", "栗橋体操の会", "", "通いの場・土淵町")
    assert not matches("土淵 麻雀", "栗橋体操の会", "", "通いの場・土淵町")


def test_nothing_asked_means_all() -> None:
    assert matches("", "何でも")


def test_words_do_not_run_from_one_text_into_the_next() -> None:
    assert not matches("ab", "a", "b")


def test_a_name_that_begins_so_comes_first() -> None:
    names = ["西宮守の会", "宮守地区センター", "鱒沢地区センター"]
    assert min(names, key=lambda name: rank("宮守", name)) == "宮守地区センター"


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
