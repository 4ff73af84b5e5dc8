"""Use case: the usual questions of resilience for one way of travelling, so that the page has its answers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.resilience.find_critical_links import find_critical_links
from app.resilience.kept_answers import Wish
from app.resilience.measure_backup import measure_backup


def measure_resilience(session: Session, profile: str) -> None:
    """Work out what the absence of each consultant and the loss of each road costs, unless it is known."""
    measure_backup(session, Wish("backup", profile=profile))
    find_critical_links(session, Wish("critical-roads", profile=profile))
