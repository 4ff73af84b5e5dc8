"""The report as one HTML page without any request, and as PDF made from it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app import wording
from app.errors import NotReadyError
from app.reports import gap_report_words as words
from app.reports.charts import UNSAID, Bar, Look, draw_bars
from app.reports.gap_report import GapReport
from app.reports.map_picture import draw_map
from app.reports.paper import font, palette

TEMPLATES = Path(__file__).parent / "templates"
MAP = (108.0, 87.0)
CHART = 68.0
# More posts than this are in the workbook; here they would leave no room.
MOST_POSTS = 5
POST_ROW = 4.8
CLASS_ROW = 7.6
LEAST_CLASS_ROW = 6.1
CHARTS_HEIGHT = 74.0


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; what people typed is escaped in each of them."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"date_text": wording.date_text, "minutes": wording.minutes, "people": _people}
    return environment


def render_page(report: GapReport) -> bytes:
    """Return the report as HTML."""
    return _html(report, "gap_report.css", "gap_report_screen.css").encode()


def render_pdf(report: GapReport) -> bytes:
    """Return the report as PDF for all readers (PDF/UA), dated with its data, its letters within."""
    try:
        from weasyprint import HTML  # noqa: PLC0415  (a second to import; the page does without it)
    except OSError as error:
        raise NotReadyError(
            "The libraries that set letters on paper are missing. Install them: `make run`, or "
            "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk`.",
            detail="PDFを作る部品が入っていません。",
        ) from error
    document = HTML(string=_html(report, "gap_report.css"), url_fetcher=_refuse)
    found: bytes = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=bytes.fromhex(report.gaps.fingerprint)[:16]
    )
    return found


def _refuse(address: str, *_: object, **__: object) -> dict[str, Any]:
    """Refuse every address: all that the page needs is in it."""
    raise ValueError(f"The report asks for {address}.")


def _html(report: GapReport, *sheets: str) -> str:
    styles = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in sheets)
    tokens = "".join(f"--{name}:{value};" for name, value in palette().items())
    return (
        templates()
        .get_template("gap_report.html")
        .render(
            report=report,
            gaps=report.gaps,
            counts=report.counts,
            words=words,
            styles=Markup(f":root{{{tokens}--font:{font()}}}{styles}"),  # noqa: S704  (our own files)
            map=Markup(_map(report)),  # noqa: S704  (escaped where it is written)
            gains=Markup(_gains(report)),  # noqa: S704
            classes=Markup(_classes(report)),  # noqa: S704
            credit=wording.credit(report.sources, report.network),
            most_posts=MOST_POSTS,
        )
    )


def _people(value: int | None) -> str:
    return UNSAID if value is None else wording.count(value)


def _map(report: GapReport) -> str:
    new = [place for place in report.ground.places if place.number is not None]
    names = "、".join(f"{place.number} {place.name}" for place in new)
    title = f"地図。今の拠点と、増やす場所: {names}。地区ごとの人数は下の表にあります。"
    return draw_map(report.ground, MAP, title, wording.credit(report.sources, report.network))


def _gains(report: GapReport) -> str:
    bars = [
        Bar(f"{rung.k} {words.short_site(rung.sites[-1].name)}", [report.counts.of("step", rung.k, "gain")])
        for rung in report.gaps.ladder[:MOST_POSTS]
    ]
    told = "、".join(f"{bar.title} {_people(bar.values[0])}人" for bar in bars)
    return draw_bars(bars, Look(CHART, POST_ROW, ["gained"], "＋"), f"1か所ごとに増える人数。{told}。")


def _classes(report: GapReport) -> str:
    counts = report.counts
    bars = [
        Bar(title, [counts.of("class", place, "now"), counts.of("class", place, "after")])
        for place, title in enumerate(words.class_titles(counts.edges))
    ]
    told = "、".join(f"{bar.title} {_people(bar.values[0])}人から{_people(bar.values[1])}人" for bar in bars)
    left = CHARTS_HEIGHT - POST_ROW * min(len(report.gaps.ladder), MOST_POSTS)
    row = max(min(CLASS_ROW, left / len(bars)), LEAST_CLASS_ROW)
    look = Look(CHART, row, ["covered", "gained"])
    return draw_bars(bars, look, f"相談員が着くまでの時間ごとの人数。{told}。")
