"""Files of closures as offices and the ministry write them, and broken ones: read, or refused in a sentence."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from closure_files import write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.roads.read_closures import ClosureRow, Refused, read_closures
from app.roads.read_restriction import Assumed
from app.roads.restriction_words import Effect

JST = ZoneInfo("Asia/Tokyo")
LINE = {"type": "LineString", "coordinates": [[141.5, 39.3], [141.6, 39.3]]}
WINTER = "2026年12月1日〜2027年3月31日"


def ministry(path: Path, *features: Any, period: str = WINTER, **more: Any) -> tuple[list[ClosureRow], list[Refused]]:
    """Read a GeoJSON of properties, each with a line, or of whole features."""
    whole = [
        each if "geometry" in each else {"type": "Feature", "properties": {"路線名": "試験線"} | each, "geometry": LINE}
        for each in features
    ]
    path = path / "dourokisei.geojson"
    text = json.dumps({"type": "FeatureCollection", "features": whole} | more)
    path.write_text(text, encoding="utf-8")
    rows, refused, _ = read_closures(path, Assumed(period=period))
    return rows, refused


def jst(text: str) -> datetime:
    """Return a moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


# --- the ministry's keys ---------------------------------------------------------------------------------------------


def test_the_ministry_says_when_it_begins_changes_and_ends(tmp_path: Path) -> None:
    shut = {"規制開始_日時": "2026/12/2 10:00頃", "規制開始_内容": "全面通行止"}
    rows, refused = ministry(
        tmp_path,
        shut,
        shut | {"規制終了_日時": "2026/12/5 9:00", "規制終了_内容": "通行止め解除"},
        shut | {"規制変更_日時": "2026/12/3 17:00", "規制変更_内容": "片側交互通行"},
        shut | {"規制終了_内容": "解除"},
        shut | {"規制変更_内容": "片側交互通行"},
        {"規制開始_日時": "2026/12/2 10:00", "規制開始_内容": "片側交互通行"}
        | {"規制変更_日時": "2026/12/4 8:00", "規制変更_内容": "全面通行止"},
        shut | {"対象車両": "大型車"},
        {"規制開始_日時": "2026/12/2 10:00", "規制種別": "大型車通行止"},
        shut | {"規制方向": "上り"},
    )
    assert refused == []
    ends = [(row.period.valid_from, row.period.valid_to) for row in rows if row.effect is Effect.CLOSED]
    late = jst("2027-03-31T23:59:59.999999")
    assert ends == [
        (jst("2026-12-02T10:00"), late),
        (jst("2026-12-02T10:00"), jst("2026-12-05T09:00")),
        (jst("2026-12-02T10:00"), jst("2026-12-03T17:00")),
        (jst("2026-12-04T08:00"), late),
    ]
    assert [row.is_open for row in rows] == [False, False, False, True, True, False, True, True, False]
    assert rows[-1].effect is Effect.ONE_DIRECTION
    assert [rows[n].texts["content"] for n in (2, 6)] == ["全面通行止 → 片側交互通行", "全面通行止(大型車)"]


def test_a_row_with_one_end_takes_the_other_from_the_period_for_all(tmp_path: Path) -> None:
    shut = {"規制開始_日時": "2026/12/2 10:00", "規制開始_内容": "全面通行止"}
    rows, _ = ministry(tmp_path, shut)
    assert f"no end given: taken from {WINTER}" in rows[0].notes
    for period in ("", "12月1日〜3月31日"):
        rows, refused = ministry(tmp_path, shut, period=period)
        assert (rows, len(refused)) == ([], 1)
        assert "it has no end: write it (from, to; 開始日時, 終了日時" in refused[0].why
    rows, refused = ministry(tmp_path, {"規制開始_日時": "2027/4/2", "規制開始_内容": "全面通行止"})
    assert "before it begins" in refused[0].why


@pytest.mark.parametrize(
    ("columns", "first", "last", "daily"),
    [
        ({"開始日": "2026/12/1", "終了日": "2026/12/10"}, "2026-12-01T00:00", "2026-12-10T23:59:59.999999", ""),
        ({"開始日": "46357", "終了日": "46366"}, "2026-12-01T00:00", "2026-12-10T23:59:59.999999", ""),
        (
            {"開始日時": "2026-12-01 0:00:00", "終了日時": "2026-12-10 00:00:00"},
            *("2026-12-01T00:00", "2026-12-10T23:59:59.999999", ""),
        ),
        (
            {"開始日": "R8.12.1", "終了日": "R8.12.10", "時間帯": "22:00〜翌5:00"},
            *("2026-12-01T22:00", "2026-12-11T05:00", "22:00 05:00"),
        ),
        (
            {"開始日": "R8.12.1", "終了日": "R8.12.10", "時間帯": "終日"},
            "2026-12-01T00:00",
            "2026-12-10T23:59:59.999999",
            "",
        ),
        (
            {"開始日": "R8.12.1", "終了日": "R8.12.1", "開始時刻": "9:00", "終了時刻": "17:00"},
            "2026-12-01T09:00",
            "2026-12-01T17:00",
            "",
        ),
        ({"期間": "R8.12.1〜R8.12.10 9:00〜17:00"}, "2026-12-01T09:00", "2026-12-10T17:00", "09:00 17:00"),
        (
            {"期間": "R8.12.1〜R8.12.10", "内容": "全面通行止(9:00〜17:00)"},
            *("2026-12-01T09:00", "2026-12-10T17:00", "09:00 17:00"),
        ),
    ],
)
def test_days_and_hours_in_columns_of_their_own(
    tmp_path: Path, columns: dict[str, str], first: str, last: str, daily: str
) -> None:
    rows, refused, unused = read_closures(write(tmp_path / "a.csv", [{"路線名": "市道"} | columns]), Assumed())
    assert (refused, unused) == ([], [])
    period = rows[0].period
    assert (period.valid_from, period.valid_to) == (jst(first), jst(last))
    assert f"{period.daily_from} {period.daily_to}".strip() == daily


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"開始日": "R8.12.1", "終了日": "R8.12.10", "開始時刻": "9:00", "終了時刻": "17:00"}, "over several days"),
        ({"開始日": "R8.12.1"}, "it has no end"),
        ({"開始日": "12/1/2026", "終了日": "2026/12/10"}, "whether the day or the month comes first"),
        ({"開始日": "2026/12/1", "終了日": "当面の間"}, "has no end"),
        ({"開始日": "2026/12/1", "終了日": "未定"}, "has no end"),
        ({"期間": WINTER, "内容": "夜間全面通行止"}, "at some hours only; write them"),
        ({"期間": WINTER, "内容": "全面通行止", "規制種別": "片側交互通行"}, "lets cars pass"),
        ({"期間": WINTER, "内容": "交通規制"}, "does not say whether cars may pass"),
        ({"期間": WINTER, "開始日": "2026/12/1"}, "both a period with years and from or to"),
    ],
)
def test_what_does_not_say_when_is_refused(tmp_path: Path, columns: dict[str, str], words: str) -> None:
    rows, refused, _ = read_closures(write(tmp_path / "a.csv", [{"路線名": "市道"} | columns]), Assumed())
    assert (rows, len(refused)) == ([], 1)
    assert words in refused[0].why


def test_the_length_of_the_ministry_is_in_kilometres(tmp_path: Path) -> None:
    rows, _ = ministry(tmp_path, {"延長_Km": 1.5, "迂回路内容": "国道340号", "始点住所": "甲", "終点住所": "乙"})
    assert (rows[0].length_m, rows[0].texts["detour"], rows[0].texts["place"]) == (1500, "国道340号", "甲〜乙")


# --- what is no file of closures -------------------------------------------------------------------------------------

BROKEN_FEATURES: dict[str, tuple[Any, str]] = {
    "no feature": ({"geometry": None, "properties": [1]}, "its properties are no object"),
    "text for properties": ({"geometry": None, "properties": "text"}, "its properties are no object"),
    "objects in objects": ({"geometry": LINE, "properties": {"路線名": {"a": {"b": 1}}}}, "nested too deeply"),
    "lone surrogate": ({"路線名": "\ud800"}, "a sign that is none"),
    "NUL": ({"路線名": "a\x00b"}, "a sign that is none"),
    "curve": (
        {
            "geometry": {"type": "CircularString", "coordinates": [[141, 39], [142, 39], [142, 40]]},
            "properties": {"路線名": "a"},
        },
        "cannot be read",
    ),
    "area": (
        {
            "geometry": {"type": "Polygon", "coordinates": [[[141, 39], [142, 39], [142, 40], [141, 39]]]},
            "properties": {"路線名": "a"},
        },
        "is a Polygon",
    ),
    "far out": (
        {"geometry": {"type": "LineString", "coordinates": [[1e300, 39], [141, 39]]}, "properties": {"路線名": "a"}},
        "no place in degrees",
    ),
    "metres": (
        {
            "geometry": {"type": "LineString", "coordinates": [[35760, -69080], [35755, -69079]]},
            "properties": {"路線名": "a"},
        },
        "no place in degrees",
    ),
    "no length": (
        {"geometry": {"type": "LineString", "coordinates": [[141, 39], [141, 39]]}, "properties": {"路線名": "a"}},
        "no length",
    ),
    "one point of a line": (
        {"geometry": {"type": "LineString", "coordinates": [[141, 39]]}, "properties": {"路線名": "a"}},
        "cannot be read",
    ),
    "words for numbers": (
        {"geometry": {"type": "LineString", "coordinates": [["a", "b"], ["c", "d"]]}, "properties": {"路線名": "a"}},
        "cannot be read",
    ),
    "geometry of no kind": ({"geometry": [1, 2], "properties": {"路線名": "a"}}, "cannot be read"),
    "26 hours from Greenwich": ({"period": "2026-12-01T00:00+26:00〜2026-12-05T00:00+26:00"}, "cannot be read"),
    "a long number": ({"edges": "9" * 5000}, "no numbers of edges"),
    "a long length": ({"length_m": "9" * 5000}, "no number of metres"),
    "a long name": ({"路線名": "あ" * 1001}, "longer than 1000"),
    "a zone that is none": ({"time_zone": "../../etc"}, "no time zone"),
}


@pytest.mark.parametrize(("feature", "words"), BROKEN_FEATURES.values(), ids=list(BROKEN_FEATURES))
def test_a_feature_that_is_none_is_refused_and_the_others_are_read(tmp_path: Path, feature: Any, words: str) -> None:
    rows, refused = ministry(tmp_path, {}, feature, {})
    assert ([row.number for row in rows], [row.number for row in refused]) == ([1, 3], [2])
    assert words in refused[0].why
    # It can be printed on any terminal.
    assert f"{refused[0].name}{refused[0].why}".encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"features": ' + "[" * 100_000, "no readable GeoJSON"),
        (
            '{"type": "FeatureCollection", "features": [{"properties": {"a": ' + "9" * 5000 + "}}]}",
            "no readable GeoJSON",
        ),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number"),
        ('{"type": "FeatureCollection", "features": [-Infinity]}', "Infinity is no number"),
        (
            '{"features": [{}], "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6678"}}}',
            "EPSG::6678",
        ),
        ('{"features": [{}], "crs": 4326}', "a system without a name"),
        ('{"features": {"a": 1}}', "no GeoJSON FeatureCollection"),
        ("﻿", "no readable GeoJSON"),
        ("null", "no GeoJSON FeatureCollection"),
    ],
    ids=["depth", "digits", "NaN", "Infinity", "metres", "crs", "object", "mark alone", "null"],
)
def test_geojson_that_is_none_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "closures.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="Nothing was imported") as told:
        read_closures(path, Assumed(period=WINTER))
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_degrees_by_their_usual_names_heights_and_marks_are_read(tmp_path: Path) -> None:
    high = {"type": "LineString", "coordinates": [[141.5, 39.3, 250.0], [141.6, 39.3, 260.0]]}
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::6668", "EPSG:4326"):
        rows, refused = ministry(
            tmp_path,
            {"geometry": high, "properties": {"路線名": "a"}},
            {"geometry": {"type": "LineString", "coordinates": []}, "properties": {"路線名": "b"}},
            crs={"type": "name", "properties": {"name": name}},
        )
        assert (len(rows), refused, rows[1].geometry) == (2, [], None)
        assert rows[0].geometry is not None
        assert not rows[0].geometry.has_z


WORDS = """
国道283号 2026/12/1 46357 22:00〜翌5:00 未定 1e999 NaN - '=1+1 Asia/Tokyo T+26:00 令和99年99月99日〜
片側交互通行 全面通行止 ３５
"""
SHAPES = [
    *("LINESTRING (141 39, 142 39)", "LINESTRING (nan nan, 1 1)", "CIRCULARSTRING (141 39, 142 39, 142 40)"),
    *("POINT Z (141 39 5)", "GEOMETRYCOLLECTION EMPTY"),
]
CELLS = st.sampled_from([*WORDS.split(), *SHAPES, "", "9" * 5000, "\x00", "\ufeff", "12 13"]) | st.text(max_size=12)
HEADS = [
    "路線名",
    "内容",
    "期間",
    "開始日",
    "終了日",
    "時間帯",
    "開始時刻",
    "終了時刻",
    "geometry",
    "edges",
    "lon",
    "lat",
    "length_m",
    "time_zone",
    "延長_km",
    "対象",
    "規制種別",
]
VALUES = st.recursive(
    CELLS | st.none() | st.booleans() | st.floats() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "coordinates", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@contextlib.contextmanager
def read_or_refused() -> Iterator[None]:
    """Let a file be refused as a whole, in one sentence that names it and can be written anywhere."""
    try:
        yield
    except InputError as error:
        words = str(error)
        assert words.endswith("."), words
        assert "any." in words
        assert "\n" not in words
        assert words.encode()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(HEADS), CELLS, max_size=8), min_size=1, max_size=3))
def test_any_table_is_read_or_refused(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = write(tmp_path / "any.csv", [{"路線名": "a"} | row for row in rows])
    with read_or_refused():
        read, refused, _ = read_closures(path, Assumed())
        assert len(read) + len(refused) <= len(rows)
        assert all(row.why.encode() for row in refused)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {"properties": st.dictionaries(st.sampled_from(HEADS), VALUES, max_size=6) | VALUES, "geometry": VALUES}
        )
        | VALUES,
        max_size=3,
    )
)
def test_any_geojson_is_read_or_refused(tmp_path: Path, features: list[Any]) -> None:
    path = tmp_path / "any.geojson"
    path.write_text(json.dumps({"features": features}), encoding="utf-8")
    with read_or_refused():
        read, refused, _ = read_closures(path, Assumed())
        assert len(read) + len(refused) == len(features)


@pytest.mark.parametrize("ending", [".csv", ".geojson"])
def test_bytes_turned_over_are_read_or_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"any{ending}"
    if ending == ".csv":
        write(path, [{"路線名": "国道283号", "内容": "全面通行止", "期間": WINTER}])
    else:
        path.write_text(json.dumps({"features": [{"properties": {"路線名": "a", "期間": WINTER}, "geometry": LINE}]}))
    whole = path.read_bytes()
    dice = random.Random(9)  # noqa: S311  (no secret)
    read = 0
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        path.write_bytes(content[: dice.choice([len(content), dice.randrange(len(content))])])
        with read_or_refused():
            rows, refused, _ = read_closures(path, Assumed())
            read += 1
            assert len({row.number for row in [*rows, *refused]}) == len(rows) + len(refused)
            assert all(row.why for row in refused)
    # Both happened.
    assert 0 < read < 200
