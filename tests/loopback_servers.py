"""A server on this machine that answers as Overpass and Nominatim do, from roads drawn by hand or from a file."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import osmium

Element = dict[str, Any]


@dataclass
class Answers:
    """What the server says, and what it was asked: (path, parameters) in the order of the questions."""

    elements: Sequence[Element] = ()
    area: Mapping[str, Any] | None = None
    # Answers in place of the usual ones, by path: status and body.
    instead: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the service that lead to this server and to no other."""
        home = f"http://127.0.0.1:{self.port}"
        return {"TONO_OVERPASS_URL": f"{home}/api", "TONO_NOMINATIM_URL": f"{home}/", "NO_PROXY": "127.0.0.1"}

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body for a path."""
        if path in self.instead:
            return self.instead[path]
        if path == "/search":
            return 200, json.dumps([] if self.area is None else [found(self.area)]).encode()
        if path == "/api/interpreter":
            return 200, json.dumps({"version": 0.6, "elements": self.elements}).encode()
        return 404, b"nobody asks for this"


def found(area: Mapping[str, Any]) -> dict[str, Any]:
    """Return an area as Nominatim tells of it; the box is not used for anything."""
    names = {"class": "boundary", "type": "administrative", "display_name": "市", "name": "市", "importance": 0.5}
    place = {"place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "39.3", "lon": "141.5"}
    return names | place | {"boundingbox": ["39.0", "40.0", "141.0", "142.0"], "geojson": dict(area)}


@contextmanager
def answering(answers: Answers) -> Iterator[Answers]:
    """Answer on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(parts.path, parts.query)

        def do_POST(self) -> None:
            self._answer(self.path, self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, path: str, query: str) -> None:
            answers.asked.append((path, {key: values[0] for key, values in parse_qs(query).items()}))
            status, body = answers.answer(path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answers.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield answers
        finally:
            server.shutdown()
            thread.join()


def node(number: int, lon: float, lat: float) -> Element:
    """Return a node as Overpass tells of it."""
    return {"type": "node", "id": number, "lat": lat, "lon": lon}


def way(number: int, nodes: Sequence[int], **tags: str) -> Element:
    """Return a way as Overpass tells of it."""
    return {"type": "way", "id": number, "nodes": list(nodes), "tags": tags}


def roads_of_file(path: Path) -> list[Element]:
    """Return all roads of an OpenStreetMap file and their nodes as Overpass tells of them."""
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    roads = [way(entry.id, [ref.ref for ref in entry.nodes], **dict(entry.tags)) for entry in ways]
    wanted = {number for road in roads for number in road["nodes"]}
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(wanted))
    return [*(node(entry.id, entry.location.lon, entry.location.lat) for entry in nodes), *roads]
