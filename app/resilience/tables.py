"""The documents of resilience as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.text_table import aligned, minutes_text
from app.resilience.schemas import BackupDocument, CriticalRoadsDocument, Detour, PeopleOfDistrict, ResilienceHead


def backup_as_table(document: BackupDocument) -> str:
    """Return who loses cover with each consultant as a table."""
    minutes = document.minutes
    rows = [["休む相談員の拠点", f"{minutes}分以内でなくなる人", "次に近い相談員", "着くまで(平均)", "多い地区"]]
    rows += [
        [
            row.base,
            f"{row.loses_cover:,}",
            row.next[0].base if row.next else "",
            minutes_text(row.mean_s),
            _districts(row.districts),
        ]
        for row in document.consultants
    ]
    lines = aligned(rows)
    lines += [
        "",
        f"{minutes}分以内に1人が着ける: {document.covered:,}人、2人が着ける: {document.covered_twice:,}人",
    ]
    return "\n".join([*lines, _foot(document)])


def roads_as_table(document: CriticalRoadsDocument) -> str:
    """Return the worst roads as a table."""
    rows = [["道", "地区", f"{document.minutes}分以内でなくなる人", "道沿いの人", "う回路", "人の多い地区"]]
    rows += [
        [
            row.title,
            row.district,
            f"{row.population:,}",
            f"{row.population_on_it:,}",
            _way_round(row.detour),
            _districts(row.districts),
        ]
        for row in document.worst
    ]
    counted = (
        f"調べた道 {document.edges:,}本、切れると誰かが{document.minutes}分以内でなくなる道 "
        f"{document.edges_with_loss:,}本、つないで{document.segments:,}区間({document.roads:,}路線)"
    )
    return "\n".join([*aligned(rows), "", counted, _foot(document)])


def _foot(document: ResilienceHead) -> str:
    return f"run {document.run}  profile {document.profile}  fingerprint {document.fingerprint}"


def _way_round(detour: Detour | None) -> str:
    return f"{minutes_text(detour.seconds)}・{detour.length_m / 1000:,.1f} km" if detour else "なし"


def _districts(rows: Sequence[PeopleOfDistrict]) -> str:
    return "、".join(f"{row.name} {row.population:,}" for row in rows[:2])
