"""Find rows by name as people type it: any width, hiragana or katakana, any dash, with or without blanks.

A row keeps its name and reading in the one form in which spellings are equal (`fold`), and all pieces of one and of two
signs of it, which an index finds. Japanese words are often of two signs, for which the trigrams of PostgreSQL are no
use.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Text, and_, case, event, func, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

# Katakana ァ–ヶ and ヽヾ lie exactly this far behind hiragana ぁ–ゖ and ゝゞ in Unicode.
KANA_SHIFT = ord("ァ") - ord("ぁ")
KATAKANA = (*range(ord("ァ"), ord("ヶ") + 1), ord("ヽ"), ord("ヾ"))
LONG_VOWEL = "ー"
SHORT = 3
# What people type for a long vowel or a dash, and what NFKC leaves apart.
DASHES = "-‐‑‒–—―−─~〜"
FOLDED = {code: code - KANA_SHIFT for code in KATAKANA} | {ord(sign): ord(LONG_VOWEL) for sign in DASHES}
# What a text of the database can hold.
NO_NUL = r"^[^\x00]*$"
BETWEEN_WORDS = re.compile(r"[\s・]+")


def fold(text: str) -> str:
    """Return a text in the form in which two spellings of one name are equal; it has no blanks.

    >>> fold("ｶﾖｲ ノ場") == fold("かよいの場")
    True
    >>> fold("サ-ビス") == fold("さーびす")
    True
    """
    once = unicodedata.normalize("NFKC", text).casefold().translate(FOLDED)
    once = "".join(once.split())
    # Removing a blank can leave a letter beside its accent, which are one sign then: fold until nothing changes.
    return once if once == text else fold(once)


def pieces(folded: str) -> list[str]:
    """Return every piece of one and of two signs, without blanks in it, each once.

    >>> pieces("上郷 か")
    ['か', '上', '上郷', '郷']
    """
    words = folded.split()
    return sorted({word[at : at + size] for word in words for size in (1, 2) for at in range(len(word) - size + 1)})


@dataclass(frozen=True)
class Wanted:
    """What a person typed: the whole of it, and its words, all folded."""

    whole: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, query: str) -> Self:
        """Return what a query asks for; one without words asks for everything."""
        parts = BETWEEN_WORDS.split(unicodedata.normalize("NFKC", query))
        return cls(fold(query), tuple(word for word in map(fold, parts) if word))


class Findable:
    """A row that is found by what it says of itself; the columns are filled whenever it is stored."""

    # Name, reading and whatever else it is found by, a blank between them.
    folded: Mapped[str] = mapped_column(Text, default="", server_default="")
    pieces: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")

    def texts(self) -> tuple[str, ...]:
        """Return the name, the reading (which may be empty) and all else that it is found by."""
        raise NotImplementedError


@event.listens_for(Findable, "before_insert", propagate=True)
@event.listens_for(Findable, "before_update", propagate=True)
def _fill(_mapper: object, _connection: object, row: Any) -> None:
    row.folded, row.pieces = columns_of(*row.texts())


def columns_of(*texts: str) -> tuple[str, list[str]]:
    """Return what a row of this name, reading and other texts keeps: the folded text and its pieces."""
    folded = " ".join(map(fold, texts)).rstrip()
    return folded, pieces(folded)


def phone_texts(phone: str) -> tuple[str, ...]:
    """Return a telephone number as it is written and as digits alone, which some type.

    >>> phone_texts("0198-62-2111")
    ('0198-62-2111', '0198622111')
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return (phone, digits) if digits else (phone,)


DAYS = {"MO": "月", "TU": "火", "WE": "水", "TH": "木", "FR": "金", "SA": "土", "SU": "日"}


def day_texts(rrule: str) -> tuple[str, ...]:
    """Return the days of a rule as people say them.

    >>> day_texts("FREQ=MONTHLY;BYDAY=2TU")
    ('第2火曜日',)
    >>> day_texts("FREQ=WEEKLY;BYDAY=MO,TH")
    ('毎週月曜日', '毎週木曜日')
    """
    found = re.search(r"BYDAY=([\w,+-]+)", rrule)
    days = [re.fullmatch(r"([+-]?\d*)(\w\w)", part) for part in found[1].split(",")] if found else []
    every = "毎週" if "FREQ=WEEKLY" in rrule and "INTERVAL" not in rrule else ""
    return tuple(
        f"{f'第{day[1]}' if day[1].isdigit() else every}{DAYS[day[2]]}曜日" for day in days if day and day[2] in DAYS
    )


def alike(folded: str, wanted: str) -> float:
    """Return how much of two folded texts is the same, from 0 to 1: the share of the pieces of both.

    >>> alike("宮守地区せんたー", "宮守地区せんたあ") > alike("宮守地区せんたー", "土淵")
    True
    """
    one, other = set(pieces(folded)), set(pieces(wanted))
    return 2 * len(one & other) / (len(one) + len(other))


class Found(NamedTuple):
    """A row that was found: 0 begins with the whole query, 1 holds it in its name, 2 any other match."""

    rank: int
    type: str
    id: int | str
    name: str
    text: str
    kind: str | None
    lon: float | None
    lat: float | None


def resembles(row: type[Findable], wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that a row shares a piece of two signs, or where little is wanted of one, with it."""
    asked = pieces(wanted.whole)
    pairs = [piece for piece in asked if len(piece) > 1]
    # A short word is soon wrong in every pair.
    shared: ColumnElement[bool] = row.pieces.overlap(pairs if len(wanted.whole) > SHORT else asked)
    return shared


def holds(row: type[Findable], word: str) -> ColumnElement[bool]:
    """Return the condition that a row holds a folded word, in its name, its reading or what else it is found by."""
    # A word of one sign is a piece itself; of a longer one, the pieces of two signs say more.
    wanted = [word] if len(word) == 1 else [piece for piece in pieces(word) if len(piece) > 1]
    return and_(row.pieces.contains(wanted), func.strpos(row.folded, word) > 0)


def holds_all(row: type[Findable], wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that a row's name or reading holds every word."""
    return and_(True, *(holds(row, word) for word in wanted.words))


def name_of(row: type[Findable]) -> ColumnElement[str]:
    """Return the folded name without the reading."""
    return func.split_part(row.folded, " ", 1)


def rank_of(name: ColumnElement[str], wanted: Wanted, kana: ColumnElement[str] | None = None) -> ColumnElement[int]:
    """Return how well a folded name, or reading, matches (see `Found`)."""
    begins: ColumnElement[bool] = func.starts_with(name, wanted.whole)
    if kana is not None:
        begins = or_(begins, and_(kana != "", func.starts_with(kana, wanted.whole)))
    return case((begins, 0), (func.strpos(name, wanted.whole) > 0, 1), else_=2)
