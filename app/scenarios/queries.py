"""All SQL on scenarios."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from app.errors import InputError, NotFoundError
from app.scenarios.models import Scenario


def list_scenarios(session: Session) -> Sequence[Scenario]:
    """Return every scenario, the newest first; their cells are read only when they are asked for."""
    return session.scalars(select(Scenario).order_by(Scenario.id.desc())).all()


def has_scenario(session: Session, name: str) -> bool:
    """Return whether a name is taken."""
    return session.scalar(select(Scenario.id).where(Scenario.name == name)) is not None


def get_scenario(session: Session, number: int) -> Scenario:
    """Return one scenario by its number, whole."""
    scenario = session.scalar(select(Scenario).options(undefer("*")).where(Scenario.id == number))
    if scenario is None:
        raise NotFoundError(f"There is no scenario {number}.", detail="この試算は残っていません。")
    return scenario


def find_scenario(session: Session, name: str) -> Scenario:
    """Return one scenario by its name, whole."""
    scenario = session.scalar(select(Scenario).options(undefer("*")).where(Scenario.name == name))
    if scenario is None:
        raise NotFoundError(f"There is no scenario {name!r}. See them: `tono scenario list`.")
    return scenario


def add_scenario(session: Session, scenario: Scenario) -> Scenario:
    """Store a scenario, or refuse a name that another took meanwhile."""
    session.add(scenario)
    try:
        session.flush()
    except IntegrityError as error:
        raise name_taken(scenario.name) from error
    session.refresh(scenario, ["computed_at"])
    return scenario


def name_taken(name: str) -> InputError:
    """Return the refusal of a name that another scenario has."""
    return InputError(
        f"There is a scenario {name!r} already. Take another name, or remove it: `tono scenario remove NAME`.",
        detail=f"「{name}」という名前の試算がもうあります。別の名前にしてください。",
    )


def remove_scenario(session: Session, scenario: Scenario) -> None:
    """Delete a scenario."""
    session.delete(scenario)
    session.flush()


def remove_scenarios_of(session: Session, dataset_ids: Sequence[int]) -> int:
    """Delete the scenarios that used any of the datasets; return how many."""
    gone = session.execute(
        delete(Scenario).where(Scenario.dataset_ids.overlap(list(dataset_ids))).returning(Scenario.id)
    )
    return len(gone.all())
