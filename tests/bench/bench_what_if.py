"""How long a person waits for `POST /api/v1/coverage/what-if` while 20 people drag consultants at once.

Run it by itself: `python tests/bench/bench_what_if.py [--users 20] [--requests 15] [--rounds 4]`. It builds the real
city in a database of its own in a temporary folder, starts the real server as a process of its own on loopback, and
lets each user send the next wish as soon as the answer to the last is there, as no hand ever drags; and then with the
rest of 40 ms that the page takes between two wishes. The last wish of a turn, with which a hand lets go, also asks how
low and how high the figures may be. The jobs take turns. Times are wall milliseconds at the client;
server CPU is that of the server's process, the database not counted. A machine that does other work besides makes the
first much larger, the second a little.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import math
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "tono"
TONO = [sys.executable, "-c", "import sys; sys.argv[0] = 'tono'; from app.cli import main; main()"]
PATH = "/api/v1/coverage/what-if"
HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
START_S = 120.0
MOST_S = 60.0  # for one turn of one job
WARM_UP = 3
REST_S = 0.04  # as static/js/trial.js has it
Wish = dict[str, Any]


@dataclass
class Row:
    """One job: what the users waited, and what the server spent."""

    job: str
    users: int
    rest_s: float = 0.0
    requests: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    waits_ms: list[float] = field(default_factory=list, repr=False)

    def facts(self) -> dict[str, Any]:
        """Return the row as plain values."""
        waits = sorted(self.waits_ms)
        return {
            "job": self.job,
            "users": self.users,
            "rest_ms": 1000 * self.rest_s,
            "requests": self.requests,
            "median_ms": statistics.median(waits),
            "p95_ms": waits[math.ceil(0.95 * len(waits)) - 1],
            "longest_ms": waits[-1],
            "server_cpu_ms": 1000 * self.cpu_s / self.requests,
            "requests_per_s": self.requests / self.wall_s,
        }


@dataclass(frozen=True)
class Goal:
    """What is asked for, and what was measured."""

    text: str
    measured: float
    limit: float
    is_met: bool


# --- what the users ask ---------------------------------------------------------------------------------------------


def dragged(draw: random.Random, profile: str = "car") -> Wish:
    """Return a wish with one consultant somewhere in the city."""
    place = {"lon": draw.uniform(141.35, 141.75), "lat": draw.uniform(39.18, 39.52)}
    return {"profile": profile, "moved": [{"id": "C02", **place}]}


JOBS: dict[str, Callable[[random.Random, int], Wish]] = {
    "one consultant dragged": lambda draw, _: dragged(draw),
    "dragged in winter, a road closed": lambda draw, _: {**dragged(draw, "car-winter"), "closed": [{"edge": 100}]},
    "two more, one less, on foot": lambda draw, _: {
        "profile": "walk",
        "added": [dragged(draw)["moved"][0] | {"base": "新しい拠点"} for _ in range(2)],
        "removed": ["C05"],
    },
    "each has closed a road of their own": lambda draw, user: {**dragged(draw), "closed": [{"edge": 100 + 37 * user}]},
}


def plain(wish: Wish) -> bytes:
    """Return a wish as it is sent."""
    added = [{key: value for key, value in item.items() if key != "id"} for item in wish.get("added", [])]
    return json.dumps(wish | ({"added": added} if added else {})).encode()


def hand(wishes: list[Wish]) -> list[bytes]:
    """Return the wishes of a hand that drags and then lets go: the last also asks how low and how high it may be."""
    return [plain(wish | {"with_range": wish is wishes[-1]}) for wish in wishes]


# --- the server -------------------------------------------------------------------------------------------------------


@contextmanager
def city() -> Iterator[dict[str, str]]:
    """Give the environment of a database with the real city."""
    with tempfile.TemporaryDirectory(prefix="tono-bench-") as folder:
        Path(folder).chmod(0o755)  # the account of the database may look in
        environment = os.environ | {"TONO_STATE_DIR": f"{folder}/state"}
        for words in (
            "up --no-serve",
            f"network build --osm {DATA / 'tono.osm.pbf'} --name real",
            f"districts load {DATA / 'districts.geojson'}",
            f"demand load {DATA / 'demand_250m_cells.parquet'}",
        ):
            say(f"           tono {words.split(' --')[0]} …")
            subprocess.run([*TONO, *words.split()], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield environment
        finally:
            subprocess.run([*TONO, "db", "stop"], check=False, cwd=ROOT, env=environment, capture_output=True)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Start the server; give its port and the number of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [*TONO, "serve", "--port", str(port)]
    server = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(port, server)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers that it is ready."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process has spent, where Linux tells it."""
    facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


# --- the users --------------------------------------------------------------------------------------------------------


def use(port: int, wishes: list[bytes], rest_s: float, end: float, waits: list[float]) -> None:
    """Send wishes one after the other and write down how long each took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for wish in wishes:
        if time.monotonic() > end:
            break
        begin = time.perf_counter()
        connection.request("POST", PATH, wish, HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        waits.append(1000 * (time.perf_counter() - begin))
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{answer.status}: {body[:300]!r}")
        time.sleep(rest_s)
    connection.close()


def take_turn(row: Row, port: int, process: int, wishes: list[list[bytes]]) -> None:
    """Let all users send their wishes at once; a turn is cut off after a minute."""
    end = time.monotonic() + MOST_S
    waits: list[list[float]] = [[] for _ in wishes]
    users = [
        threading.Thread(target=use, args=(port, mine, row.rest_s, end, spent))
        for mine, spent in zip(wishes, waits, strict=True)
    ]
    begin, cpu = time.perf_counter(), cpu_seconds(process)
    for user in users:
        user.start()
    for user in users:
        user.join()
    row.cpu_s += cpu_seconds(process) - cpu
    row.wall_s += time.perf_counter() - begin
    row.waits_ms += [wait for spent in waits for wait in spent]
    row.requests = len(row.waits_ms)


def measure(port: int, process: int, options: argparse.Namespace) -> list[Row]:
    """Let the jobs take turns, first once to warm up, with one user and then with all."""
    draw = random.Random(1)  # noqa: S311 - the same wishes in each run
    rows = [Row(job, users) for users in (1, options.users) for job in JOBS]
    rows += [Row(job, options.users, REST_S) for job in JOBS]
    for turn in range(options.rounds + 1):
        for row in rows:
            count = WARM_UP if turn == 0 else options.requests
            wishes = [hand([JOBS[row.job](draw, user) for _ in range(count)]) for user in range(row.users)]
            take_turn(row if turn else Row(row.job, row.users, row.rest_s), port, process, wishes)
    return rows


def sizes(port: int) -> dict[str, int]:
    """Return how large an answer is, as it is sent and unpacked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", PATH, plain(dragged(random.Random(2))), HEADERS)  # noqa: S311
    body = connection.getresponse().read()
    return {"sent_bytes": len(body), "unpacked_bytes": len(gzip.decompress(body))}


def goals(rows: list[dict[str, Any]], users: int) -> list[Goal]:
    """Compare with what is asked for."""
    found = []
    for row in (row for row in rows if row["users"] == users):
        for key, limit in (("median_ms", 50.0), ("p95_ms", 100.0)):
            how = "as the page asks" if row["rest_ms"] else "back to back"
            text = f"{row['job']}, {users} users {how}, {key}"
            found.append(Goal(text, row[key], limit, row[key] <= limit))
    return found


def say(text: str) -> None:
    """Print a line for people; standard output is for the document."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    """Measure, print a table on stderr and one JSON document on stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--requests", type=int, default=15, help="of each user in each turn")
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    document: dict[str, Any] = {"bench": "what-if", "rows": [], "goals": [], "skipped": []}
    if not DATA.is_dir():
        say("           not measured: ../shared/data is not here")
        document["skipped"].append("../shared/data is not here")
    else:
        with city() as environment, serving(environment) as (port, process):
            rows = [row.facts() for row in measure(port, process, options)]
            document |= sizes(port)
        document["load_average"] = os.getloadavg()[0]
        document["rows"], found = rows, goals(rows, options.users)
        document["goals"] = [asdict(goal) for goal in found]
        for row in rows:
            say(
                f"{row['users']:>3} users, rest {row['rest_ms']:2.0f} ms  {row['job']:36}"
                f" {row['median_ms']:7.1f} ms median {row['p95_ms']:7.1f} ms 95 %"
                f" {row['server_cpu_ms']:6.2f} ms CPU {row['requests_per_s']:6.0f}/s"
            )
        for goal in found:
            say(f"{'met   ' if goal.is_met else 'MISSED'}  {goal.text}: {goal.measured:,.1f} (goal {goal.limit:g})")
        say(f"           load average {document['load_average']:.1f}")
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
