"""A file that leaves the office is whole or as it was before."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from app.errors import InputError


def check_target(out: Path) -> Path:
    """Return where a file will lie, links followed; refuse, before any work, a place that none can be written to."""
    try:
        target = out.resolve()
        if not target.parent.is_dir():
            raise InputError(f"The folder {out.parent} does not exist. Make it first, or name another file.")
        if target.exists() and not target.is_file():
            raise InputError(f"{out} is not a file that can be replaced. Name a file.")
    except OSError as error:
        raise InputError(f"The file {out} cannot be written: {error.strerror}. Name another file.") from error
    return target


def write_whole(out: Path, content: bytes) -> None:
    """Write a file that is either whole or as it was before; say in one sentence why it could not be written."""
    part = ""
    try:
        handle, part = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # What mkstemp makes is for its owner alone; this file is meant to be handed on.
        Path(part).chmod(0o666 & ~_mask())
        os.replace(part, out)  # noqa: PTH105  (a pathlib.Path would be made of a text for this one call)
    except OSError as error:
        if part:
            with contextlib.suppress(OSError):
                Path(part).unlink()
        why = "the disk is full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else error.strerror or str(error)
        raise InputError(f"The file {out} cannot be written: {why}. Nothing was changed.") from error


def _mask() -> int:
    """Return the mask of the rights of new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
