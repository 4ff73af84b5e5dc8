"""Bytes of a text file → text, in the encodings that Japanese offices use."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

# A byte order mark names the encoding; that of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Each decodes strictly. Never "shift_jis", which knows neither ～ nor ① nor 髙; never a guess from statistics,
# which reads 〜 for ～ without a word.
ENCODINGS = ("utf-8", "cp932", "euc_jis_2004")
GUESSED = ("utf-16-le", "utf-16-be")
NO_SIGN = re.compile("[\ufeff\ufffe\uffff]")
# Text in Latin letters saved as UTF-16 has a NUL beside each letter.
LOOKED_AT = 2000


def decode(content: bytes) -> str | None:
    """Return the text of a file, or None where it is text in none of the encodings."""
    return next(decodings(content), None)


def decodings(content: bytes) -> Iterator[str]:
    """Yield the texts that the bytes may be, the likeliest first.

    There is nearly always one; short EUC-JP can be read as CP932 too, and only the words tell which it is.
    """
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Bytes of a picture may be "UTF-16" too; what is no sign of any writing gives them away.
        if encoding not in GUESSED or not NO_SIGN.search(text):
            yield text


def _encodings(content: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return (encoding,)
    head = content[:LOOKED_AT]
    if 0 in head:
        odd = head[1::2].count(0)
        return GUESSED[:1] if odd >= head.count(0) - odd else GUESSED[1:]
    return ENCODINGS
