"""Find the newest PostgreSQL on this machine that has PostGIS beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
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


def find_postgis() -> Installation:
    """Return the newest PostgreSQL with PostGIS; raise `ClusterError` with advice where there is none."""
    found = [installation for folder in _folders() if (installation := _inspect(folder))]
    if not found:
        raise ClusterError(f"No PostgreSQL with PostGIS was found on this machine. {ADVICE}")
    return max(found, key=lambda installation: installation.major)


def _folders() -> Iterator[Path]:
    if "PG_BIN" in os.environ:
        yield Path(os.environ["PG_BIN"])
        return
    for pattern in PLACES:
        yield from Path("/").glob(pattern.lstrip("/"))
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent


def _inspect(folder: Path) -> Installation | None:
    if not (folder / "initdb").exists() or not (folder / "pg_ctl").exists():
        return None
    share = _answer(folder / "pg_config", "--sharedir") or f"/usr/share/postgresql/{folder.parent.name}"
    version = _answer(folder / "initdb", "--version").split()
    number = version[2].split(".")[0] if len(version) > 2 else ""
    if not number.isdigit() or not (Path(share) / "extension" / "postgis.control").exists():
        return None
    return Installation(folder, int(number))


def _answer(program: Path, option: str) -> str:
    if not program.exists():
        return ""
    return subprocess.run([program, option], check=False, capture_output=True, text=True).stdout.strip()
