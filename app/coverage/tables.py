"""A coverage document as a table for a terminal."""

from __future__ import annotations

from typing import Any

from app.documents.text_table import aligned, minutes_text

RANGE_EXPLAINED = "速さの幅: 道の速さが確からしい範囲で最も遅いとき〜最も速いときの人数"
WHOLE_EXPLAINED = "位置も含む幅: 拠点が位置の誤差の中で最も届きにくい所〜届きやすい所にあるときも入れた人数"


def as_table(document: dict[str, Any]) -> str:
    """Return a coverage document as a table for a terminal."""
    minutes = [str(value) for value in document["minutes"]]
    rows = [["地区", "人口", *(f"{value}分以内" for value in minutes), "平均", "相談員"]]
    rows += [_row(district, minutes) for district in document["districts"]]
    rows.append(["計", f"{document['population']:,}", *(f"{document['covered'][m]:,}" for m in minutes), "", ""])
    rows.append(["速さの幅", "", *(range_of(document, m, "_by_speed") for m in minutes), "", ""])
    rows.append(["位置も含む幅", "", *(range_of(document, m) for m in minutes), "", ""])
    lines = aligned(rows)
    network = document["network"]
    unreachable = sum(entry["population"] for entry in document["unreachable"])
    lines.append("")
    lines += [RANGE_EXPLAINED, WHOLE_EXPLAINED]
    lines.append(f"到達できない: {unreachable:,}人  道路網: {network['name']}({network['date'] or '年月日不明'})")
    lines.append(f"run {document['run']}  profile {document['profile']}  fingerprint {document['fingerprint']}")
    return "\n".join(lines)


def range_of(document: dict[str, Any], minutes: str, of: str = "") -> str:
    """Return how few and how many people are reached within the minutes, in all or by one of the reasons."""
    return f"{document[f'covered_low{of}'][minutes]:,}〜{document[f'covered_high{of}'][minutes]:,}"


def _row(district: dict[str, Any], minutes: list[str]) -> list[str]:
    return [
        district["name"],
        f"{district['population']:,}",
        *(f"{district['covered'][value]:,}" for value in minutes),
        minutes_text(district["mean_s"]),
        "あり" if district["has_consultant"] else "なし",
    ]
