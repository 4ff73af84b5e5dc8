"""Routes that pages with a map need from several rooms: the state of the data, districts, search, a stretch of road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.accounts.caller import Caller
from app.accounts.revalidation import MAY_BE_KNOWN, Known
from app.consultants.queries import dataset_ids as posting_dataset_ids
from app.consultants.queries import find_postings, list_postings
from app.database import DbSession
from app.datasets.models import Dataset
from app.datasets.queries import list_datasets, state_of
from app.demand.queries import dataset_ids as demand_dataset_ids
from app.demand.queries import find_places, named_places
from app.documents.problem import refusals
from app.errors import NotReadyError
from app.register import queries, schemas
from app.register.search import NO_NUL, Wanted
from app.roads.choose_section import choose_section
from app.roads.models import RoadNetworkRow
from app.roads.queries import active_network, load_network, speed_edits_in_force
from app.roads.road_titles import CLASS_TITLES
from app.roads.schemas import SectionFeature, SpeedTableRow, network_facts
from app.roads.speed_words import describe_rows, edits_by_row, grouped
from app.roads.speeds import profiles_with
from app.web.headers import GSI_HOST
from app.web.schemas import (
    City,
    DatasetFacts,
    Found,
    MapStatus,
    NetworkInUse,
    ProfileSpeeds,
    SearchResults,
    Speed,
    TileSource,
)
from app.wording import PROFILE_TITLES
from geo.roads.profiles import Profile

router = APIRouter(tags=["地図"])
MOST_RESULTS = 20
# Of each sort so many are counted at most; no city has more.
MOST_COUNTED = 2000
SUGGESTED = 3
Place = Annotated[str, Query(pattern=r"^-?\d{1,3}(\.\d{1,10})?,-?\d{1,2}(\.\d{1,10})?$")]


@router.get("/status")
def status(request: Request, session: DbSession, _: Caller) -> MapStatus:
    """Return what the figures on the screen stand on; no network means that none is loaded yet."""
    settings = request.app.state.settings
    network = find_network(session)
    datasets = datasets_in_use(session, network)
    return MapStatus(
        city=City(name=settings.city_name, code=settings.city_code),
        bounds=queries.city_bounds(session),
        network=network and _network(network),
        has_people=any(dataset.kind == "demand" for dataset in datasets),
        profiles=_profiles(session),
        datasets=[dataset_facts(dataset) for dataset in datasets],
        has_demo=any(dataset.is_demo for dataset in datasets),
        tiles=TileSource(url=f"{GSI_HOST}/xyz/pale/{{z}}/{{x}}/{{y}}.png", attribution="国土地理院")
        if settings.gsi_tiles
        else None,
    )


def find_network(session: DbSession) -> RoadNetworkRow | None:
    """Return the network in use, or None before there is one."""
    try:
        return active_network(session)
    except NotReadyError:
        return None


def _network(row: RoadNetworkRow) -> NetworkInUse:
    return NetworkInUse(
        **dict(network_facts(row)),
        kind=row.kind,
        is_schematic=row.is_schematic,
        components=row.components,
        turn_restrictions=row.turn_restrictions,
    )


def datasets_in_use(session: DbSession, network: RoadNetworkRow | None) -> list[Dataset]:
    """Return the datasets that something on the map comes from; a replaced one is kept but no longer speaks."""
    used = queries.dataset_ids(session) | demand_dataset_ids(session) | posting_dataset_ids(session)
    if network:
        used.add(network.dataset_id)
    return [dataset for dataset in list_datasets(session) if dataset.id in used]


def dataset_facts(dataset: Dataset) -> DatasetFacts:
    """Return what pages say of a dataset."""
    return DatasetFacts(
        kind=dataset.kind,
        title=dataset.title,
        source=dataset.source,
        licence=dataset.licence,
        as_of=dataset.as_of and dataset.as_of.isoformat(),
        is_demo=dataset.is_demo,
        is_schematic=dataset.is_schematic,
    )


def _profiles(session: DbSession) -> list[ProfileSpeeds]:
    edits = speed_edits_in_force(session)
    return [
        _profile(profile, describe_rows(profile, edits_by_row(edits, name)))
        for name, profile in profiles_with(edits).items()
    ]


def _profile(profile: Profile, rows: Sequence[SpeedTableRow]) -> ProfileSpeeds:
    name = profile.name
    return ProfileSpeeds(
        name=name,
        title=PROFILE_TITLES[name],
        is_assumption=profile.is_assumption,
        speeds=[
            Speed(title=title, kmh=round(profile.speed_kmh[highway]), source=profile.sources.get(highway, ""))
            for highway, title in CLASS_TITLES.items()
            if highway in profile.speed_kmh
        ],
        table=grouped(rows),
    )


@router.get("/districts", responses=MAY_BE_KNOWN)
def districts(session: DbSession, caller: Caller, known: Known) -> schemas.Districts:
    """Return the districts as GeoJSON, each with whether a consultant sits there; their people only to the staff."""
    known.unless_known(state_of(session, ("consultant", "dataset", "district", "resource")))
    staffed = {posting.district for posting in list_postings(session)}
    centres = queries.centre_ids(session)
    return schemas.Districts(
        features=[
            schemas.district_feature(
                district,
                has_consultant=district.name in staffed,
                centre_id=centres.get(district.id),
                with_people=caller.is_staff,
            )
            for district in queries.list_districts(session)
        ]
    )


@router.get("/search")
def search(
    session: DbSession, _: Caller, q: Annotated[str, Query(min_length=1, max_length=100, pattern=NO_NUL)]
) -> SearchResults:
    """Return resources, districts, settlements and consultants that every word of `q` finds.

    By name and reading and, of a resource, kind, district, address, telephone number, organisation, activity or day.
    """
    wanted = Wanted.of(q)
    finders = (queries.find_districts, find_postings, queries.find_resources, find_places)
    found = [entry for find in finders for entry in find(session, wanted, MOST_COUNTED)]
    best = sorted(found, key=lambda entry: entry.rank)[:MOST_RESULTS]
    return SearchResults(
        results=[Found(**entry._asdict()) for entry in best],
        total=len(found),
        suggestions=[] if found else queries.resembling_names(session, wanted, SUGGESTED),
    )


@router.get("/roads/section", tags=["道路"], responses=refusals(400, 409))
def section(session: DbSession, _: Caller, start: Place, end: Place) -> SectionFeature:
    """Return the stretch of road between two places beside it, with its edges, its length and its name."""
    network = load_network(session, active_network(session))
    return choose_section(network, _place(start), _place(end), named_places(session))


def _place(text: str) -> tuple[float, float]:
    lon, lat = text.split(",")
    return float(lon), float(lat)
