"""Use case: the bundled CSV files → register, consultants, schematic roads, borders and people of Tono, all or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from app.consultants.models import Consultant
from app.datasets.models import Dataset
from app.datasets.queries import add_dataset, list_bundled, list_datasets
from app.demand.load_demand import store_cells
from app.demand.models import SmallArea
from app.demonstration.read_bundled import day, fingerprint, flag, hour, numbers, point, rows
from app.documents.dates import parse_day, parse_month_day
from app.errors import InputError
from app.register.models import District, Organisation, Resource, Schedule, WatchAgreement
from app.register.opening import check_schedule
from app.roads.build_network import Origin, store_network
from app.roads.queries import list_networks
from geo.roads.network import RoadNetwork
from geo.roads.schematic import district_borders, schematic_edges, spread_people

CENSUS = "2015年国勢調査 小地域集計(e-Stat 政府統計の総合窓口)を加工"
CENSUS_LICENCE = "政府標準利用規約(第2.0版)"
CENSUS_DAY = date(2015, 10, 1)
ROADS = "© OpenStreetMap contributors(2017年10月)の道路延長による概略図"
PLAN = "遠野市重層的支援体制整備事業実施計画(令和4年度)ほか"
# Real roads may be there before the bundled city: they stay in use.
ROADS_ALONE = ("roads", "closures")
NETWORK_NAME = "概略の道路網(遠野市)"


@dataclass(frozen=True)
class Bundle:
    """A session, the folder of the bundled files and the numbers of the districts by name."""

    session: Session
    folder: Path
    districts: Mapping[str, int]

    def dataset(self, kind: str, title: str, *files: str, **more: object) -> Dataset:
        """Store where a part of the bundled data came from."""
        names = ", ".join(f"{name}.csv" for name in files)
        made = Dataset(
            kind=kind, title=title, file_name=names, sha256=fingerprint(self.folder, *files), is_bundled=True, **more
        )
        return add_dataset(self.session, made)


def load_demonstration(session: Session, folder: Path) -> dict[str, int]:
    """Load the bundled data into a database that has none of it; return how many entries of each kind."""
    if list_bundled(session):
        raise InputError("The bundled data is loaded already. Remove it first: `tono demo remove`.")
    own = [dataset.file_name or dataset.title for dataset in list_datasets(session) if dataset.kind not in ROADS_ALONE]
    if own:
        raise InputError(
            f"There is data of your own in the database ({', '.join(own)}), and the bundled data would stand in its "
            "place. Use another database for a look at the bundled data. Nothing was loaded."
        )
    bundle = Bundle(session, folder, {})
    districts = _load_districts(bundle)
    bundle = Bundle(session, folder, districts)
    counts = {"districts": len(districts), "small areas": _load_small_areas(bundle), "cells": _load_people(bundle)}
    _load_roads(bundle)
    resources = _load_resources(bundle)
    counts["resources"] = len(resources)
    counts["schedules"] = _load_schedules(bundle, resources)
    counts["agreements"] = _load_agreements(bundle, resources)
    counts["consultants"] = _load_consultants(bundle, resources)
    session.flush()
    return counts


SETTLEMENT_NUMBERS = {"population": int, "households": int, "lon": float, "lat": float}


def _load_districts(bundle: Bundle) -> dict[str, int]:
    settlements = numbers(bundle.folder, "settlements", SETTLEMENT_NUMBERS)
    links = numbers(bundle.folder, "road_links", {"km": float})
    junctions = numbers(bundle.folder, "junctions", {"lon": float, "lat": float})
    borders = district_borders(settlements, junctions, links)
    shapes: dict[str, BaseGeometry] = dict(zip(borders["name"], borders.geometry, strict=True))
    dataset = bundle.dataset(
        "districts",
        "地区(境界は集落の位置から引いた概略)",
        "districts",
        "settlements",
        "road_links",
        source=CENSUS,
        licence=CENSUS_LICENCE,
        as_of=CENSUS_DAY,
        is_schematic=True,
    )
    made = [
        District(
            name=row["name"],
            position=position,
            population=int(row["population"]),
            households=int(row["households"]),
            geometry=from_shape(shapes[row["name"]], srid=4326),
            dataset_id=dataset.id,
        )
        for position, row in enumerate(rows(bundle.folder, "districts"), start=1)
    ]
    bundle.session.add_all(made)
    bundle.session.flush()
    return {district.name: district.id for district in made}


def _load_small_areas(bundle: Bundle) -> int:
    dataset = bundle.dataset(
        "small_areas",
        "集落(小地域)の人口と世帯",
        "settlements",
        source=CENSUS,
        licence=CENSUS_LICENCE,
        as_of=CENSUS_DAY,
    )
    areas = [
        SmallArea(
            code=row["id"],
            name=row["name"],
            district_id=bundle.districts[row["district"]],
            population=int(row["population"]),
            households=int(row["households"]),
            location=point(row["lon"], row["lat"]),
            dataset_id=dataset.id,
        )
        for row in rows(bundle.folder, "settlements")
    ]
    bundle.session.add_all(areas)
    return len(areas)


def _load_people(bundle: Bundle) -> int:
    settlements = numbers(bundle.folder, "settlements", SETTLEMENT_NUMBERS)
    links = numbers(bundle.folder, "road_links", {"km": float})
    junctions = numbers(bundle.folder, "junctions", {"lon": float, "lat": float})
    cells = spread_people(settlements, junctions, links)
    dataset = bundle.dataset(
        "demand",
        "人口(250mメッシュ、集落の人口を道路沿いに配分した推計)",
        "settlements",
        "junctions",
        "road_links",
        source=CENSUS,
        licence=CENSUS_LICENCE,
        as_of=CENSUS_DAY,
        is_schematic=True,
    )
    store_cells(bundle.session, cells, dataset=dataset, districts=bundle.districts)
    return len(cells)


def _load_roads(bundle: Bundle) -> None:
    settlements = numbers(bundle.folder, "settlements", SETTLEMENT_NUMBERS)
    junctions = numbers(bundle.folder, "junctions", {"lon": float, "lat": float})
    links = numbers(bundle.folder, "road_links", {"km": float})
    edges, nodes = schematic_edges(settlements, junctions, links)
    network = RoadNetwork.from_edges(edges, nodes, name=NETWORK_NAME, source=ROADS, date="2017-10-01")
    origin = Origin(
        kind="schematic",
        title="道路網(概略図)",
        source=ROADS,
        licence="ODbL 1.0",
        file_name="road_links.csv, junctions.csv, settlements.csv",
        sha256=fingerprint(bundle.folder, "road_links", "junctions", "settlements"),
        is_bundled=True,
    )
    is_first = not list_networks(bundle.session)
    store_network(bundle.session, network, origin, name=NETWORK_NAME, city_bounds=None, put_to_use=is_first)


def _load_resources(bundle: Bundle) -> dict[str, int]:
    facts = bundle.dataset("resources", "計画に載る窓口・拠点", "resources", "schedules", source=PLAN)
    demo = bundle.dataset(
        "resources",
        "デモのサロン・通いの場・協定先",
        "resources",
        "schedules",
        "agreements",
        source="デモのために作った架空の登録",
        is_demo=True,
    )
    table = list(rows(bundle.folder, "resources"))
    organisations = _load_organisations(bundle, table, {False: facts.id, True: demo.id})
    made = [
        Resource(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            kana=row["kana"],
            organisation_id=organisations.get(row["organisation"]),
            district_id=bundle.districts[row["district"]] if row["district"] else None,
            location=point(row["lon"], row["lat"]),
            accuracy_m=int(row["accuracy_m"]) if row["accuracy_m"] else None,
            access_point=point(row["access_lon"], row["access_lat"]),
            source_date=day(row["source_date"]),
            is_demo=flag(row["is_demo"]),
            last_confirmed_on=day(row["last_confirmed_on"]),
            dataset_id=(demo if flag(row["is_demo"]) else facts).id,
            **{name: row[name] for name in TEXTS},
        )
        for row in table
    ]
    bundle.session.add_all(made)
    bundle.session.flush()
    return {resource.code: resource.id for resource in made}


TEXTS = (
    *("address", "phone", "url", "location_note", "description", "eligibility", "operation", "area", "staffing"),
    *("legal_basis", "source"),
)


def _load_organisations(bundle: Bundle, table: list[dict[str, str]], datasets: dict[bool, int]) -> dict[str, int]:
    first: dict[str, bool] = {}
    for row in table:
        if row["organisation"]:
            first[row["organisation"]] = first.get(row["organisation"], True) and flag(row["is_demo"])
    made = [Organisation(name=name, dataset_id=datasets[is_demo]) for name, is_demo in first.items()]
    bundle.session.add_all(made)
    bundle.session.flush()
    return {organisation.name: organisation.id for organisation in made}


def _load_schedules(bundle: Bundle, resources: Mapping[str, int]) -> int:
    made = [
        Schedule(
            resource_id=resources[row["resource"]],
            title=row["title"],
            rrule=row["rrule"],
            rule_text=row["rule_text"],
            starts_on=day(row["starts_on"]),
            start_time=hour(row["start_time"]),
            end_time=hour(row["end_time"]),
            exdates=[parse_day(text) for text in re.split(r"[\s,、;]+", row["exdates"].strip()) if text],
            season_from=row["season_from"] and parse_month_day(row["season_from"]),
            season_to=row["season_to"] and parse_month_day(row["season_to"]),
            note=row["note"],
            source=row["source"],
            is_demo=flag(row["is_demo"]),
        )
        for row in rows(bundle.folder, "schedules")
    ]
    for schedule in made:
        check_schedule(schedule)
    bundle.session.add_all(made)
    return len(made)


def _load_agreements(bundle: Bundle, resources: Mapping[str, int]) -> int:
    made = [
        WatchAgreement(
            resource_id=resources[row["resource"]], trade=row["trade"], signed_on=row["signed_on"], note=row["note"]
        )
        for row in rows(bundle.folder, "agreements")
    ]
    bundle.session.add_all(made)
    return len(made)


def _load_consultants(bundle: Bundle, resources: Mapping[str, int]) -> int:
    dataset = bundle.dataset(
        "consultants", "丸ごと相談員の配置(公表されているのは綾織・土淵のみ、他は仮定)", "consultants", source=PLAN
    )
    made = [
        Consultant(
            code=row["code"],
            base_resource_id=resources[row["base"]],
            is_assumed=flag(row["is_assumed"]),
            note=row["note"],
            dataset_id=dataset.id,
        )
        for row in rows(bundle.folder, "consultants")
    ]
    bundle.session.add_all(made)
    return len(made)
