"""Who is calling: the one place where accounts will come in.

There are no accounts yet. Whoever is at this machine itself is taken for the staff; whoever calls the service by
another name, or through another server, for the public. Every route asks for `Caller`, so that a later sign-in changes
this file and no route.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from app.errors import ForbiddenError

Role = Literal["public", "staff"]
# Names by which only this machine itself reaches the service.
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
# What a server in between adds to a request of somebody else.
PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True)
class Visitor:
    """A person who is not signed in, and what that person may see."""

    name: str = "visitor"
    role: Role = "public"

    @property
    def is_staff(self) -> bool:
        """Return whether counts of people may be shown; everyone else has them from the council page alone."""
        return self.role == "staff"


STAFF = Visitor("staff", "staff")
PUBLIC = Visitor()


def caller_of(request: Request) -> Visitor:
    """Return who sends a request."""
    is_here = request.url.hostname in THIS_MACHINE and not any(name in request.headers for name in PASSED_ON)
    return STAFF if is_here else PUBLIC


async def get_caller(request: Request) -> Visitor:
    """Return who is calling; it waits for nothing, so that no thread is asked for it."""
    return caller_of(request)


Caller = Annotated[Visitor, Depends(get_caller)]


async def get_staff(caller: Caller) -> Visitor:
    """Return who is calling; raise `ForbiddenError` unless that is the staff."""
    if not caller.is_staff:
        raise ForbiddenError(
            "This page is for the staff.",
            detail="職員のページです。このサービスが動いている機械で、127.0.0.1 のアドレスから開いてください。",
        )
    return caller


Staff = Annotated[Visitor, Depends(get_staff)]
