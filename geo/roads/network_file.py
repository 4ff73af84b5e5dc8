"""The saved form of a road network: a zip of plain arrays, deterministic, without any pickled object."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import NetworkDataError
from geo.roads.seasons import SeasonalRule
from geo.roads.steps import from_steps, to_steps

FORMAT = 1
TEXT_FIELDS = ("name", "source", "date", "highways", "labels")
# Kept in steps, and called coords in the file.
STEPS_FIELDS = {"steps": "coords"}
# Kept and saved in 32 bits, or only saved so.
INDEX_FIELDS = ("u", "v", "highway", "label")
WIDE_FIELDS = ("offsets", "contraction_order")
# Files of earlier versions do not have these. The first is worked out anew; the others are saved only where they say
# something.
OPTIONAL_FIELDS = ("contraction_order",)
FLAG_FIELDS = ("motorroad", "no_foot")
OPTIONAL_TEXT_FIELDS = ("seasonal", "turn_restrictions")


def pack(values: Mapping[str, Any]) -> bytes:
    """Return the saved form of the fields of a network.

    Parameters
    ----------
    values : mapping
        Field names of `geo.roads.network.RoadNetwork` to their values, and what is kept with it (`OPTIONAL_FIELDS`).

    Returns
    -------
    bytes
        Equal fields give equal bytes.
    """
    head = {"format": FORMAT, **{name: values[name] for name in TEXT_FIELDS}}
    head |= {name: values[name] for name in OPTIONAL_TEXT_FIELDS if values[name] not in ((), None)}
    text = json.dumps(head, ensure_ascii=False, sort_keys=True).encode()
    silent = {*TEXT_FIELDS, *OPTIONAL_TEXT_FIELDS, *(name for name in FLAG_FIELDS if not values[name].any())}
    arrays = {STEPS_FIELDS.get(name, name): value for name, value in values.items() if name not in silent}
    arrays["node_lonlat"] = to_steps(arrays["node_lonlat"])
    for name in (*INDEX_FIELDS, *WIDE_FIELDS):
        arrays[name] = arrays[name].astype(np.int32)
    buffer = io.BytesIO()
    np.savez(buffer, head=np.frombuffer(text, dtype=np.uint8), **arrays)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, Any]:
    """Return the fields of a network from its saved form.

    Parameters
    ----------
    content : bytes
        What `pack` gave.

    Returns
    -------
    dict
        Equal to what was packed.

    Raises
    ------
    NetworkDataError
        If the content is damaged or of another format.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            values: dict[str, Any] = {name: arrays[name] for name in arrays.files}
        head = json.loads(values.pop("head").tobytes())
        if head.pop("format") != FORMAT:
            raise NetworkDataError(f"The saved network has another format than {FORMAT}; build it anew.")
        values |= {name: head[name] for name in TEXT_FIELDS}
        values["highways"] = tuple(head["highways"])
        values["labels"] = tuple((ref, name) for ref, name in head["labels"])
        values |= {name: values.pop(saved) for name, saved in STEPS_FIELDS.items()}
        values["node_lonlat"] = from_steps(values["node_lonlat"])
        values["seasonal"] = tuple(SeasonalRule(*rule) for rule in head.get("seasonal", ()))
        values["turn_restrictions"] = head.get("turn_restrictions")
        values |= {name: np.zeros(len(values["u"]), dtype=bool) for name in FLAG_FIELDS if name not in values}
        values |= {name: values[name].astype(np.int64) for name in WIDE_FIELDS if name in values}
    except (ValueError, KeyError, TypeError, OSError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        raise NetworkDataError(f"The saved network is damaged ({error}); build it anew.") from error
    return values


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to.
    content : bytes
        What to write.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)  # a temporary file is for its owner alone, the finished one is not
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
