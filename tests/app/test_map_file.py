from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gap_report_attack import found_out
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app import wording
from app.consultants.models import Consultant
from app.consultants.queries import list_postings
from app.coverage.keep_warm import Present, present_coverage
from app.coverage.measure_coverage import measure_coverage
from app.coverage.not_reached import count_not_reached
from app.datasets.models import KINDS as DATASET_KINDS
from app.documents import whole_file
from app.documents.whole_file import write_whole
from app.documents.words import WORDS
from app.errors import InputError, NotReadyError
from app.register.models import KIND_TITLES, Resource
from app.register.queries import list_districts, list_resources
from app.reports.gap_counts import People
from app.reports.public_counts import masks_of
from app.reports.suppression import WIDTH
from app.web import folium_file
from app.web.folium_file import draw_map, read_page_files, write_map
from app.web.map_file_facts import read_facts
from app.web.symbols import symbol
from geo.folium_maps.base_map import behaviour_of
from geo.folium_maps.offline_page import outside_addresses
from geo.roads.profiles import PROFILES

MONDAY = date(2026, 11, 23)
PEOPLE = 28_062
write = partial(write_map, city_name="遠野市", day=MONDAY)


class Words(HTMLParser):
    """The words of a page, scripts and styles left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (the base's form)
        """Note where words are not for people."""
        self.hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        """Note where they are again."""
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self.hidden and data.strip():
            self.words.append(data.strip())


def script_of(page: str) -> str:
    """Return the script that folium wrote."""
    return re.findall(r"<script[^>]*>(.*?)</script>", page, flags=re.DOTALL)[-1]


def facts_of(page: str) -> dict[str, Any]:
    """Return what the script of the map draws and says."""
    call = re.search(r"showPage\(.*?\}, (\{\".*\})\);", script_of(page), flags=re.DOTALL)
    assert call
    facts: dict[str, Any] = json.loads(call[1])
    return facts


def placed_in(page: str, name: str) -> set[Any]:
    """Return who of a kind has a place on the map."""
    return {feature["properties"]["id"] for feature in facts_of(page)[name]["features"]}


@pytest.fixture(scope="module")
def page(bundled_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the file of the bundled city."""
    out = tmp_path_factory.mktemp("map") / "map.html"
    with Session(bundled_engine) as session:
        write(session, out)
    return out.read_text(encoding="utf-8")


# --- what is in it ---------------------------------------------------------------------------------------------------


def test_nothing_in_it_leads_outside(page: str) -> None:
    assert outside_addresses(page) == []
    assert "sourceMappingURL" not in page
    # Unused parts of folium's usual page.
    assert not re.search(r"jquery|bootstrap|glyphicon|awesome", page, re.IGNORECASE)


def test_every_entry_is_named_in_the_list_and_placed_on_the_map(page: str, tono_session: Session) -> None:
    words, placed = Words(page).words, placed_in(page, "places_of_kinds")
    resources = list_resources(tono_session)
    assert len(resources) > 100
    for resource in resources:
        assert resource.name in words
        assert (resource.id in placed) == (resource.location is not None)
    assert placed_in(page, "consultants") == {posting.code for posting in list_postings(tono_session)}
    names = {district.name for district in list_districts(tono_session)}
    assert len(names) == 11
    assert names <= set(words)


def test_every_layer_has_a_switch(tono_session: Session) -> None:
    facts = read_facts(tono_session, profile="car", city_name="遠野市", day=MONDAY)
    drawn = draw_map(facts, read_page_files())
    drawn.get_root().render()
    switches = behaviour_of(drawn).drawn["switches"]
    switches.render()
    overlays = [re.sub("<svg.*?</svg>|<[^>]+>", "", name) for name in switches.overlays]
    numbers = {
        title: sum(item.kind == kind for item in list_resources(tono_session)) for kind, title in KIND_TITLES.items()
    }
    assert overlays == [
        "着くまでの時間の色分け(250 m四方)",
        "丸ごと相談員9",
        *(f"{title}{number}" for title, number in numbers.items()),
    ]
    bases = [re.sub("<[^>]+>", "", name).split()[0] for name in switches.base_layers]
    assert bases == ["表示しない", *(wording.short_base(posting.base) for posting in list_postings(tono_session))]


def test_the_legend_and_the_areas_are_those_of_the_measurement(page: str, tono_session: Session) -> None:
    document = json.loads(measure_coverage(tono_session, profile="car").document)
    facts = facts_of(page)
    assert facts["legend"]["coverage"] == {"profile": document["profile"], "minutes": document["minutes"]}
    for consultant in document["consultants"]:
        areas = facts["areas"][consultant["id"]]["features"]
        assert {area["properties"]["minutes"] for area in areas} == set(document["minutes"])


def test_it_begins_with_who_is_not_reached_worst_first(page: str, tono_session: Session) -> None:
    left = count_not_reached(tono_session, "car")
    (panel,) = re.findall(r'<h2 id="figure-title">.*?<h2 id="list-title">', page, flags=re.DOTALL)
    assert f">{left.by['car-winter'].not_reached['20']:,}<small>人(冬)" in panel
    assert f">{left.by['car'].not_reached['20']:,}<small>人(ふだん)" in panel
    assert f"相談員がいない地区: {'、'.join(left.without_consultant)}" in panel
    told = read_counts(panel)
    for row in left.districts:
        for number, value in ((told[row.name, name], row.by[name].not_reached["20"]) for name in left.profiles):
            assert number in {None, value}
        assert told[row.name, "population"] == row.population
    shown = [number for (name, what), number in told.items() if what == "car-winter" and name]
    said = [number for number in shown if number is not None]
    assert said == sorted(said, reverse=True)


def test_nobody_finds_a_small_count_in_the_file(page: str, tono_session: Session) -> None:
    # No other counts are in it: the squares, the areas and the colours carry none.
    assert not re.search(r'"(population|households|covered\w*|catchment_population)"', page)
    assert not re.findall(r"\d+人・\d+世帯", page)
    told = read_counts(page)
    presents = [present_coverage(tono_session, name, None) for name in ("car-winter", "car")]
    masks = masks_of(presents, 20)
    assert told.keys() == masks.keys()
    people = someone(presents[0])
    lives = presents[0].people.counts > 0
    masks = {key: mask[lives] for key, mask in masks.items()}
    assert all(number in {None, people.population[masks[key]].sum()} for key, number in told.items())
    assert found_out(people, masks, told, WIDTH) == []
    # The same attack finds small counts where none is struck out.
    plain = {key: int(people.population[mask].sum()) for key, mask in masks.items()}
    assert any(0 < number < 10 for number in plain.values())
    assert found_out(people, masks, plain, WIDTH) != []


def read_counts(page: str) -> dict[tuple[str, str], int | None]:
    """Return the numbers of people in the table of districts of the file."""
    found = {}
    (table,) = re.findall(
        r"<table class=\"table\">(?:(?!</table>).)*相談員</th></tr></thead>.*?</table>", page, re.DOTALL
    )
    for row in re.findall(r'<tr><th scope="row">.*?</tr>', table, re.DOTALL):
        name, *cells = (re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row)[:-1])
        for what, value in zip(("car-winter", "car", "population"), cells, strict=False):
            found["" if name == "市全体" else name, what] = None if value == "―" else int(value.replace(",", ""))
    return found


def someone(present: Present) -> People:
    """Return the people of the inhabited squares, for the attack on reports; minutes do not matter here."""
    lives = present.people.counts > 0
    counts = present.people.counts[lives]
    nothing = np.zeros(len(counts))
    return People(counts, [""] * len(counts), nothing, nothing, nothing.astype(np.int64))


def test_each_cell_says_its_minutes_and_nobody_s_number(page: str, tono_session: Session) -> None:
    run = measure_coverage(tono_session, profile="car")
    texts = re.findall(r'"text": "([^"]*250 m四方[^"]*)"', script_of(page).replace('\\"', "'"))
    assert len(texts) == len(run.cells)
    for text, cell in zip(texts, run.cells, strict=True):
        assert cell.travel_time_s is not None
        assert f"{-(-cell.travel_time_s // 60):.0f}分" in text


def test_what_is_sure_and_what_is_not_is_said(page: str) -> None:
    words = "".join(Words(page).words)
    for told in (
        "概略図の道路です。",
        "数字の出どころ",
        "2015年国勢調査の人口、2017年10月の道路の概略図、ふだんの速度",
        "令和8年11月23日(月)の内容",
        "デモのために作った架空の登録",
        "場所は公表されていません",
    ):
        assert told in words, told
    script = script_of(page)
    for told in (
        "© OpenStreetMap contributors、国勢調査",
        "デモ: 実在しない見本です",
        "仮定: 実際の配置は公表されていません",
        "地図の位置は最大約500 mずれます",
    ):
        assert told in script, told


def test_the_next_day_is_counted_from_the_day_of_the_file(tono_session: Session, tmp_path: Path) -> None:
    salon = tono_session.scalars(select(Resource).where(Resource.name.contains("ちょボラ"))).one()
    weekly = next(item for item in salon.schedules if "FREQ=WEEKLY" in item.rrule and "BYDAY=MO" in item.rrule)
    pages = []
    for day in (MONDAY, date(2026, 11, 24)):
        write(tono_session, tmp_path / "map.html", day=day)
        pages.append(script_of((tmp_path / "map.html").read_text(encoding="utf-8")))
    assert weekly.title in pages[0]
    assert ["次回 11月23日(月)" in page for page in pages] == [True, False]
    assert ["次回 11月30日(月)" in page for page in pages] == [False, True]


def test_the_same_day_gives_the_same_bytes(page: str, tono_session: Session, tmp_path: Path) -> None:
    write(tono_session, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(("profile", "words"), [("car-winter", "車(冬の道)(仮定)"), ("walk", "徒歩(仮定)")])
def test_assumed_speeds_are_called_so(tono_session: Session, tmp_path: Path, profile: str, words: str) -> None:
    write(tono_session, tmp_path / "map.html", profile=profile)
    told = Words((tmp_path / "map.html").read_text(encoding="utf-8")).words
    assert words in told
    assert any("歩いて" in text for text in told) == (profile == "walk")


def test_what_people_typed_stays_text(tono_session: Session, tmp_path: Path) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    first = tono_session.scalars(select(Resource).where(Resource.location.is_not(None)).limit(1)).one()
    unplaced = tono_session.scalars(select(Resource).where(Resource.location.is_(None)).limit(1)).one()
    first.name = first.description = unplaced.name = unplaced.description = hostile
    tono_session.flush()
    write(tono_session, tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert Words(page).words.count(hostile) >= 3


def test_a_city_without_consultants_is_shown_without_areas(tono_session: Session, tmp_path: Path) -> None:
    tono_session.execute(delete(Consultant))
    tono_session.expire_all()
    write(tono_session, tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert f">{PEOPLE:,}<small>人(冬)" in page
    assert 'id="areas"' not in page


def test_tiles_only_where_they_are_asked_for(tono_session: Session, tmp_path: Path, page: str) -> None:
    assert "gsi.go.jp" not in page
    write(tono_session, tmp_path / "map.html", gsi_tiles=True)
    with_tiles = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert outside_addresses(with_tiles) == []
    assert "img-src data: https://cyberjapandata.gsi.go.jp;" in with_tiles


# --- how it is written -----------------------------------------------------------------------------------------------


def test_the_command_writes_the_file(tono: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "地図 1.html"
    tono("map", out).assert_done()
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["missing/map.html"], "folder"),
        (["there"], "not a file"),
        (["map.html", "--profile", "plane"], "plane"),
        (["map.html/map.html"], "folder"),
        (["pipe"], "not a file"),
        (["x" * 300], "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_in_one_sentence(
    tono: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "map.html").write_text("old")
    tono("map", *words).assert_refused(told)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["map.html", "pipe", "there"]
    assert (tmp_path / "map.html").read_text() == "old"


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(("number", "told"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, os.strerror(errno.EIO))])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, told: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(whole_file.os, step, fail)
    out = tmp_path / "map.html"
    out.write_text("old")
    with pytest.raises(InputError, match=told):
        write_whole(out, b"new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("map.html", "old")]


def test_a_link_stays_a_link_to_the_file(tono: Callable[..., Any], tmp_path: Path) -> None:
    real, link = tmp_path / "real.html", tmp_path / "link.html"
    real.write_text("old")
    link.symlink_to(real)
    tono("map", link).assert_done()
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_others_may_read_the_file_as_far_as_the_mask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "map.html", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "map.html").stat().st_mode) == 0o640


def test_without_data_it_says_what_to_do(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="tono"):
        write(session, tmp_path / "map.html")
    assert list(tmp_path.iterdir()) == []


def test_without_leaflet_it_says_what_to_do(
    tono_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folium_file, "LEAFLET", tmp_path)
    with pytest.raises(NotReadyError, match=r"pages is missing.*`make run`"):
        write(tono_session, tmp_path / "map.html")
    assert list(tmp_path.iterdir()) == []


# --- the same words and signs as the page ----------------------------------------------------------------------------

FIRST_AND_LAST_DAYS = ("2019-05-01", "2019-04-30", "1989-01-08", "1989-01-07", "1926-12-25", "1926-12-24")
SAID: dict[str, list[list[Any]]] = {
    "count": [[0], [999], [1234567], [0.5], [1.5], [2.5]],
    "percent": [[0, 0], [0, 5], [5, 5], [1, 100000], [99999, 100000], [1, 3], [1, 80], [3, 80]],
    "minutes": [[None], [0], [1], [60], [60.1], [3600]],
    "dateText": [["2026-11-23"], *([day] for day in FIRST_AND_LAST_DAYS), ["2017-10"], [""], [None], ["平成29年"]],
    "accuracyText": [[None], [30], [999], [1000], [2200], [5850]],
    "meansText": [["car"], ["walk"], ["car-winter"]],
    "speedText": [["car"], ["car-winter"], ["walk"], ["boat"]],
    "shortBase": [["遠野地区センター"], ["センター"], ["市民センター"], ["宮守地区"], ["センター前"]],
}
OURS: dict[str, Callable[..., str]] = {
    "count": wording.count,
    "percent": wording.percent,
    "minutes": wording.minutes,
    "dateText": wording.date_text,
    "accuracyText": wording.accuracy_text,
    "meansText": wording.means_text,
    "speedText": lambda profile: wording.SPEEDS.get(profile, profile),
    "shortBase": wording.short_base,
}
SCRIPT = """
import * as strings from {file};
const said = Object.entries({cases}).map(([name, all]) => [name, all.map((values) => strings[name](...values))]);
console.log(JSON.stringify({{ said: Object.fromEntries(said), words: strings.WORDS }}));
"""


@pytest.fixture(scope="module")
def spoken(root: Path) -> dict[str, Any]:
    """Return what the script of the page says to the same questions."""
    node = shutil.which("node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert node, "node comes with the development packages"
    file = (root / "app" / "web" / "static" / "js" / "kit" / "words.js").as_uri()
    before = (root / "tests" / "js" / "page.mjs").as_uri()
    script = SCRIPT.format(file=json.dumps(file), cases=json.dumps(SAID))
    done = subprocess.run(
        [node, "--import", before, "--input-type=module", "--no-warnings", "-e", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("name", SAID)
def test_words_are_those_of_the_page(spoken: dict[str, Any], name: str) -> None:
    assert [OURS[name](*values) for values in SAID[name]] == spoken["said"][name]


def test_words_come_from_one_file(spoken: dict[str, Any], page: str, root: Path) -> None:
    words = json.loads((root / "app" / "documents" / "words.json").read_text(encoding="utf-8"))
    assert spoken["words"] == WORDS == words
    carried = re.search(r'<script type="application/json" id="words">(.*?)</script>', page)
    assert carried
    assert json.loads(carried[1]) == words
    assert list(KIND_TITLES) == [item["kind"] for item in words["kinds"]]
    assert set(words["profiles"]) == set(PROFILES)
    assert set(words["datasets"]) == set(DATASET_KINDS)


def test_marks_are_drawn_as_on_the_page(root: Path) -> None:
    assert [re.sub("<[^>]+>", "", symbol(kind)) for kind in KIND_TITLES] == ["拠", "相", "サ", "通", "子", "見", ""]
    assert 'href="#consultant"' in symbol("consultant")
    web = root / "app" / "web" / "static"
    shapes = set(re.findall(r'<symbol id="(\w+)"', (web / "symbols.svg").read_text(encoding="utf-8")))
    assert {*KIND_TITLES, "consultant", "several"} <= shapes
