"""Scenarios and their comparison as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.text_table import aligned
from app.scenarios.schemas import ComparisonFacts, ScenarioSummary


def list_as_table(rows: Sequence[ScenarioSummary]) -> str:
    """Return summaries as a table."""
    lines = [["名前", "増員", "分", "移動", "届く人", "増える人", "場所"]]
    for row in rows:
        gain = row.covered - row.covered_now
        places = "、".join(site.name for site in row.sites)
        wanted = "全部" if row.add is None else str(row.add)
        minutes = str(row.minutes)
        lines.append([row.name, wanted, minutes, row.profile, f"{row.covered:,}", f"{gain:+,}", places])
    return "\n".join(aligned(lines)) if rows else "試算はまだありません。"


def comparison_as_table(document: ComparisonFacts) -> str:
    """Return a comparison as a table."""
    lines = [["地区", "人口", "新たに届く", "届かなくなる", "変わらない"]]
    for name, row in [*((row.name, row) for row in document.districts), ("計", document.total)]:
        counts = (row.population, row.gained, row.lost, row.unchanged)
        lines.append([name, *(f"{count:,}" for count in counts)])
    table = aligned(lines)
    before = document.before.name if document.before else "いまの配置"
    table += ["", f"{before} → {document.after.name}"]
    if document.changed:
        table.append(f"もとになるデータも違います: {'、'.join(document.changed)}")
    if document.not_compared.before or document.not_compared.after:
        apart = document.not_compared
        table.append(f"比べられない人: 前だけ {apart.before:,}人、後だけ {apart.after:,}人")
    return "\n".join(table)
