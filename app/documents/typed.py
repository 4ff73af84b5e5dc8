"""Base of every document: what a route answers with, and what is stored as JSON."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

WHOLE = re.compile(r"-?[0-9]+")
LOCAL = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
OFFSET = r"(Z|[+-]\d\d:\d\d)"
# A moment that may leave its offset out.
LOCAL_MOMENT = f"^{LOCAL}{OFFSET}?$"


# A number as JSON has it: whole where it is whole.
Number = int | float
IsoDate = Annotated[str, Field(json_schema_extra={"format": "date"})]
IsoMoment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
ByMinutes = Annotated[dict[str, int], Field(description="People by whole minutes.")]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


# A member that stands only where it means something.
ABSENT: Any = Field(None, json_schema_extra=_without_default)


def _absent_is_not_required(schema: dict[str, Any], kind: type[BaseModel]) -> None:
    """Take what stands only where it means something out of the required members."""
    absent = {name for name, field in kind.model_fields.items() if field.json_schema_extra is _without_default}
    if absent:
        schema["required"] = [name for name in schema.get("required", ()) if name not in absent]


class Document(BaseModel):
    """A document with named members; a member that it does not know is left out, so that older ones stay readable."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_serialization_defaults_required=True,
        json_schema_extra=_absent_is_not_required,
    )


def as_text(document: Document) -> str:
    """Return a document as JSON for people's programs; members that were not set are left out."""
    return json.dumps(document.model_dump(mode="json", by_alias=True, exclude_unset=True), ensure_ascii=False)


def _whole(given: Any) -> Any:
    """Refuse what Python reads as a whole number but the description of the API does not: 1_000, 1.0, a blank."""
    if isinstance(given, str) and not WHOLE.fullmatch(given):
        raise ValueError("it must be a whole number in digits")
    return given


def _local_moment(given: Any) -> Any:
    """Refuse what Python reads as a moment but the description of the API does not: seconds since 1970, a day."""
    if isinstance(given, datetime) or (isinstance(given, str) and re.search(LOCAL_MOMENT, given, re.ASCII)):
        return given
    raise ValueError("it must be a date and a time, such as 2026-01-15T10:00:00+09:00")


# What a request must write in these ways.
LARGEST_NUMBER = 2**31 - 1
RowNumber = Annotated[int, Field(ge=1, le=LARGEST_NUMBER), BeforeValidator(_whole)]
LocalMoment = Annotated[
    datetime,
    Field(strict=False),
    BeforeValidator(_local_moment),
    WithJsonSchema({"type": "string", "pattern": LOCAL_MOMENT, "examples": ["2026-01-15T10:00:00"]}),
]
