"""What can go wrong with a database server, in one sentence each."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ClusterError(Exception):
    """The private database cannot be found, started, saved or restored."""


def disk_full(folder: Path) -> ClusterError:
    """Return the error of a full disk."""
    return ClusterError(
        f"The disk that holds {folder} is full. Free some space there, or name a folder on another disk in "
        "TONO_STATE_DIR."
    )


@contextmanager
def telling(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses below `folder` into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(folder) from error
        where = error.filename or folder
        raise ClusterError(
            f"The private database in {folder} cannot be used: {where}: {error.strerror}. Start it as the user who "
            "made it, or name another folder in TONO_STATE_DIR."
        ) from error
