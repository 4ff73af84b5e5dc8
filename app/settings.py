"""Settings of the service: the only reader of the environment."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.errors import SettingsError

PROJECT_ROOT = Path(__file__).parent.parent
PREFIX = "TONO_"
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (only compared with)
HOST_NAME = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+", re.ASCII)


class Settings(BaseSettings):
    """Everything that may differ between two installations.

    Attributes
    ----------
    database_url
        A PostgreSQL + PostGIS of your own, as ``postgresql://user:password@host:5432/database``. Empty: a private one
        is started in `state_dir`.
    web_database_url
        The same database with the reading role for the web service. Empty: `database_url`.
    test_database_url
        A server for the tests; its database name must end in ``_test``.
    state_dir
        Folder for the private database.
    listen
        Address that the web service listens on. There are no accounts yet, so it stays on this machine; only inside
        a container is ``0.0.0.0`` right, with the port published to 127.0.0.1.
    port
        Port of the web service.
    hosts
        Names, with commas between them, by which the service may be called besides ``127.0.0.1``, ``localhost`` and
        ``[::1]``; a request that calls it otherwise is refused.
    largest_body_mb
        Largest body of a request, in megabytes.
    gsi_tiles
        Show the map tiles of the Geospatial Information Authority. Needs the internet on the viewer's machine.
    overpass_url
        Overpass server for ``tono network build --place``; asked only by that command.
    city_name
        Name of the city on the screens.
    city_code
        Code of the municipality (全国地方公共団体コード, five digits).
    nominatim_url
        Nominatim server that turns the name given to ``--place`` into an area; asked only by that command.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: str = ""
    web_database_url: str = ""
    test_database_url: str = ""
    state_dir: Path = PROJECT_ROOT / ".tono"
    listen: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    hosts: str = ""
    largest_body_mb: int = Field(default=2, ge=1, le=1000)
    gsi_tiles: bool = False
    city_name: str = "遠野市"
    city_code: str = "03208"
    overpass_url: str = "https://overpass-api.de/api"
    nominatim_url: str = "https://nominatim.openstreetmap.org/"

    @property
    def known_hosts(self) -> frozenset[str]:
        """Names by which the service may be called, the address that it listens on among them unless it is any."""
        listen = [] if self.listen in ANY_ADDRESS else [f"[{self.listen}]" if ":" in self.listen else self.listen]
        return frozenset(name.strip() for name in [*self.hosts.split(","), *listen] if name.strip())

    @field_validator("hosts")
    @classmethod
    def _are_names(cls, hosts: str) -> str:
        """Refuse addresses where names are wanted."""
        wrong = [name for name in hosts.split(",") if name.strip() and not HOST_NAME.fullmatch(name.strip())]
        if wrong:
            raise ValueError(f"{wrong[0].strip()!r} must be a name such as map.example, without https:// and port")
        return hosts

    @field_validator("database_url", "web_database_url", "test_database_url")
    @classmethod
    def _is_postgres(cls, address: str) -> str:
        """Refuse what is no address of PostgreSQL; the address itself is not repeated, a password may stand in it."""
        try:
            fits = not address or make_url(address).get_backend_name() in {"postgresql", "postgres"}
        except (ArgumentError, ValueError):
            fits = False
        if not fits:
            raise ValueError("it must look like postgresql://user:password@host:5432/database")
        return address


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process; raise `SettingsError` on an unknown or malformed TONO_* variable."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(known))}.")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"The setting {name} cannot be used: {reason}.") from None
