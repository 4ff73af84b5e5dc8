"""How much memory a serving process takes on the real city, fresh and after many requests.

Run it by itself: `python tests/bench/bench_memory.py [--requests 20000] [--users 4]`. It builds the real city in a
database of its own in a temporary folder, starts the real server as a process of its own on loopback, and sends it all
kinds of requests mixed: pages, roads, cells, areas, searches, and trials, each with its own moment and way to travel.
It prints the resident megabytes of the server, its database not counted, when it is ready and after 1,000, 5,000,
20,000 requests; none answers with an unexpected error.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench_what_if import DATA, city, dragged, plain, say, serving

STEPS = (1_000, 5_000, 20_000)
GOAL_MB = 400.0
GROWTH_MB = 25.0
PROFILES = ("car", "car-winter", "walk")
PAGES = (
    "/",
    "/list",
    "/plan",
    "/plan/list",
    "/plan/trial",
    "/plan/resilience",
    "/plan/scenarios",
    "/register/closures",
)
Request = tuple[str, str, bytes | None]


def memory_mb(process: int) -> float:
    """Return the resident memory of a process."""
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def moment(draw: random.Random) -> str:
    """Return any moment."""
    day = f"{draw.randint(1990, 2100)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return f"{day}T{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:00+09:00"


def requests(draw: random.Random, run: str) -> Iterator[Request]:
    """Yield requests without end."""
    kinds = {"trial": 50, "read": 30, "search": 10, "page": 5, "area": 4, "wrong": 1}
    for number in count():
        kind = draw.choices(list(kinds), list(kinds.values()))[0]
        profile = draw.choice(PROFILES)
        if kind == "trial":
            wish: dict[str, Any] = dragged(draw, profile)
            wish["minutes"] = sorted(draw.sample(range(1, 60), draw.randint(1, 6)))
            wish["with_range"] = number % 10 == 0
            wish["closed"] = [{"edge": draw.randint(0, 5000)} for _ in range(draw.randint(0, 5))]
            if number % 4 == 0:
                wish["at"] = moment(draw)
            yield "POST", "/api/v1/coverage/what-if", plain(wish)
        elif kind == "read":
            paths = ("roads", "places", "districts", "resources", "status", "consultants", f"coverage/{run}/cells")
            more = (f"coverage?profile={profile}", f"closures?at={quote(moment(draw))}", "closures", "scenarios")
            yield "GET", f"/api/v1/{draw.choice((*paths, *more))}", None
        elif kind == "search":
            yield (
                "GET",
                f"/api/v1/search?q={quote(draw.choice('遠野土淵上郷綾織相談介護会館') + draw.choice('サロン野の会'))}",
                None,
            )
        elif kind == "page":
            yield "GET", draw.choice(PAGES), None
        elif kind == "area":
            minutes = draw.randint(1, 60)
            yield (
                "GET",
                f"/api/v1/isochrones?consultant=C0{draw.randint(1, 9)}&minutes={minutes}&profile={profile}",
                None,
            )
        else:
            yield "POST", "/api/v1/coverage/what-if", json.dumps({"at": "x" * number, "moved": number}).encode()


def use(port: int, asked: Iterator[Request], turn: threading.Lock, number: int, failures: list[str]) -> None:
    """Send so many of the requests."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for _ in range(number):
        with turn:
            method, path, body = next(asked)
        headers = {"Accept-Encoding": "gzip"} | ({"Content-Type": "application/json"} if body else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            failures.append(f"{answer.status} {method} {path} {text[:200]!r}")
    connection.close()


def measure(port: int, process: int, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the memory at each step."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    rows = [{"requests": 0, "mb": memory_mb(process)}]
    connection.request("GET", "/api/v1/coverage")
    run = json.loads(connection.getresponse().read())["run"]
    asked, turn, failures = requests(random.Random(1), run), threading.Lock(), []  # noqa: S311 - the same in each run
    done = 0
    for step in sorted({min(step, options.requests) for step in STEPS}):
        begin = time.monotonic()
        share = (step - done) // options.users
        users = [threading.Thread(target=use, args=(port, asked, turn, share, failures)) for _ in range(options.users)]
        for user in users:
            user.start()
        for user in users:
            user.join()
        done = step
        rows.append({"requests": step, "mb": memory_mb(process), "seconds": time.monotonic() - begin})
        say(f"{step:>9,} requests: {rows[-1]['mb']:6.0f} MB   {rows[-1]['seconds']:6.0f} s")
    if failures:
        raise RuntimeError(f"{len(failures)} unexpected errors, first: {failures[0]}")
    return rows


def main() -> None:
    """Measure, print a table and each goal with met or MISSED, and a JSON document on stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=STEPS[-1])
    parser.add_argument("--users", type=int, default=4)
    options = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not here: the real roads of Tono are not part of the product")
    with city() as environment, serving(environment) as (port, process):
        say(f"        0 requests: {memory_mb(process):6.0f} MB")
        rows = measure(port, process, options)
    most, grown = max(row["mb"] for row in rows), rows[-1]["mb"] - rows[1]["mb"]
    for text, value, limit in (("most memory", most, GOAL_MB), ("grown after the first step", grown, GROWTH_MB)):
        say(f"{text}: {value:.0f} MB, goal {limit:.0f} MB: {'met' if value <= limit else 'MISSED'}")
    sys.stdout.write(json.dumps({"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
