"""The container files, where no container engine is at hand: what they say, and that the entry point starts from it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((root / "docker" / "compose.yaml").read_text())
    return parsed


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> list[tuple[str, str]]:
    """Return the instructions of the image: word and rest, lines joined."""
    text = re.sub(r"\\\n", " ", (root / "docker" / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_nothing_is_published_beyond_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


def test_no_password_has_a_default(root: Path, compose: dict[str, Any]) -> None:
    example = (root / "docker" / "example.env").read_text()
    names = re.findall(r"^(TONO_\w+)=(.*)$", example, re.MULTILINE)
    assert [value for _, value in names] == [""] * 3
    asked = {name for name, _ in names}
    given = " ".join(
        str(value) for service in compose["services"].values() for value in service["environment"].values()
    )
    assert set(re.findall(r"\$\{(\w+)", given)) == asked
    for name in asked:
        assert f"${{{name}:?" in str(compose["services"]["database"]["environment"].values())


def test_the_web_service_reads_with_a_role_of_its_own(compose: dict[str, Any]) -> None:
    environment = compose["services"]["map"]["environment"]
    assert "tono_owner" in environment["TONO_DATABASE_URL"]
    assert "tono_app" in environment["TONO_WEB_DATABASE_URL"]
    assert compose["services"]["map"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_the_image_runs_as_an_ordinary_user_and_begins_with_the_service(
    root: Path, dockerfile: list[tuple[str, str]]
) -> None:
    words = dict(dockerfile)
    assert words["CMD"] == '["tono", "up"]'
    assert words["USER"] == "tono"
    assert "tono" in tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"]
    assert re.fullmatch(r"debian:\d+-slim", words["FROM"])
    copied = [rest for word, rest in dockerfile if word in {"COPY", "ADD"}]
    assert copied == ["--chown=tono:tono . ."]


def test_what_stays_out_of_the_image(root: Path) -> None:
    ignored = set((root / ".dockerignore").read_text().split())
    assert {".git", ".venv", ".tono", "data/raw", "docker/.env"} <= ignored


def test_the_script_of_the_roles_is_sound(root: Path, compose: dict[str, Any]) -> None:
    script = root / "docker" / "postgis" / "roles.sh"
    assert os.access(script, os.R_OK)
    shell = shutil.which("sh")
    assert shell
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0
    mounted = compose["services"]["database"]["volumes"]
    assert any(volume.startswith("./postgis/roles.sh:/docker-entrypoint-initdb.d/") for volume in mounted)
    text = script.read_text()
    # Passwords are handed over as variables of psql, never pasted into SQL.
    assert "PASSWORD :'owner_password'" in text
    assert "PASSWORD :'app_password'" in text


def test_the_entry_point_serves_from_a_database_elsewhere(
    new_database: Callable[[str], AbstractContextManager[str]], for_web: Callable[[str], str], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("tono")
    with new_database("container") as owner:
        environment = {
            "PATH": "/usr/bin:/bin",
            "TONO_DATABASE_URL": owner.replace("postgresql+psycopg://", "postgresql://"),
            "TONO_WEB_DATABASE_URL": for_web(owner),
            "TONO_STATE_DIR": str(tmp_path / "none"),
        }
        with subprocess.Popen([program, "up", "--port", str(port)], env=environment, stderr=subprocess.PIPE) as service:
            assert service.stderr
            for line in service.stderr:
                if f":{port}/".encode() in line:
                    break
            # The listener opens right after the line.
            transport = httpx2.HTTPTransport(retries=8)
            with httpx2.Client(transport=transport, base_url=f"http://127.0.0.1:{port}") as client:
                ready, city = client.get("/readyz"), client.get("/api/v1/status").json()
            service.terminate()
            assert service.wait(timeout=20) in {0, -signal.SIGTERM}
    assert ready.text == "ready"
    assert city["city"]["name"] == "遠野市"
    # With a database elsewhere no private one is made.
    assert not (tmp_path / "none").exists()
