"""Names are found as people type them, by the database, with the same answers as one who reads every row."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from factories import STAFF, build_town
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.consultants.queries import find_postings, list_postings
from app.database import create_database_engine
from app.datasets.models import Dataset
from app.demand.models import SmallArea
from app.demand.queries import find_places, list_places
from app.main import create_app
from app.register.models import KIND_TITLES, District, Organisation, Resource, Schedule
from app.register.queries import find_districts, find_resources, list_districts, list_resources, resembling_names
from app.register.search import Findable, Found, Wanted, columns_of, fold, pieces
from app.settings import Settings

FINDERS: list[Callable[[Session, Wanted, int], list[Found]]] = [
    find_districts,
    find_postings,
    find_resources,
    find_places,
]
MOST = 20


def found(session: Session, query: str, most: int = MOST) -> list[Found]:
    """Return what the page shows for a query."""
    wanted = Wanted.of(query)
    everything = [entry for find in FINDERS for entry in find(session, wanted, most)]
    return sorted(everything, key=lambda entry: entry.rank)[:most]


# --- one form for all spellings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        ["ちょぼら", "チョボラ", "ﾁｮﾎﾞﾗ", "ちょボラ", " ちょ ぼら "],
        [
            "サービス",
            "さーびす",
            "ｻｰﾋﾞｽ",
            "サ-ビス",
            "サ−ビス",
            "サ―ビス",
            "サ‐ビス",
            "サ〜ビス",
            "サ～ビス",
            "サ─ビス",
            "サｰビス",
        ],
        ["ＡＢＣ１２", "abc12", "Abc１２"],
        ["いすゞ", "イスヾ"],
        ["ヴァイオリン", "ゔぁいおりん"],
        ["㈱遠野", "(株)遠野", "(株)遠野"],
        ["ガ", "ｶﾞ", "が", "が"],
    ],
)
def test_spellings_of_one_name_are_equal(spellings: list[str]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(words: str) -> None:
    assert fold(fold(words)) == fold(words)
    assert len(fold(words).split()) <= 1


@given(st.text("ab上郷カか ー", max_size=12), st.text("ab上郷カか ー", min_size=1, max_size=4))
def test_a_word_is_in_a_name_only_if_its_pieces_are(name: str, word: str) -> None:
    folded, inside = columns_of(name)
    if fold(word) in folded:
        assert set(pieces(fold(word))) <= set(inside)


# --- the database answers as one who reads everything ---------------------------------------------------------------


Entry = tuple[str, int | str, str, str, str]


def every_entry(session: Session) -> list[Entry]:
    """Return the type, number, name, reading and what stands beside of all that can be found, in the page's order."""
    return [
        *(("district", row.id, row.name, "", "地区") for row in list_districts(session)),
        *(
            ("consultant", row.code, f"丸ごと相談員({row.base})", "", row.district or "")
            for row in list_postings(session)
        ),
        *(
            (
                "resource",
                row.id,
                row.name,
                row.kana,
                "\n".join(
                    [
                        f"{KIND_TITLES[row.kind]}・{row.district.name if row.district else ''}",
                        *row.texts()[2:],
                        row.organisation.name if row.organisation else "",
                        *(part for schedule in row.schedules for part in schedule.texts()),
                    ]
                ),
            )
            for row in list_resources(session)
        ),
        *(("place", area.code, area.name, "", f"集落・{district or ''}") for area, district in list_places(session)),
    ]


def by_reading(entries: list[Entry], query: str) -> list[tuple[str, int | str]]:
    """Return the type and number of what a query finds, by looking at every entry."""
    words = [fold(word) for word in unicodedata.normalize("NFKC", query).replace("・", " ").split()]
    wanted = fold(query)
    ranked = []
    for kind, number, name, kana, beside in entries:
        if all(word in " ".join(map(fold, (name, kana, *beside.split("\n")))) for word in words):
            begins = any(fold(part).startswith(wanted) for part in (name, kana) if part)
            ranked.append((0 if begins else 1 if wanted in fold(name) else 2, kind, number))
    return [(kind, number) for _, kind, number in sorted(ranked, key=lambda row: row[0])][:MOST]


def typed(names: list[str]) -> Iterator[str]:
    """Yield pieces of names of every length, alone and in pairs."""
    for name in names:
        yield from (name[at : at + size] for size in (1, 2, 3, 5) for at in range(len(name) - size + 1))
        yield name
    yield from (f"{a[:2]} {b[:2]}" for a, b in itertools.pairwise(names))


def test_it_finds_what_one_finds_who_reads_every_row(tono_session: Session) -> None:
    names = [row.name for row in list_resources(tono_session)][::4]
    names += [row.kana for row in list_resources(tono_session) if row.kana][::4]
    names += [row.name for row in list_districts(tono_session)] + ["通いの場・土淵", "相談 遠野", "地区", "集落"]
    queries = {query for query in typed(names) if query.strip()} | {" ", "・", "%", "_", "\\", "'", "(", "ー"}
    entries = every_entry(tono_session)
    reading = {query: by_reading(entries, query) for query in sorted(queries)[::3]}
    for query, expected in reading.items():
        assert [(entry.type, entry.id) for entry in found(tono_session, query)] == expected, query
    assert sum(map(bool, reading.values())) > 150


def test_a_resource_is_found_by_all_that_people_know_of_it(tono_session: Session) -> None:
    salon = next(row for row in list_resources(tono_session) if row.code == "R-SALON-01")
    salon.phone, salon.address = "0198-62-2111", "遠野市新町1番10号"
    tono_session.flush()
    assert salon.organisation
    for query in (
        *("若者フリースペース", "毎週月曜日", "月曜 ちょぼら", "0198-62-2111", "0198622111", "62ー2111", "新町1番"),
        *("遠野市新町１番10号", salon.organisation.name),
    ):
        assert salon.id in {entry.id for entry in found(tono_session, query, 500) if entry.type == "resource"}, query


def test_what_is_not_found_is_answered_with_names_that_look_like_it(tono_session: Session) -> None:
    for typed_wrongly, meant in (("宮森地区センター", "宮守地区センター"), ("ちょボラん", "市民サロン「ちょボラ」")):
        wanted = Wanted.of(typed_wrongly)
        assert not found(tono_session, typed_wrongly)
        assert meant in resembling_names(tono_session, wanted, 3)
    assert any("宮守" in name for name in resembling_names(tono_session, Wanted.of("宮森"), 3))
    assert resembling_names(tono_session, Wanted.of("qqq"), 3) == []


def test_any_text_may_be_typed(tono_session: Session) -> None:
    entries = every_entry(tono_session)

    @given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8))
    def types(query: str) -> None:
        assert [(entry.type, entry.id) for entry in found(tono_session, query)] == by_reading(entries, query)

    types()


def test_every_word_must_be_there_and_none_runs_from_one_text_into_the_next(session: Session) -> None:
    build_town(session)
    add(session, "栗橋体操の会", "くりはしたいそうのかい")
    add(session, "a", "b")
    assert [row.name for row in list_resources(session, q="栗橋 体操")] == ["栗橋体操の会"]
    assert [row.name for row in list_resources(session, q="たいそう")] == ["栗橋体操の会"]
    assert list_resources(session, q="栗橋 麻雀") == []
    assert [row.name for row in list_resources(session, q="a b")] == ["a"]
    assert list_resources(session, q="ab") == []
    assert list_resources(session, q="会く") == []
    assert len(list_resources(session, q="")) == len(list_resources(session)) == 3


def test_a_name_that_begins_so_comes_first(session: Session) -> None:
    build_town(session)
    for name, kana in (("西宮守の会", ""), ("鱒沢の会", "にしみやもり"), ("別の会", "みやもり"), ("宮守の会", "")):
        add(session, name, kana)
    assert [entry.name for entry in found(session, "宮守")] == ["宮守の会", "西宮守の会"]
    assert [entry.name for entry in found(session, "ミヤモリ")] == ["別の会", "鱒沢の会"]


def add(session: Session, name: str, kana: str = "", kind: str = "salon") -> Resource:
    """Store a resource."""
    dataset = session.scalars(select(Dataset)).first()
    assert dataset is not None
    code = f"{name} {kana}"
    row = Resource(code=code, kind=kind, name=name, kana=kana, source="written by hand", dataset_id=dataset.id)
    session.add(row)
    session.flush()
    return row


# --- what is stored -------------------------------------------------------------------------------------------------


def findable() -> list[type[Any]]:
    """Return every stored class that is found by name."""
    return [District, Organisation, Resource, Schedule, SmallArea]


def test_every_findable_row_keeps_its_name_as_it_is_searched(tono_session: Session) -> None:
    assert {kind.__name__ for kind in Findable.__subclasses__()} == {kind.__name__ for kind in findable()}
    for kind in findable():
        rows = tono_session.scalars(select(kind)).all()
        assert rows
        for row in rows:
            assert (row.folded, row.pieces) == columns_of(*row.texts())


def test_a_row_is_found_by_its_new_name(session: Session) -> None:
    build_town(session)
    row = add(session, "古い会", "ふるいかい")
    row.name, row.kana = "新しい会", "あたらしいかい"
    session.flush()
    assert list_resources(session, q="古い") == list_resources(session, q="ふるい") == []
    assert list_resources(session, q="新") == list_resources(session, q="アタラシイ") == [row]


def test_words_of_one_and_of_two_signs_are_found_by_the_index(session: Session) -> None:
    build_town(session)
    dataset = session.scalars(select(Dataset.id)).first()
    signs = "駅前遠野相談介護集会所上郷土淵宮守松崎綾織小友達曽部附馬牛青笹鱒沢"
    names = ["".join(three) for three in itertools.islice(itertools.permutations(signs, 4), 0, None, 60)][:1500]
    session.add_all(
        Resource(code=str(n), kind="salon", name=name, source="x", dataset_id=dataset) for n, name in enumerate(names)
    )
    session.flush()
    session.execute(text("ANALYZE resource"))
    for word in ("駅遠", "護"):
        plans: list[str] = []

        def explained(
            _c: Any, cursor: Any, words: str, values: Any, _x: Any, _m: Any, plans: list[str] = plans
        ) -> None:
            if "strpos" in words and not words.startswith("EXPLAIN"):
                # Whatever is quickest for so few rows: can the index answer at all?
                cursor.connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
                rows = cursor.connection.execute(f"EXPLAIN {words}", values).fetchall()
                plans.append("\n".join(row[0] for row in rows))

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", explained)
        hits = list_resources(session, q=word)
        entries = find_resources(session, Wanted.of(word), 10_000)
        event.remove(connection, "before_cursor_execute", explained)
        expected = [name for name in names if word in name]
        assert sorted(row.name for row in hits) == sorted(expected)
        assert len(entries) == len(expected)
        assert len(plans) >= 2
        assert all("ix_resource_pieces" in plan for plan in plans), plans


# --- over HTTP ------------------------------------------------------------------------------------------------------


def test_a_key_press_reads_only_what_it_shows(bundled_url: str, as_web_role: Callable[[str], str]) -> None:
    service = create_app(Settings(), as_web_role(bundled_url))
    rows: list[int] = []
    with TestClient(service, base_url=STAFF) as client:
        event.listen(
            service.state.engine, "after_cursor_execute", lambda *facts: rows.append(max(facts[1].rowcount, 0))
        )
        for path in ("/api/v1/search", "/api/v1/resources"):
            rows.clear()
            reply = client.get(path, params={"q": "ちょボラ"})
            assert 0 < sum(rows) <= 8, path
            body = reply.json()
            shown = body["results"] if "results" in body else [row["properties"] for row in body["features"]]
            assert any("ちょボラ" in row["name"] for row in shown)
        many = client.get("/api/v1/search", params={"q": "体操"}).json()
        assert len(many["results"]) == 20 < many["total"]
        assert many["suggestions"] == []
        rows.clear()
        client.get("/api/v1/status")
        # What the figures stand on, and not the hundreds of places that came from there.
        assert sum(rows) < 60
        assert client.get("/api/v1/search", params={"q": "\x00"}).status_code == 422
    service.state.engine.dispose()


def test_the_migration_folds_what_is_stored(own_city_url: str) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    from app.database import MIGRATIONS  # noqa: PLC0415

    engine = create_database_engine(own_city_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    before: dict[str, list[Any]] = {}
    for step in ("see", "back", "again"):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            if step == "back":
                command.downgrade(config, "0009-1")
                continue
            if step == "again":
                command.upgrade(config, "0011")
            for kind in findable():
                table = kind.__tablename__
                rows = connection.execute(text(f"SELECT folded, pieces FROM {table} ORDER BY 1, 2")).all()
                assert before.setdefault(table, list(rows)) == list(rows)
    engine.dispose()
