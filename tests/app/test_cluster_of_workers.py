"""Many municipalities on a Dask cluster of two processes on the loopback: the same bytes, whatever befalls a worker."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from distributed.utils import get_mp_context
from drawn_networks import CAR
from drawn_prefecture import write_areas, write_offices, write_roads
from factories import plain

from app.errors import NotReadyError
from app.municipalities import measure_on_cluster as on_cluster
from app.municipalities.measure_municipalities import Batch, Results, measure_here
from app.municipalities.measure_on_cluster import measure_on_cluster
from app.municipalities.municipality_document import as_document
from app.municipalities.read_municipalities import read_municipalities
from geo.errors import NetworkDataError

pytestmark = pytest.mark.xdist_group("cluster")
LOOPBACK = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}


def nothing(*_: object) -> None:
    """Hear of progress and do nothing."""


def written(batch: Batch, results: Results) -> bytes:
    """Return the document as it is printed."""
    return json.dumps(plain(as_document(batch, results)), ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Return two prefectures, ready to be measured."""
    folder = tmp_path_factory.mktemp("prefectures")
    areas = [write_areas(folder, "a.geojson", "03"), write_areas(folder, "b.geojson", "02")]
    municipalities = read_municipalities(areas, write_offices(folder), "all")
    return Batch([write_roads(folder), write_roads(folder)], municipalities, CAR, (5, 10), ["digest"])


@pytest.fixture(scope="module")
def alone(batch: Batch) -> bytes:
    """Return what one process makes of them."""
    return written(batch, measure_here(batch, nothing))


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Return two workers in processes of their own."""
    # One process imports what all workers need and becomes each of them.
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        get_mp_context().set_forkserver_preload(
            ["distributed", "geo.roads.edge_reader", "app.municipalities.measure_on_cluster"]
        )
        yield from two_workers()


def two_workers() -> Iterator[LocalCluster]:
    """Give a cluster; no process of it is left at the end."""
    with LocalCluster(n_workers=2, threads_per_worker=1, **LOOPBACK) as cluster:
        yield cluster
        with Client(cluster, set_as_default=False) as client:
            numbers = list(client.run(os.getpid).values())
    assert numbers
    assert [number for number in numbers if Path(f"/proc/{number}").exists()] == []


def test_two_workers_give_the_same_bytes_and_open_each_network_once(batch, alone, cluster):
    told: list[tuple[int, str]] = []
    found = measure_on_cluster(batch, lambda number, name: told.append((number, name)), cluster.scheduler_address)
    assert written(batch, found) == alone
    assert [number for number, _ in told] == [1, 2, 3, 4]
    assert sorted(name for _, name in told) == sorted(one.name for one in batch.municipalities)
    with Client(cluster, set_as_default=False) as client:
        opened = client.run(lambda: on_cluster._opened.cache_info().misses)
    assert sum(opened.values()) >= 1
    assert max(opened.values()) <= 1  # both files hold the same roads


def test_an_interruption_ends_the_work_and_the_next_batch_finds_the_cluster_free(batch, alone, cluster):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_on_cluster(batch, stop, cluster.scheduler_address)
    assert written(batch, measure_on_cluster(batch, nothing, cluster.scheduler_address)) == alone


def test_bad_roads_are_told_as_in_one_process(batch, cluster, tmp_path):
    bad = tmp_path / "roads.csv"
    bad.write_text("u,v,highway,oneway,length_m\n1,2,road,no,-5\n")
    broken = replace(batch, roads=[bad, bad])
    with pytest.raises(NetworkDataError, match=r"roads\.csv: Edge in row 1: length_m is -5\.0") as here:
        measure_here(broken, nothing)
    with pytest.raises(NetworkDataError) as there:
        measure_on_cluster(broken, nothing, cluster.scheduler_address)
    assert str(here.value).replace(f"{tmp_path}/", "") == str(there.value)


def deadly(batch: Batch, flag: Path | None) -> Batch:
    """Return a batch whose second municipality ends the worker that touches it: once where a flag is given."""

    class Deadly(list[tuple[str, str]]):
        def __len__(self) -> int:
            if flag is None or not flag.exists():
                if flag is not None:
                    flag.touch()
                os._exit(1)
            return super().__len__()

    first, second, *others = batch.municipalities
    return replace(batch, municipalities=[first, replace(second, areas=Deadly(second.areas)), *others])


def test_the_work_of_a_lost_worker_is_done_by_another(batch, alone, cluster, tmp_path):
    flag = tmp_path / "killed"
    assert written(batch, measure_on_cluster(deadly(batch, flag), nothing, cluster.scheduler_address)) == alone
    assert flag.exists()


def test_a_municipality_that_ends_every_worker_is_told_in_one_sentence(batch, cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with pytest.raises(NotReadyError, match="workers of the cluster were lost over the same municipality"):
        measure_on_cluster(deadly(batch, None), nothing, cluster.scheduler_address)


def test_a_scheduler_without_workers_is_told(batch):
    with (
        LocalCluster(n_workers=0, processes=False, protocol="tcp", **LOOPBACK) as empty,
        pytest.raises(NotReadyError, match=r"has had no worker for 0\.2 seconds\. Start some with `dask worker`"),
    ):
        measure_on_cluster(batch, nothing, empty.scheduler_address, patience_s=0.2)


def test_an_address_where_nobody_answers_is_told(batch, monkeypatch):
    monkeypatch.setattr(on_cluster, "ANSWER_S", 0.2)
    for address in ("tcp://127.0.0.1:1", "nonsense://127.0.0.1:1"):
        with pytest.raises(NotReadyError, match=f"No Dask scheduler answers at {address}"):
            measure_on_cluster(batch, nothing, address)


def test_a_missing_dask_is_told_with_how_to_install_it(batch, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NotReadyError, match=r"needs Dask, which is not installed\. Install it: .*batch\.txt"):
        measure_on_cluster(batch, nothing, "tcp://127.0.0.1:1")
