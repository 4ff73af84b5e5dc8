"""The Japanese sentences of the report on gaps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from app import wording
from app.coverage.figures import NO_DISTRICT
from app.coverage.not_reached import beside_of
from app.datasets.models import Dataset
from app.reports.gap_counts import COLUMNS
from app.reports.gap_report import GapReport
from app.siting.schemas import Offers
from app.siting.tables import STATUS_TITLES
from geo.roads.profiles import PROFILES

COLUMN_TITLES = {
    "population": "人口",
    "now": "今",
    "after": "増員後",
    "gain": "増える人",
    "left": "残る人",
}
BEST = {
    "cover": "{minutes}分以内の人が最も多くなる",
    "mean": "着くまでの時間の平均が最も短くなる",
    "worst": "最も遠い人が最も近くなる",
}
CANDIDATES = {"centres": "相談員のいない地区センター", "facilities": "公共の施設", "settlements": "すべての集落"}
NOTE = "「―」は、10人に満たない数と、引き算でその数が分かってしまう数です。0人はそのまま書いています。"


def short_site(name: str) -> str:
    """Return the name of a place without the words that all centres share."""
    return wording.short_base(name)


def title(report: GapReport) -> str:
    """Return what the report is called."""
    return f"{report.city_name} 丸ごと相談員を次にどこへ置くか"


def means(report: GapReport) -> str:
    """Return how and how long people are reached, such as 車で20分以内."""
    return f"{wording.means_text(report.wish.profile)}{report.wish.minutes}分以内"


def profile(report: GapReport) -> str:
    """Return the way of travelling, marked where its speeds are assumed."""
    name = report.wish.profile
    return wording.PROFILE_TITLES[name] + ("(仮定)" if PROFILES[name].is_assumption else "")


def percent(part: int | None, whole: int | None) -> str:
    """Return a share, or nothing where one of both stays unsaid."""
    return "" if part is None or whole is None else wording.percent(part, whole)


def lead(report: GapReport) -> str:
    """Return which places come in which order, and how sure that is."""
    gaps = report.gaps
    order = [f"{gaps.consultants + rung.k}人目は{rung.sites[-1].name}" for rung in gaps.ladder[:4]]
    more = len(gaps.ladder) - len(order)
    named = "、".join(order) + (f"、ほか{more}か所" if more > 0 else "")
    best = BEST[gaps.objective].format(minutes=gaps.minutes)
    return f"{named}に置くと、{best}並びになります。{STATUS_TITLES[gaps.status]}"


def ties(report: GapReport) -> str:
    """Return how many other choices are as good, or nothing."""
    others = {
        rung.k: f"{len(rung.ties)}通り{'' if rung.ties_complete else '以上'}"
        for rung in report.gaps.ladder
        if rung.ties
    }
    if not others:
        return ""
    told = "、".join(f"{number}か所では{words}" for number, words in others.items())
    return f"同じ効果の選び方がほかにもあります({told})。"


def remaining(report: GapReport) -> str:
    """Return what would do for everyone, or nothing where everyone is reached."""
    sentences = []
    for why in report.gaps.why_infeasible:
        if why.kind == "unreachable":
            sentences.append(f"どの拠点からも{no_way(report)}場所が{len(why.places)}地点あります(250 m四方)。")
        else:
            sentences.append(_offered(why.offers))
    return "".join(sentences)


def _offered(offers: Offers) -> str:
    ways = {"minutes": "{}分以内まで広げる", "add": "{}か所増やす"}
    known = {name: getattr(offers, name) for name in ways}
    told = [ways[name].format(value) for name, value in known.items() if value is not None]
    return f"道のつながる全員に着けるのは、{'か、'.join(told)}ときです。" if told else ""


def class_titles(edges: Sequence[int]) -> list[str]:
    """Return the names of the classes of minutes."""
    return [
        f"{edges[0]}分以内",
        *(f"{low}〜{high}分" for low, high in itertools.pairwise(edges)),
        f"{edges[-1]}分超",
        "行けない",
    ]


def posts(report: GapReport, district: str) -> str:
    """Return whether a district has a post, or gets one."""
    return {"now": "いる", "after": "増やす"}.get(report.staffed.get(district, ""), "いない")


def row(report: GapReport, *key: str) -> list[int | None]:
    """Return the numbers of a row of the table."""
    return [report.counts.of(*key, name) for name in COLUMNS]


def no_way(report: GapReport) -> str:
    """Return what is said of whom nobody gets to at all."""
    return wording.no_way_text(report.wish.profile)


def without_post(report: GapReport) -> str:
    """Return the districts in which no consultant sits today."""
    names = [name for name in report.counts.districts if name != NO_DISTRICT and report.staffed.get(name) != "now"]
    return f"相談員がいない地区: {'、'.join(names) or 'ありません'}。"


def roads(report: GapReport) -> tuple[str, str]:
    """Return the one word for the roads of the report and for those beside them, empty where there are none."""
    beside = beside_of(report.wish.profile)
    return wording.road_text(report.wish.profile), wording.road_text(beside) if beside else ""


def basis(report: GapReport) -> str:
    """Return what the figures are of, when, and how sure."""
    return wording.basis_text(report.sources, report.network, report.wish.profile)


def source(dataset: Dataset) -> str:
    """Return where a part of the data comes from and what day it speaks of."""
    day = f"({dataset.as_of.isoformat()})" if dataset.as_of else ""
    return f"{wording.DATASETS[dataset.kind]}: {dataset.source}{day}"


def changes(report: GapReport) -> list[str]:
    """Return how the city stands beside the last stored measurement."""
    before, now = report.before, report.counts.of("city", "now")
    if before is None:
        return ["くらべられる前回の計算はありません。"]
    day = re.sub(r"\(.\)$", "", wording.date_text(before.day.isoformat()))
    changed = f"前回({day}の計算)から変わったもの: {'、'.join(before.changed)}。"
    return [changed, f"{means(report)}の人は、{_change(before.covered, now)}。", *_posts_changed(report)]


def _change(before: int | None, now: int | None) -> str:
    if before is None or now is None:
        return "増減が10人に満たないか、書けない数です(―)"
    if before == now:
        return f"前回と同じ{now:,}人です"
    return f"{before:,}人から{now:,}人に{abs(now - before):,}人{'増え' if now > before else '減り'}ました"


def _posts_changed(report: GapReport) -> list[str]:
    before, now = report.before, report.gaps.consultants
    if before is None or before.consultants == now:
        return []
    return [f"相談員は{before.consultants}人から{now}人になりました。"]


def assumptions(report: GapReport) -> list[str]:
    """Return what is assumed or for show only."""
    found = []
    if report.assumed_posts:
        found.append("仮定: 相談員の今の配置は公表されていないため、仮に置いています。")
    if PROFILES[report.wish.profile].is_assumption:
        found.append(f"仮定: {wording.SPEEDS[report.wish.profile].removesuffix('(仮定)')}は市の実測ではありません。")
    if report.network.is_schematic:
        found.append("デモ: 道路は概略図で、実際の道ではありません。")
    if any(source.is_demo or (source.is_schematic and source.kind != "roads") for source in report.sources):
        found.append("デモ: 見本のために作った境界や位置を含みます。")
    return found
