"""Use case: the same batch on a Dask cluster. Dask is no part of the product; it is loaded when a cluster is named.

The roads of a prefecture travel as the bytes of their file to one worker, which makes the network; each worker that
measures municipalities on it gets the network once. Where a worker is lost, Dask gives its work to the others. Results
stand in the order of the batch, whoever finishes first.
"""

from __future__ import annotations

import os
import queue
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.errors import NotReadyError
from app.municipalities.measure_municipalities import (
    Batch,
    Measured,
    Municipality,
    Results,
    Tell,
    measure_municipality,
    network_facts,
    read_roads,
)
from app.municipalities.schemas import RoadsFacts
from geo.errors import NetworkDataError
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile

if TYPE_CHECKING:
    from distributed import Client, Future

HOW_TO_INSTALL = ".venv/bin/uv pip install --python .venv/bin/python --require-hashes -r requirements/batch.txt"
# How long to wait for the scheduler and for a first worker, and how long a cluster may have no worker at all.
ANSWER_S = 10.0
PATIENCE_S = 20.0
ASK_S = 1.0
# Networks that a worker keeps ready.
KEPT = 2
NEVER = "1 TiB"


class Saved(NamedTuple):
    """A network in its saved form, and what the document says of it."""

    facts: RoadsFacts
    content: bytes


def measure_on_cluster(batch: Batch, tell: Tell, address: str, *, patience_s: float = PATIENCE_S) -> Results:
    """Measure all municipalities on the workers of a scheduler; `tell` hears of each that is done."""
    with _connected(address) as client:
        saved = [client.submit(build_saved, path.name, path.read_bytes(), pure=False) for path in batch.roads]
        facts = [client.submit(facts_of, one, pure=False) for one in saved]
        futures = [
            client.submit(measure_saved, saved[one.roads], one, batch.profile, tuple(batch.minutes), pure=False)
            for one in batch.municipalities
        ]
        del saved  # a network is kept as long as municipalities wait for it
        measured: dict[int, Measured] = {}
        try:
            for position, found in _finished(client, futures, patience_s):
                measured[position] = found
                tell(len(measured), batch.municipalities[position].name)
            networks = [_result(client, one, patience_s) for one in facts]
        finally:
            client.cancel([*facts, *futures])
    return Results(networks, [measured[position] for position in range(len(futures))])


def build_saved(name: str, content: bytes) -> Saved:
    """Return the network of a file of roads in its saved form, and what the document says of it (on a worker)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            network = read_roads(path)
        except NetworkDataError as error:
            raise NetworkDataError(str(error).replace(f"{folder}{os.sep}", "")) from error
    return Saved(network_facts(network), network.to_bytes())


def facts_of(saved: Saved) -> RoadsFacts:
    """Return what the document says of the roads (on a worker)."""
    return saved.facts


def measure_saved(saved: Saved, one: Municipality, profile: Profile, minutes: Sequence[int]) -> Measured:
    """Return the figures of a municipality on a saved network (on a worker)."""
    return measure_municipality(_opened(saved.content), one, profile, minutes)


@lru_cache(maxsize=KEPT)
def _opened(content: bytes) -> RoadNetwork:
    return RoadNetwork.from_bytes(content)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        import dask  # noqa: PLC0415 - optional
        from distributed import Client  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise NotReadyError(f"--scheduler needs Dask, which is not installed. Install it: {HOW_TO_INSTALL}") from error
    # The roads are meant to be sent; Dask would warn of it.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": NEVER}):
        try:
            client = Client(address, timeout=ANSWER_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NotReadyError(
                f"No Dask scheduler answers at {address}. Start one with `dask scheduler`, and workers with "
                f"`dask worker {address}` in the same environment."
            ) from error
        with client:
            yield client


def _finished(client: Client, futures: Sequence[Future[Any]], patience_s: float) -> Iterator[tuple[int, Measured]]:
    """Yield the position and the result of each future when it is done."""
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    for position, future in enumerate(futures):
        future.add_done_callback(lambda _, position=position: done.put(position))
    for _ in futures:
        position = _patiently(client, done.get, patience_s)
        yield position, _result(client, futures[position], patience_s)


def _result(client: Client, future: Future[Any], patience_s: float) -> Any:
    """Return the result of a future, worked out anew where the worker that had it is lost."""
    from distributed import KilledWorker  # noqa: PLC0415 - optional
    from distributed.client import FutureCancelledError  # noqa: PLC0415 - optional

    try:
        return _patiently(client, future.result, patience_s)
    except KilledWorker as error:
        raise NotReadyError(
            "Several workers of the cluster were lost over the same municipality, perhaps for want of memory: "
            f"see their logs (the last was {error.last_worker.address})."
        ) from error
    except FutureCancelledError as error:
        raise NotReadyError("The connection to the Dask scheduler was lost; start the command again.") from error


def _patiently(client: Client, ask: Callable[..., Any], patience_s: float) -> Any:
    """Ask for something until it is there, as long as there are workers who may bring it.

    It is asked for anew each second: what a lost worker had is found again sooner than one long question ends.
    """
    step_s, alone_s = min(ASK_S, patience_s), 0.0
    while alone_s < patience_s:
        try:
            return ask(timeout=step_s)
        except (queue.Empty, TimeoutError):
            alone_s = 0.0 if client.scheduler_info()["workers"] else alone_s + step_s
    raise NotReadyError(
        f"The Dask scheduler has had no worker for {patience_s:g} seconds. Start some with `dask worker` "
        "in the same environment."
    )
