"""The document of gaps as a table for a terminal."""

from __future__ import annotations

from app.documents.text_table import aligned, minutes_text
from app.documents.words import WORDS
from app.siting.schemas import GapsDocument, Rung

GAIN_TITLES = {"cover": "増える人数", "mean": "減る延べ時間", "worst": "最も遠い人の短縮"}
STATUS_TITLES: dict[str, str] = WORDS["statuses"]


def gaps_as_table(document: GapsDocument) -> str:
    """Return a document of gaps as a table for a terminal."""
    minutes = document.minutes
    gain = GAIN_TITLES[document.objective]
    rows = [["相談員", f"{minutes}分以内の人数", "平均", gain, "同点", "追加する場所"]]
    rows.append(
        [f"{document.consultants}人", f"{document.now.covered:,}", minutes_text(document.now.mean_s), "", "", ""]
    )
    rows += [_rung(rung, document) for rung in document.ladder]
    lines = [*aligned(rows), "", STATUS_TITLES[document.status]]
    lines += [f"{len(why.places)}地点: {why.text}" for why in document.why_infeasible]
    lines.append(f"profile {document.profile}  fingerprint {document.fingerprint}")
    return "\n".join(lines)


def _rung(rung: Rung, document: GapsDocument) -> list[str]:
    return [
        f"{document.consultants + rung.k}人",
        f"{rung.covered:,}",
        minutes_text(rung.mean_s),
        "" if rung.gain is None else _gain(rung.gain, document.objective),
        f"{len(rung.ties)}{'' if rung.ties_complete else '以上'}",
        rung.sites[-1].name,
    ]


def _gain(gain: float, objective: str) -> str:
    return f"{gain:,.0f}人" if objective == "cover" else f"{gain / 60:,.0f}分"
