"""Text that a spreadsheet would take for a formula is written with an apostrophe before it, and read without it.

`unguard` is the exact inverse of `guard` for every text.
"""

from __future__ import annotations

import re

# What spreadsheets begin to calculate at, also behind apostrophes that a text has of its own.
GUARDED = re.compile(r"'*[=+\-@\t\r]")


def guard(text: str) -> str:
    """Return a text as it is written into CSV.

    >>> guard("=1+1"), guard("'=1+1"), guard("'80s")
    ("'=1+1", "''=1+1", "'80s")
    """
    return f"'{text}" if GUARDED.match(text) else text


def unguard(text: str) -> str:
    """Return a text as it was before it was written into CSV.

    >>> unguard("'=1+1"), unguard("=1+1"), unguard("'80s")
    ('=1+1', '=1+1', "'80s")
    """
    return text[1:] if text.startswith("'") and GUARDED.match(text) else text
