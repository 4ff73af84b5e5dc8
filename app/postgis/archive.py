"""Everything in one file, and back."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import psycopg

from app.postgis.errors import ClusterError
from app.postgis.installation import find_postgis

# The extension and its table belong to the server, not to the data.
NOT_OURS = (" EXTENSION ", "spatial_ref_sys", "COMMENT - EXTENSION")


def backup(url: str, file: Path) -> None:
    """Write a database into a file in PostgreSQL's custom form, whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    try:
        _run("pg_dump", url, ["--format=custom", f"--file={part}"])
        part.replace(file)
    except OSError as error:
        raise ClusterError(f"The backup {file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Put a database back from a file in one transaction: a broken file changes nothing."""
    if not file.is_file():
        raise ClusterError(f"There is no backup {file}.")
    contents = _run("pg_restore", None, ["--list", str(file)])
    ours = [line for line in contents.splitlines() if not any(mark in line for mark in NOT_OURS)]
    if not any(" TABLE " in line for line in ours):
        raise ClusterError(f"{file} is no backup of this service: there is no table in it. Nothing was changed.")
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
        wanted.write("\n".join(ours))
        wanted.flush()
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", f"--use-list={wanted.name}"]
        _run("pg_restore", url, [*options, str(file)])


def _run(program: str, url: str | None, options: list[str]) -> str:
    environment = dict(os.environ)
    command = [find_postgis().program(program), *options]
    if url:
        words = psycopg.conninfo.conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://"))
        # The password goes by the environment: a command line can be read by anyone on the machine.
        environment["PGPASSWORD"] = str(words.pop("password", "") or "")
        command += ["--dbname", psycopg.conninfo.make_conninfo(**{key: str(value) for key, value in words.items()})]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[0] if done.stderr.strip() else "no message"
        raise ClusterError(f"{program} failed: {reason}. Nothing was changed.")
    return done.stdout
