"""Use case: a wish → the one-page report for the city council as PDF, HTML page or workbook, whole or not at all.

For a command, one call: ``write_gap_report(session, wish, Path("report.pdf"), city_name=…)``.
For a page: ``report = build_gap_report(session, wish, city_name=…, gaps=stored document)``, then
``render_gap_report(report, ".pdf")`` gives the bytes to send as ``MEDIA_TYPES[".pdf"]``.
The same inputs give the same bytes; nothing is read from the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from app.documents.whole_file import check_target, write_whole
from app.errors import InputError
from app.reports.gap_report import GapReport, build_gap_report
from app.siting.propose_sites import Wish

__all__ = ["MEDIA_TYPES", "GapReport", "build_gap_report", "check_ending", "render_gap_report", "write_gap_report"]

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_gap_report(
    session: Session, wish: Wish, out: Path, *, city_name: str, printed_on: date | None = None
) -> GapReport:
    """Write the report in the form that the file's ending names; a date stands on it only if one is given."""
    ending = check_ending(out)
    target = check_target(out)
    report = build_gap_report(session, wish, city_name=city_name, printed_on=printed_on)
    write_whole(target, render_gap_report(report, ending))
    return report


def check_ending(out: Path) -> str:
    """Return the ending of a report's name, or refuse it in one sentence."""
    ending = out.suffix.lower()
    if ending not in MEDIA_TYPES:
        raise InputError(
            f"The report is written as .pdf, .html or .xlsx; got {out.name}.",
            detail="報告書は .pdf、.html、.xlsx のどれかで作ります。",
        )
    return ending


def render_gap_report(report: GapReport, ending: str) -> bytes:
    """Return the report in the form of an ending of `MEDIA_TYPES`."""
    return _renderer(ending)(report)


def _renderer(ending: str) -> Callable[[GapReport], bytes]:
    """Return what makes a form; the libraries behind it are loaded only when it is asked for."""
    if ending == ".xlsx":
        from app.reports.gap_report_workbook import render_workbook  # noqa: PLC0415

        return render_workbook
    from app.reports.gap_report_page import render_page, render_pdf  # noqa: PLC0415

    return render_pdf if ending == ".pdf" else render_page
