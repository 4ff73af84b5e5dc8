"""A coverage document as a table for a terminal."""

from __future__ import annotations

from typing import Any

from app.documents.text_table import aligned, minutes_text

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


def _row(district: dict[str, Any], minutes: list[str]) -> list[str]:
    return [
        district["name"],
        f"{district['population']:,}",
        *(f"{district['covered'][value]:,}" for value in minutes),
        minutes_text(district["mean_s"]),
        "あり" if district["has_consultant"] else "なし",
    ]
