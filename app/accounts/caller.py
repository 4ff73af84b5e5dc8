"""Who is calling: the one place where accounts will come in.

There are no accounts yet: the service listens on this machine only and answers reading requests alone. Every route asks
for `Caller`, so that a later sign-in changes this file and no route.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends


@dataclass(frozen=True)
class Visitor:
    """A person at this machine, not signed in."""

    name: str = "visitor"


async def get_caller() -> Visitor:
    """Return who is calling; it waits for nothing, so that no thread is asked for it."""
    return Visitor()


Caller = Annotated[Visitor, Depends(get_caller)]
