"""Speed tables as they are read: rows for a terminal, and entries for the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.roads.calendar import JAPAN, zone_of
from app.roads.models import SpeedEdit
from app.roads.road_titles import CLASS_TITLES
from app.roads.schemas import SpeedChange, SpeedGroup, SpeedTableRow, SpeedValues
from geo.roads.profiles import BUILT_UP, Profile, SpeedRow

MORE_TITLES = {
    "living_street": "歩く人が優先の道",
    "road": "種類の分からない道",
    "track": "農道・林道",
    "footway": "歩道",
    "path": "小道",
    "pedestrian": "歩行者だけの道",
    "steps": "階段",
    "cycleway": "自転車道",
    "bridleway": "乗馬の道",
    "corridor": "建物の通路",
}
HEAD = ["道の種類", "場所", "km/時", "幅", "待ち(秒)", "変えた人", "変えた日", "出どころ"]
FIT_HEAD = ["道の種類", "場所", "表の値", "合わせた値", "標準誤差", "移動", "km"]


def edits_by_row(edits: Iterable[SpeedEdit], profile: str) -> dict[str, SpeedEdit]:
    """Return the changes of one table by the name of their row."""
    return {edit.highway + (BUILT_UP if edit.is_built_up else ""): edit for edit in edits if edit.profile == profile}


def describe_row(row: SpeedRow, edit: SpeedEdit | None) -> SpeedTableRow:
    """Return a row with who changed it, when and why; None where it is that of the product."""
    return SpeedTableRow(
        highway=row.highway,
        is_built_up=row.is_built_up,
        kmh=round(row.kmh, 1),
        low_kmh=round(row.low_kmh, 1),
        high_kmh=round(row.high_kmh, 1),
        delay_s=round(row.delay_s, 1),
        source=row.source,
        reason=row.reason,
        edit=edit and SpeedChange(who=edit.who, why=edit.why, at=edit.made_at.astimezone(zone_of(JAPAN)).isoformat()),
    )


def describe_rows(profile: Profile, changed: Mapping[str, SpeedEdit]) -> list[SpeedTableRow]:
    """Return every row of a table with its change."""
    return [describe_row(row, changed.get(row.name)) for row in profile.rows()]


def row_title(highway: str, *, is_built_up: bool) -> str:
    """Return what a row is called on the pages."""
    road = highway.removesuffix("_link")
    title = MORE_TITLES.get(road) or CLASS_TITLES.get(road, road)
    return title + ("の連絡路" if road != highway else "") + ("(市街地)" if is_built_up else "")


def grouped(rows: Iterable[SpeedTableRow]) -> list[SpeedGroup]:
    """Return rows for the pages, the greatest roads first; those that say the same stand together."""
    groups: dict[SpeedValues, list[str]] = {}
    for row in sorted(rows, key=_rank):
        said = SpeedValues(**{name: getattr(row, name) for name in SpeedValues.model_fields})
        groups.setdefault(said, []).append(row_title(row.highway, is_built_up=row.is_built_up))
    return [SpeedGroup(titles=titles, **dict(said)) for said, titles in groups.items()]


def _rank(row: SpeedTableRow) -> tuple[int, str, bool]:
    road = row.highway.removesuffix("_link")
    order = list(CLASS_TITLES)
    return order.index(road) if road in order else len(order), row.highway, row.is_built_up


def describe_tables(profiles: Mapping[str, Profile], edits: Sequence[SpeedEdit]) -> list[dict[str, Any]]:
    """Return every table with its changes."""
    tables = []
    for name, profile in profiles.items():
        rows = describe_rows(profile, edits_by_row(edits, name))
        tables.append({"profile": name, "rows": [row.model_dump() for row in rows]})
    return tables


def describe_edit(edit: SpeedEdit) -> dict[str, Any]:
    """Return one change as it was made; without a speed it took earlier ones back."""
    return {
        "profile": edit.profile,
        "highway": edit.highway,
        "is_built_up": edit.is_built_up,
        "kmh": edit.kmh,
        "who": edit.who,
        "why": edit.why,
        "at": edit.made_at.astimezone(zone_of(JAPAN)).isoformat(),
    }


def table_rows(rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Return a table for a terminal."""
    return [HEAD, *(_table_row(row) for row in rows)]


def _table_row(row: Mapping[str, Any]) -> list[str]:
    edit = row["edit"]
    return [
        row["highway"],
        "市街地" if row["is_built_up"] else "",
        f"{row['kmh']:.1f}",
        f"{row['low_kmh']:.1f}〜{row['high_kmh']:.1f}",
        f"{row['delay_s']:g}" if row["delay_s"] else "",
        edit["who"] if edit else "",
        edit["at"][:10] if edit else "",
        row["source"],
    ]


def fit_lines(document: Mapping[str, Any]) -> tuple[list[list[str]], list[str]]:
    """Return the fitted rows for a terminal, and what there is to say below them."""
    before, after = document["error"]["before"], document["error"]["after"]
    below = [
        f"使った移動: {document['trips']['used']:,}件 / {document['trips']['rows']:,}件",
        f"誤差(二乗平均): {before['rmse_s']:.0f}秒 → {after['rmse_s']:.0f}秒",
        f"誤差(絶対値の平均): {before['mae_s']:.0f}秒 → {after['mae_s']:.0f}秒",
    ]
    if not document["is_settled"]:
        below.append(f"注意: {document['rounds']}回くり返しても、まだ落ち着いていません。")
    below += [f"{row['row']}行目は使いません: {row['text']}" for row in document["unexplained"]]
    return [FIT_HEAD, *(_fit_row(row) for row in document["rows"])], below


def _fit_row(row: Mapping[str, Any]) -> list[str]:
    return [
        row["highway"],
        "市街地" if row["is_built_up"] else "",
        f"{row['before_kmh']:.1f}",
        f"{row['kmh']:.1f}" if row["is_fitted"] else "そのまま(移動が足りません)",
        f"±{row['standard_error_kmh']:.1f}" if row["is_fitted"] else "",
        f"{row['trips']:,}",
        f"{row['km']:,.1f}",
    ]
