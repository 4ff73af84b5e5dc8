"""Use case: a file of closures → rows of the calendar, all or none, with what became of each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset
from app.documents.input_file import InputFile, read_input
from app.errors import InputError
from app.roads.models import Closure
from app.roads.place_closures import Located, locate
from app.roads.queries import active_network, edges_of, list_closures, load_network
from app.roads.read_closures import ClosureRow, Refused, closures_of
from app.roads.read_restriction import Assumed
from geo.roads.network import RoadNetwork

STORED, SAME, OPEN, REFUSED = "stored", "same", "not closed", "refused"
MOST_REASONS = 5


@dataclass(frozen=True)
class RowReport:
    """What became of one row."""

    number: int
    name: str
    state: str
    text: str


@dataclass
class Report:
    """What became of a file."""

    rows: list[RowReport] = field(default_factory=list)
    unused: Sequence[str] = ()

    def count(self, state: str) -> int:
        """Return how many rows came to a state."""
        return sum(row.state == state for row in self.rows)

    def add(self, row: ClosureRow, state: str, text: str) -> None:
        """Note what became of a row."""
        self.rows.append(RowReport(row.number, row.texts["name"], state, "; ".join([text, *row.notes])))


def import_closures(session: Session, path: Path, assumed: Assumed, *, dry_run: bool = False) -> Report:
    """Store the closures of a file, or only say what would become of them; refused rows are in the report.

    Nothing is stored where a row is refused.
    """
    network = load_network(session, active_network(session))
    file = read_input(path)
    rows, refused, unused = closures_of(file, assumed)
    known = {closure: edges_of(network, [closure]) for closure in list_closures(session)}
    report = Report(unused=unused)
    made: dict[Closure, int] = {}
    _say_refused(report, refused)
    for row in rows:
        try:
            located = locate(network, row)
        except InputError as error:
            if row.is_open:
                report.add(row, OPEN, f"{_leaves_open(row)}; it is not kept, for {str(error).rstrip('.')}")
            else:
                _say_refused(report, [Refused(row.number, row.texts["name"], str(error))])
            continue
        closure = _closure(network, row, located, path)
        twin = next((other for other in known if _is_same(closure, other)), None)
        if twin is not None:
            report.add(row, SAME, f"the same as {_called(twin, made)}: not stored again")
            continue
        known[closure] = edges_of(network, [closure])
        row.notes += [
            f"overlaps {_called(other, made)} on the same road at the same time; both are kept"
            for other, edges in known.items()
            if other is not closure
            and np.intersect1d(known[closure], edges).size
            and closure.period.meets(other.period)
        ]
        made[closure] = row.number
        if row.is_open:
            report.add(row, OPEN, f"{_leaves_open(row)}; kept and shown, {located.said}")
            continue
        km = float(network.length_m[known[closure]].sum()) / 1000
        report.add(row, STORED, f"{located.said}: {len(known[closure])} edges, {km:.1f} km")
    report.rows.sort(key=lambda entry: entry.number)
    if made and not report.count(REFUSED) and not dry_run:
        _store(session, made, file, assumed)
    return report


def refusal(path: Path, report: Report) -> str:
    """Return why a file was refused, in one sentence."""
    wrong = [row for row in report.rows if row.state == REFUSED]
    reasons = [f"row {row.number}{f' ({row.name})' if row.name else ''}: {row.text.rstrip('.')}" for row in wrong]
    more = f"; and {len(wrong) - MOST_REASONS} more rows" if len(wrong) > MOST_REASONS else ""
    return (
        f"{path}: {len(wrong)} of {len(report.rows)} rows cannot be used; {'; '.join(reasons[:MOST_REASONS])}{more}. "
        "Nothing was imported."
    )


def _leaves_open(row: ClosureRow) -> str:
    return f"{row.texts['content']}: the road is not closed to cars"


def _say_refused(report: Report, refused: Sequence[Refused]) -> None:
    report.rows += [RowReport(row.number, row.name, REFUSED, row.why) for row in refused]


def _closure(network: RoadNetwork, row: ClosureRow, located: Located, path: Path) -> Closure:
    texts = row.texts | {"source": row.texts["source"] or path.name}
    closure = Closure(
        **texts,
        geometry=from_shape(located.line, srid=4326),
        edges=located.edges if located.is_exact else None,
        network_fingerprint=network.fingerprint if located.is_exact else "",
        located_by=located.by,
        length_m=row.length_m,
        closes_road=not row.is_open,
    )
    closure.period = row.period
    return closure


def _is_same(one: Closure, other: Closure) -> bool:
    texts = all(getattr(one, name) == getattr(other, name) for name in ("name", "place", "content"))
    return texts and one.period == other.period and to_shape(one.geometry).equals(to_shape(other.geometry))


def _called(closure: Closure, made: Mapping[Closure, int]) -> str:
    number = made.get(closure)
    return f"closure {closure.id} ({closure.name})" if number is None else f"row {number} ({closure.name})"


def _store(session: Session, made: Iterable[Closure], file: InputFile, assumed: Assumed) -> None:
    dataset = add_dataset(
        session,
        Dataset(
            kind="closures",
            title="通行止め",
            source=assumed.source or file.path.name,
            file_name=file.path.name,
            sha256=file.sha256,
        ),
    )
    for closure in made:
        closure.dataset_id = dataset.id
    session.add_all(made)
    session.flush()
