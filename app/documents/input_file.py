"""A file that someone hands in: read once, so that what is parsed is what its fingerprint names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError

MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class InputFile:
    """The whole content of a file and the SHA-256 of just that content."""

    path: Path
    content: bytes
    sha256: str

    @property
    def ending(self) -> str:
        """Return the ending of its name in small letters, such as ``.csv``."""
        return self.path.suffix.lower()


def check_readable(path: Path) -> None:
    """Say in one sentence why a file cannot be read, before any work is done for it."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def read_input(path: Path, *, most_bytes: int = MOST_BYTES) -> InputFile:
    """Return a file read whole, or say in one sentence why it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # a name with a NUL in it is a ValueError
        raise _unreadable(path, error) from error
    if len(content) > most_bytes:
        raise InputError(
            f"{path} is larger than {most_bytes / 1024**2:,.0f} MB. Split it, or keep only the rows that are needed."
        )
    return InputFile(path, content, hashlib.sha256(content).hexdigest())


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"The file {path} cannot be read: {reason}. Check the name and the permission.")
