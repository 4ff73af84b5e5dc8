"""A pydantic model as a form of a page: labels, hints, limits and choices, what was typed, and what is wrong with it.

The macros of ``templates/forms.html`` write it. The same model that gives the labels reads what is posted, so that what
is said beside a field and what is refused cannot differ. What a model says of a field: ``title`` is the label,
``description`` the hint; in ``json_schema_extra`` stand ``titles`` (of its choices), ``rows`` (of a longer text) and
``hidden`` (sent back as it was).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.errors import InputError

M = TypeVar("M", bound=BaseModel)
MOST_FIELDS = 100
MOST_BYTES = 1_000_000
FORM = "application/x-www-form-urlencoded"
KINDS = {"integer": "number", "string": "text"}


@dataclass(frozen=True)
class FormError:
    """What is wrong, and with which field; without one it is the whole form."""

    text: str
    field: str = ""


@dataclass(frozen=True)
class FormField:
    """One field as the macros need it."""

    name: str
    label: str
    hint: str
    kind: str
    value: str
    error: str
    is_required: bool
    most_signs: int | None
    low: int | None
    high: int | None
    rows: int
    choices: Sequence[tuple[str, str]]

    @property
    def described_by(self) -> str:
        """Return the ids of what is read out with the field."""
        parts = [f"{self.name}-hint"] if self.hint else []
        return " ".join([*parts, *([f"{self.name}-error"] if self.error else [])])


@dataclass(frozen=True)
class Form(Generic[M]):
    """A form as it is shown."""

    model: type[M]
    values: Mapping[str, str]
    errors: Sequence[FormError] = ()

    @property
    def fields(self) -> dict[str, FormField]:
        """Return the fields by name, in the order of the model."""
        schema = self.model.model_json_schema()
        wrong = {error.field: error.text for error in reversed(self.errors)}
        required = schema.get("required", [])
        return {
            name: _field(name, facts, self.values.get(name), wrong.get(name, ""), is_required=name in required)
            for name, facts in schema["properties"].items()
        }


def _field(name: str, facts: dict[str, Any], value: str | None, error: str, *, is_required: bool) -> FormField:
    # What may be left empty is "something or null" in the schema.
    options = [option for option in facts.get("anyOf", []) if option.get("type") != "null"]
    rules = facts | (options[0] if options else {})
    titles: dict[str, str] = facts.get("titles", {})
    kind = "date" if rules.get("format") == "date" else KINDS.get(rules.get("type", ""), "text")
    default = rules.get("default")
    return FormField(
        name=name,
        label=facts["title"],
        hint=facts.get("description", ""),
        kind="hidden" if facts.get("hidden") else "choice" if "enum" in rules else "long" if "rows" in facts else kind,
        value=value if value is not None else "" if default is None else str(default),
        error=error,
        is_required=is_required,
        most_signs=rules.get("maxLength"),
        low=rules.get("minimum"),
        high=rules.get("maximum"),
        rows=facts.get("rows", 0),
        choices=[(option, titles.get(option, option)) for option in rules.get("enum", [])],
    )


async def posted(request: Request) -> dict[str, str]:
    """Return what a form sent, by field; the ends of lines are those of everywhere else, blanks around are gone."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise InputError("A form is expected.", detail="このページの入力欄から送ってください。")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise InputError("The form is too long.", detail="入力が長すぎます。短くしてください。")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise InputError(
            "The form cannot be read.", detail="入力を読めませんでした。もう一度送ってください。"
        ) from error
    return {name: re.sub(r"\r\n?", "\n", value).strip() for name, value in pairs}


def read_form(model: type[M], values: Mapping[str, str]) -> tuple[M | None, list[FormError]]:
    """Return what was typed as the model has it, or what is wrong with it; an empty field was not filled in."""
    given = {name: value for name, value in values.items() if value != "" and name in model.model_fields}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, [_said(model, fault) for fault in error.errors()]


def _said(model: type[BaseModel], fault: Any) -> FormError:
    """Return one fault in the words of the page."""
    name = str(fault["loc"][0]) if fault["loc"] else ""
    told = fault["msg"].removeprefix("Value error, ")
    if not name:
        return FormError(told)
    label = model.model_fields[name].title or name
    limits = fault.get("ctx", {})
    sentence = {
        "missing": "{label}を入力してください。",
        "string_too_short": "{label}を入力してください。",
        "string_too_long": "{label}は{max_length}文字以内で入力してください。",
        "string_pattern_mismatch": "{label}に使えない文字があります。",
        "int_parsing": "{label}は整数で入力してください。",
        "int_from_float": "{label}は整数で入力してください。",
        "int_parsing_size": "{label}の数が大きすぎます。",
        "greater_than_equal": "{label}は{ge}以上で入力してください。",
        "less_than_equal": "{label}は{le}以下で入力してください。",
        "literal_error": "{label}を選んでください。",
        "value_error": "{label}: {told}",
    }.get(fault["type"], "{label}は年月日で入力してください(例: 2026-12-01)。" if "date" in fault["type"] else "")
    return FormError((sentence or "{label}を確かめてください。").format(label=label, told=told, **limits), name)
