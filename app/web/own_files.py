"""The files of the pages under an address that changes with them: a browser asks for each once and never again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"


def version_of(folder: Path) -> str:
    """Return 12 digits that change with any file of a folder."""
    sums = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        sums.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
        sums.update(file.read_bytes())
    return sums.hexdigest()[:12]


class OwnFiles(StaticFiles):
    """Serves the files of the pages below ``/static/{version}``; a page of an older version gets today's files."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)
        self.version = version_of(STATIC)

    @property
    def address(self) -> str:
        """Where the files are for now."""
        return f"/static/{self.version}"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, for good where the address names the version that is here."""
        response = await super().get_response(path, scope)
        if scope["path_params"]["version"] == self.version:
            response.headers["Cache-Control"] = FOR_GOOD
        return response
