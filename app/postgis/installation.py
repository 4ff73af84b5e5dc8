"""Find the PostgreSQL programs on this machine, and whether PostGIS is beside them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.postgis.errors import ClusterError

PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # the PostgreSQL project's own packages
    "/opt/homebrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
ADVICE = (
    "Install it (Debian, Ubuntu: apt-get install --no-install-recommends postgresql-postgis), or use containers "
    "(docker compose -f docker/compose.yaml up), or name a server of your own in TONO_DATABASE_URL."
)


@dataclass(frozen=True)
class Installation:
    """Programs of one PostgreSQL version."""

    bin_dir: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(self.bin_dir / name)

    @property
    def has_postgis(self) -> bool:
        """Whether PostGIS can be put into a database of this server."""
        told = _answer(self.bin_dir / "pg_config", "--sharedir")
        beside = [self.bin_dir.parent / "share", self.bin_dir.parent / "share" / "postgresql"]
        shares = [Path(told)] if told else [Path(f"/usr/share/postgresql/{self.major}"), *beside]
        return any((share / "extension" / "postgis.control").exists() for share in shares)


def find_postgis(major: int | None = None, places: Sequence[str] = PLACES) -> Installation:
    """Return the newest PostgreSQL with PostGIS, or that of version `major`; raise `ClusterError` with advice."""
    servers = [server for server in _installed(places, "initdb") if (server.bin_dir / "pg_ctl").exists()]
    if not servers:
        raise ClusterError(f"No PostgreSQL server was found on this machine. {ADVICE}")
    usable = [server for server in servers if server.has_postgis]
    if not usable:
        names = ", ".join(sorted({f"{server.major} in {server.bin_dir}" for server in servers}))
        raise ClusterError(f"PostgreSQL is on this machine ({names}), but PostGIS is missing. {ADVICE}")
    wanted = [server for server in usable if major in {None, server.major}]
    if not wanted:
        newest = max(server.major for server in usable)
        raise ClusterError(
            f"The data was made by PostgreSQL {major}, but this machine has PostgreSQL {newest} with PostGIS. Install "
            f"version {major} beside it (Debian: postgresql-{major}-postgis-3), save with `tono db backup`, and "
            "restore into a new state folder (TONO_STATE_DIR)."
        )
    return max(wanted, key=lambda server: server.major)


def find_clients(major: int, places: Sequence[str] = PLACES) -> Installation:
    """Return the programs that save and restore a server of version `major`: the same version, else the newest."""
    clients = [client for client in _installed(places, "pg_dump") if (client.bin_dir / "psql").exists()]
    fitting = [client for client in clients if client.major >= major]
    if not fitting:
        raise ClusterError(
            f"Saving and restoring needs the programs pg_dump, pg_restore and psql of PostgreSQL {major} or newer. "
            f"Install them (Debian, Ubuntu: apt-get install postgresql-client-{major})."
        )
    return min(fitting, key=lambda client: (client.major != major, -client.major))


def _installed(places: Sequence[str], program: str) -> Iterator[Installation]:
    for folder in _folders(places, program):
        words = _answer(folder / program, "--version").split()
        number = words[2].split(".")[0] if len(words) > 2 else ""
        if number.isdigit():
            yield Installation(folder, int(number))


def _folders(places: Sequence[str], program: str) -> Iterator[Path]:
    for pattern in places:
        yield from Path("/").glob(pattern.lstrip("/"))
    on_path = shutil.which(program)
    if on_path:
        yield Path(on_path).resolve().parent


def _answer(program: Path, option: str) -> str:
    if not program.exists():
        return ""
    try:
        return subprocess.run([program, option], check=False, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""
