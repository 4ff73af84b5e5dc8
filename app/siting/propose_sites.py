"""Use case: consultants, candidates, roads and people as stored → where the next consultants go, and what it buys."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT
from app.coverage.inputs import Inputs, Question, describe, gather_inputs, pose_question, sha256
from app.coverage.travel import cell_points, departure_points
from app.errors import InputError
from app.siting.candidate_sites import CANDIDATE_KINDS, Site, candidate_sites, occupied_sites
from app.siting.explain_gaps import explain
from app.siting.schemas import (
    Best,
    CandidateKind,
    GapsDocument,
    Objective,
    PostLoad,
    Rung,
    SitePlace,
    SitingFigures,
    Status,
    WorstDistrict,
)
from geo.coverage.people_reached import unreachable_reason
from geo.location_allocation import Rung as Step
from geo.location_allocation import SitingProblem, fairness, ladder, why_not
from geo.travel.travel_time import travel_time_matrix

T = TypeVar("T")
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
SECONDS = 20.0  # for each question that is put to the solver
SECONDS_WHY = 3.0
TIE_BREAK = {
    "cover": "most people reached at all, then the least mean time, then the order of the register",
    "mean": "the order of the register",
    "worst": "the least mean time, then the order of the register",
}


@dataclass(frozen=True)
class Wish:
    """What is asked: how many more consultants (None: one at every candidate), and what shall be best."""

    add: int | None = 1
    minutes: int = 20
    objective: Objective = "cover"
    profile: str = "car"
    candidates: CandidateKind = "centres"
    capacity: int | None = None
    backup: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Town:
    """The stored data of a wish as the science sees it.

    Rows of the times are sites, the consultants' bases first; `causes` says of each cell why it would not be reached.
    """

    inputs: Inputs
    question: Question
    sites: Sequence[Site]
    problem: SitingProblem
    causes: Sequence[str]

    @property
    def people(self) -> NDArray[np.int64]:
        """Return the people of each cell."""
        return self.inputs.people

    @property
    def districts(self) -> list[str]:
        """Return the district of each cell."""
        return [cell.district or NO_DISTRICT for cell in self.inputs.cells]


def propose_sites(
    session: Session, wish: Wish, town: Town | None = None, tell: Callable[[int], None] = lambda _: None
) -> GapsDocument:
    """Return the document of the next posts: the ladder, its proof, its price, ties, and why someone stays out.

    A caller that has the town of the wish already hands it over, so that its travel times are measured once;
    `tell` is called with the number of each further consultant before the place is sought.
    """
    check(wish)
    town = town or gather_town(session, wish)
    problem = town.problem
    (cutoff_s,) = town.question.cutoffs_s
    add = int(problem.free.size) if wish.add is None else wish.add
    rungs = _spoken(
        lambda: ladder(
            problem,
            add,
            wish.objective,
            cutoff_s=cutoff_s,
            backup=wish.backup,
            time_limit_s=SECONDS,
            tell=tell,
        )
    )
    reasons = _spoken(lambda: why_not(problem, add, cutoff_s, time_limit_s=SECONDS_WHY))
    return GapsDocument(
        fingerprint=fingerprint(town, wish),
        profile=wish.profile,
        at=town.question.moment,
        minutes=wish.minutes,
        objective=wish.objective,
        candidates=wish.candidates,
        capacity=wish.capacity,
        backup=wish.backup,
        consultants=len(problem.fixed_sites),
        population=int(town.people.sum()),
        status=_status(rungs),
        bound=_number(rungs[-1].bound) if rungs else None,
        tie_break=TIE_BREAK[wish.objective],
        now=_figures(town, (), cutoff_s, None),
        ladder=[_rung(town, rung, cutoff_s) for rung in rungs],
        nesting_price=[_number(rung.nesting_price) for rung in rungs],
        why_infeasible=[explain(reason, town.inputs.cells, town.causes, wish.minutes, add) for reason in reasons],
    )


def fingerprint(town: Town, wish: Wish) -> str:
    """Return the SHA-256 of all that the document of a wish depends on."""
    sites = [asdict(site) for site in town.sites]
    return sha256({**asdict(wish), **describe(town.inputs, town.question), "sites": sites})


def check(wish: Wish) -> None:
    """Refuse a wish that names nothing that can be computed."""
    if wish.minutes <= 0:
        raise InputError(f"--minutes must be above 0; got {wish.minutes}.", detail="分は1以上にしてください。")
    if wish.add is not None and wish.add <= 0:
        raise InputError(f"--add must be above 0; got {wish.add}.", detail="増やす人数は1以上にしてください。")
    if wish.objective not in OBJECTIVES:
        raise InputError(f"--objective must be one of {', '.join(OBJECTIVES)}; got {wish.objective!r}.")
    if wish.candidates not in CANDIDATE_KINDS:
        raise InputError(f"--candidates must be one of {', '.join(CANDIDATE_KINDS)}; got {wish.candidates!r}.")
    if wish.capacity is not None and wish.capacity <= 0:
        raise InputError(f"--capacity must be above 0; got {wish.capacity}.")


def gather_town(session: Session, wish: Wish) -> Town:
    """Return sites, travel times and people of a wish."""
    inputs = gather_inputs(session)
    question = pose_question(session, inputs, wish.profile, [wish.minutes], wish.at)
    occupied = occupied_sites(inputs.postings)
    sites = [*occupied, *candidate_sites(session, wish.candidates, inputs.postings)]
    if len(sites) == len(occupied):
        raise InputError(
            f"There are no candidates: none of the {wish.candidates} is without a consultant.",
            detail="相談員を置ける候補地がありません。",
        )
    start = departure_points(inputs.network, sites, question.profile)
    end = cell_points(inputs.network, inputs.cells, question.profile)
    times = travel_time_matrix(inputs.network, start, end, profile=question.profile, closed=question.closed)
    open_s = None
    if len(question.closed):
        open_s = travel_time_matrix(inputs.network, start, end, profile=question.profile).min(axis=0)
    problem = SitingProblem(times, inputs.people, fixed=range(len(occupied)), capacity=wish.capacity)
    return Town(inputs, question, sites, problem, unreachable_reason(end.is_snapped, open_s))


def _spoken(act: Callable[[], T]) -> T:
    """Return what the science answers; what it refuses is the caller's input."""
    try:
        return act()
    except ValueError as error:
        raise InputError(f"{error}.", detail="この条件では計算できません。") from error


def _status(rungs: Sequence[Step]) -> Status:
    """Return "optimal" only if every rung is proven."""
    if rungs and rungs[-1].status == "infeasible":
        return "infeasible"
    return "optimal" if all(rung.status != "feasible" for rung in rungs) else "feasible"


def _rung(town: Town, rung: Step, cutoff_s: float) -> Rung:
    assigned = None if town.problem.limits is None else rung.plan.assignment
    best = rung.best
    return Rung(
        k=rung.k,
        sites=_sites(town, rung.sites),
        value=_number(rung.value),
        bound=_number(rung.bound),
        status=rung.status,
        gain=_number(rung.gain),
        ties=[_sites(town, tie) for tie in rung.ties],
        ties_complete=rung.ties_complete,
        best=Best(sites=_sites(town, best.sites), value=_number(best.value), status=best.status),
        **dict(_figures(town, rung.sites, cutoff_s, assigned)),
    )


def _sites(town: Town, sites: Sequence[int]) -> list[SitePlace]:
    return [town.sites[site].describe() for site in sites]


def _figures(town: Town, sites: Sequence[int], cutoff_s: float, assignment: NDArray[np.intp] | None) -> SitingFigures:
    """Return whom the posts reach, and how evenly."""
    problem = town.problem
    post = problem.nearest_post(sites) if assignment is None else assignment
    seconds = np.where(post >= 0, problem.times[post, np.arange(post.size)], np.inf)
    found = fairness(problem, post, town.districts)
    households = np.array([cell.households for cell in town.inputs.cells], dtype=np.int64)
    worst = found.worst_group
    return SitingFigures(
        covered=int(town.people[seconds <= cutoff_s].sum()),
        unserved_population=int(town.people[post < 0].sum()),
        mean_s=_number(found.mean_s),
        p95_s=_number(found.p95_s),
        gini=_number(found.gini, 4),
        worst_district=None if worst is None else WorstDistrict(name=worst, mean_s=_number(found.group_mean_s[worst])),
        posts=[
            PostLoad(
                name=town.sites[site].name,
                population=int(load),
                households=int(households[post == site].sum()),
            )
            for site, load in found.load.items()
        ],
    )


def _number(value: float, digits: int = 1) -> float | int | None:
    """Return a number for JSON, an integer where it is whole, None where there is none."""
    if not math.isfinite(value):
        return None
    rounded = round(float(value), digits)
    return int(rounded) if rounded.is_integer() else rounded
