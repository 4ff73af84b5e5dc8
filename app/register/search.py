"""Find entries by name as people type it: full or half width, hiragana or katakana, with or without blanks."""

from __future__ import annotations

import unicodedata

# Katakana ァ–ヶ lie exactly this far behind hiragana ぁ–ゖ in Unicode.
KANA_SHIFT = ord("ァ") - ord("ぁ")
TO_HIRAGANA = {code: code - KANA_SHIFT for code in range(ord("ァ"), ord("ヶ") + 1)}


def fold(text: str) -> str:
    """Return a text in the form in which two spellings of one name are equal.

    >>> fold("ｶﾖｲ ノ場") == fold("かよいの場")
    True
    """
    once = unicodedata.normalize("NFKC", text).casefold().translate(TO_HIRAGANA)
    once = "".join(once.split())
    # Removing a blank can leave a letter beside its accent, which are one sign then: fold until nothing changes.
    return once if once == text else fold(once)


def matches(query: str, *texts: str) -> bool:
    """Return whether every word of a query stands in one of the texts; an empty query matches all."""
    folded = " ".join(fold(text) for text in texts)
    return all(fold(word) in folded for word in unicodedata.normalize("NFKC", query).split())


def rank(query: str, name: str, kana: str = "") -> int:
    """Return 0 for a name that begins with the query, 1 for one that holds it, 2 for any other match."""
    wanted = fold(query)
    if any(fold(text).startswith(wanted) for text in (name, kana) if text):
        return 0
    return 1 if wanted in fold(name) else 2
