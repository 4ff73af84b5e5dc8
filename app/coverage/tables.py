"""A coverage document as a table for a terminal."""

from __future__ import annotations

from typing import Protocol

from app.coverage.schemas import CoverageDocument, DistrictCoverage
from app.documents.text_table import aligned, minutes_text

RANGE_EXPLAINED = "速さの幅: 道の速さが確からしい範囲で最も遅いとき〜最も速いときの人数"
WHOLE_EXPLAINED = "位置も含む幅: 拠点が位置の誤差の中で最も着きにくい所〜着きやすい所にあるときも入れた人数"


def as_table(document: CoverageDocument) -> str:
    """Return a coverage document as a table for a terminal."""
    minutes = [str(value) for value in document.minutes]
    rows = [["地区", "人口", *(f"{value}分以内" for value in minutes), "平均", "相談員"]]
    rows += [_row(district, minutes) for district in document.districts]
    rows.append(["計", f"{document.population:,}", *(f"{document.covered[m]:,}" for m in minutes), "", ""])
    low, high = document.covered_low_by_speed, document.covered_high_by_speed
    rows.append(["速さの幅", "", *(range_text(low[m], high[m]) for m in minutes), "", ""])
    rows.append(["位置も含む幅", "", *(range_of(document, m) for m in minutes), "", ""])
    lines = aligned(rows)
    network = document.network
    unreachable = sum(entry.population for entry in document.unreachable)
    lines.append("")
    lines += [RANGE_EXPLAINED, WHOLE_EXPLAINED]
    lines.append(f"行けない: {unreachable:,}人  道路網: {network.name}({network.date or '年月日不明'})")
    lines.append(f"run {document.run}  profile {document.profile}  fingerprint {document.fingerprint}")
    return "\n".join(lines)


class Ranged(Protocol):
    """What has a range."""

    @property
    def covered_low(self) -> dict[str, int]:
        """Return the fewest people that may be reached."""

    @property
    def covered_high(self) -> dict[str, int]:
        """Return the most people that may be reached."""


def range_of(figures: Ranged, minutes: str) -> str:
    """Return how few and how many people may be reached within the minutes."""
    return range_text(figures.covered_low[minutes], figures.covered_high[minutes])


def range_text(low: int, high: int) -> str:
    """Return two counts as a range."""
    return f"{low:,}〜{high:,}"


def _row(district: DistrictCoverage, minutes: list[str]) -> list[str]:
    return [
        district.name,
        f"{district.population:,}",
        *(f"{district.covered[value]:,}" for value in minutes),
        minutes_text(district.mean_s),
        "あり" if district.has_consultant else "なし",
    ]
