"""What coverage looks like from outside: the document of the contract, the cells as GeoJSON, a table for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, Literal

from app.coverage.models import CoverageCell
from app.documents.geojson import feature_collection
from geo.mesh import bounds as mesh_bounds

ProfileName = Literal["car", "car-winter", "walk"]


def cells_geojson(cells: Iterable[CoverageCell]) -> dict[str, Any]:
    """Return the cells of a run as GeoJSON squares."""
    return feature_collection([_cell(cell) for cell in cells])


def _cell(cell: CoverageCell) -> dict[str, Any]:
    west, south, east, north = (round(value, 6) for value in mesh_bounds(cell.mesh_code))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "mesh_code": cell.mesh_code,
            "population": cell.population,
            "households": cell.households,
            "district": cell.district,
            "travel_time_s": None if cell.travel_time_s is None else round(cell.travel_time_s, 1),
            "consultant": cell.consultant,
            "reason": cell.reason,
            "snap_m": None if cell.snap_m is None else round(cell.snap_m, 1),
        },
    }


RANGE_EXPLAINED = "速さの幅: 道の速さが確からしい範囲で最も遅いとき〜最も速いときの人数"


def as_table(document: dict[str, Any]) -> str:
    """Return a coverage document as a table for a terminal."""
    minutes = [str(value) for value in document["minutes"]]
    rows = [["地区", "人口", *(f"{value}分以内" for value in minutes), "平均", "相談員"]]
    rows += [_row(district, minutes) for district in document["districts"]]
    rows.append(["計", f"{document['population']:,}", *(f"{document['covered'][m]:,}" for m in minutes), "", ""])
    rows.append(["速さの幅", "", *(range_of(document, m) for m in minutes), "", ""])
    lines = aligned(rows)
    network = document["network"]
    unreachable = sum(entry["population"] for entry in document["unreachable"])
    lines.append("")
    lines.append(RANGE_EXPLAINED)
    lines.append(f"到達できない: {unreachable:,}人  道路網: {network['name']}({network['date'] or '年月日不明'})")
    lines.append(f"run {document['run']}  profile {document['profile']}  fingerprint {document['fingerprint']}")
    return "\n".join(lines)


def range_of(document: dict[str, Any], minutes: str) -> str:
    """Return how many are reached at the slowest and at the fastest speeds that may well be true."""
    return f"{document['covered_low'][minutes]:,}〜{document['covered_high'][minutes]:,}"


GAIN_TITLES = {"cover": "増える人数", "mean": "減る延べ時間", "worst": "最も遠い人の短縮"}
STATUS_TITLES = {
    "optimal": "これより良い選び方がないことを確かめました。",
    "feasible": "時間内に、最良と確かめられていない年次があります。",
    "infeasible": "この数では、全員には届きません。",
}


def gaps_as_table(document: dict[str, Any]) -> str:
    """Return a document of gaps as a table for a terminal."""
    minutes = document["minutes"]
    gain = GAIN_TITLES[document["objective"]]
    rows = [["相談員", f"{minutes}分以内の人数", "平均", gain, "同点", "追加する場所"]]
    rows.append(
        [f"{document['consultants']}人", f"{document['now']['covered']:,}", whole_minutes(document["now"]), "", "", ""]
    )
    rows += [_rung(rung, document) for rung in document["ladder"]]
    lines = [*aligned(rows), "", STATUS_TITLES[document["status"]]]
    lines += [f"{sum(1 for _ in why['places'])}地点: {why['text']}" for why in document["why_infeasible"]]
    lines.append(f"profile {document['profile']}  fingerprint {document['fingerprint']}")
    return "\n".join(lines)


def _rung(rung: dict[str, Any], document: dict[str, Any]) -> list[str]:
    return [
        f"{document['consultants'] + rung['k']}人",
        f"{rung['covered']:,}",
        whole_minutes(rung),
        "" if rung["gain"] is None else _gain(rung["gain"], document["objective"]),
        f"{len(rung['ties'])}{'' if rung['ties_complete'] else '以上'}",
        rung["sites"][-1]["name"],
    ]


def _gain(gain: float, objective: str) -> str:
    return f"{gain:,.0f}人" if objective == "cover" else f"{gain / 60:,.0f}分"


def whole_minutes(figures: dict[str, Any]) -> str:
    """Return the mean time of figures in minutes, rounded up; nothing where nobody is reached."""
    return "" if figures["mean_s"] is None else f"{-(-figures['mean_s'] // 60):.0f}分"


def aligned(rows: list[list[str]]) -> list[str]:
    """Return rows as lines, the first column to the left."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(_pad(text, width, left=i == 0) for i, (text, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]


def _row(district: dict[str, Any], minutes: list[str]) -> list[str]:
    mean = district["mean_s"]
    return [
        district["name"],
        f"{district['population']:,}",
        *(f"{district['covered'][value]:,}" for value in minutes),
        "" if mean is None else f"{-(-mean // 60):.0f}分",
        "あり" if district["has_consultant"] else "なし",
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - _width(text))
    return text + blank if left else blank + text
