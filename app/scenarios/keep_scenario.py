"""Use case: a wish under a name → its answer, kept with all that it depends on; repeated later to the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.inputs import describe
from app.datasets.queries import list_datasets
from app.demand.queries import cell_dataset_ids
from app.documents.typed import as_text
from app.documents.words import WORDS
from app.errors import InputError
from app.scenarios import queries
from app.scenarios.models import LONGEST_NAME, Scenario
from app.siting.propose_sites import Town, Wish, check, fingerprint, gather_town, propose_sites
from app.siting.schemas import GapsDocument

Report = Callable[[float, str], None]
ASKED = ("add", "minutes", "objective", "profile", "candidates", "at")
# What may have changed since a scenario was kept, in words of the office.
CHANGES: dict[str, str] = WORDS["changes"]


@dataclass(frozen=True)
class Repeated:
    """How a repeated scenario compares with what was kept; `changed` are keys of `CHANGES`."""

    is_same: bool
    changed: Sequence[str]
    document: str

    @property
    def words(self) -> str:
        """One sentence for a person."""
        if self.is_same:
            return "同じ条件で計算し直しました。保存した結果と1バイトも違いません。"
        if self.changed:
            titles = "、".join(CHANGES[name] for name in self.changed)
            return f"保存したあとに、もとになるデータが変わっています: {titles}。保存した結果はそのままです。"
        return "もとになるデータは同じですが、計算の時間切れの具合で結果が違います。保存した結果はそのままです。"


def keep_scenario(session: Session, name: str, wish: Wish, report: Report = lambda _share, _words: None) -> Scenario:
    """Compute what is wished and keep it under a name that is free."""
    name = check_name(session, name)
    town, document = _answer(session, wish, report)
    report(0.9, "結果を保存しています。")
    counted = cell_dataset_ids(session)
    return queries.add_scenario(
        session,
        Scenario(
            name=name,
            asked=describe_wish(wish),
            inputs=_inputs(town),
            people=[
                {"title": item.title, "source": item.source, "as_of": item.as_of and item.as_of.isoformat()}
                for item in list_datasets(session)
                if item.id in counted
            ],
            dataset_ids=list(town.inputs.dataset_ids),
            fingerprint=fingerprint(town, wish),
            document=document,
            cells=_cells(town, GapsDocument.model_validate_json(document)),
        ),
    )


def repeat_scenario(session: Session, scenario: Scenario, report: Report = lambda _share, _words: None) -> Repeated:
    """Ask the same of the data as it is now, and say whether the answer is the same to the byte; nothing is kept."""
    town, document = _answer(session, read_wish(scenario.asked), report)
    report(0.9, "保存した結果と比べています。")
    now = _inputs(town)
    changed = [name for name in CHANGES if now[name] != scenario.inputs.get(name)]
    return Repeated(document == scenario.document and not changed, changed, document)


def check_name(session: Session, name: str) -> str:
    """Return a name for a scenario without blanks around it, or say why it cannot be taken."""
    wanted = " ".join(name.split())
    if not wanted or not wanted.isprintable():
        raise InputError("A scenario needs a name.", detail="試算の名前を入れてください。")
    if len(wanted) > LONGEST_NAME:
        raise InputError(
            f"The name of a scenario has at most {LONGEST_NAME} characters; got {len(wanted)}.",
            detail=f"試算の名前は{LONGEST_NAME}字までにしてください。",
        )
    if queries.has_scenario(session, wanted):
        raise queries.name_taken(wanted)
    return wanted


def describe_wish(wish: Wish) -> dict[str, Any]:
    """Return a wish as it is stored."""
    found = asdict(wish) | {"at": wish.at and wish.at.isoformat()}
    return {name: found[name] for name in ASKED}


def read_wish(asked: Mapping[str, Any]) -> Wish:
    """Return a stored wish, or refuse what is none."""
    moment = asked["at"]
    wish = Wish(**{name: asked[name] for name in ASKED} | {"at": moment and datetime.fromisoformat(moment)})
    check(wish)
    return wish


def _answer(session: Session, wish: Wish, report: Report) -> tuple[Town, str]:
    check(wish)
    report(0.05, "道路、人口、相談員の配置を読み込み、移動時間を計算しています。")
    town = gather_town(session, wish)
    free = int(town.problem.free.size)
    wanted = free if wish.add is None else wish.add

    def tell(number: int) -> None:
        before = f"候補地{free}か所から、{wanted}人のうち{number}人目の場所を確かめています。"
        report(0.3 + 0.55 * (number - 1) / max(wanted, 1), before)

    document = propose_sites(session, wish, town, tell)
    return town, as_text(document)


def _inputs(town: Town) -> dict[str, Any]:
    """Return what the answer depends on besides the wish, as it comes back from where it is stored."""
    sites = [asdict(site) for site in town.sites]
    found = describe(town.inputs, town.question) | {"candidates": sites[len(town.inputs.postings) :]}
    stored: dict[str, Any] = json.loads(json.dumps(found))
    return stored


def _cells(town: Town, document: GapsDocument) -> list[list[Any]]:
    """Return of every cell who lives there and the seconds to it, today and with all the new posts."""
    rows = {site.describe(): row for row, site in enumerate(town.sites)}
    new = [rows[site] for site in document.ladder[-1].sites] if document.ladder else []
    today, then = _seconds(town, ()), _seconds(town, new)
    return [
        [cell.mesh_code, district, cell.population, *(None if np.isinf(value) else float(value) for value in pair)]
        for cell, district, *pair in zip(town.inputs.cells, town.districts, today, then, strict=True)
    ]


def _seconds(town: Town, sites: Sequence[int]) -> NDArray[np.float32]:
    rows = [*town.problem.fixed_sites, *sites]
    found: NDArray[np.float32] = np.asarray(town.problem.times)[rows].min(axis=0, initial=np.inf)
    return found
