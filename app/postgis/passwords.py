"""The passwords of the private cluster's roles: drawn at random, kept in one file that only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from app.postgis.errors import ClusterError

SUPER, OWNER, APP = "tono_super", "tono_owner", "tono_app"


def make_passwords(base: Path) -> dict[str, str]:
    """Draw the passwords unless there are some, and return them."""
    file = _file(base)
    if not file.exists():
        part = file.with_suffix(".new")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump({role: secrets.token_urlsafe(24) for role in (SUPER, OWNER, APP)}, out)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    return read_passwords(base)


def read_passwords(base: Path) -> dict[str, str]:
    """Return the passwords by role."""
    file = _file(base)
    try:
        words = json.loads(file.read_text())
        return {role: str(words[role]) for role in (SUPER, OWNER, APP)}
    except FileNotFoundError:
        raise ClusterError(f"The passwords of the private database are not in {file}. Start it once.") from None
    except (ValueError, TypeError, KeyError):
        # The file's text must not reach a message.
        raise ClusterError(
            f"The passwords of the private database in {file} cannot be read. Stop the database, remove that file and "
            "start again: new ones are drawn."
        ) from None


def _file(base: Path) -> Path:
    return base / "passwords.json"
