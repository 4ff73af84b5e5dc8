"""The description of the API as a judge: whether a request is as described, and whether an answer is."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

WHOLE = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Operation:
    """A method of a path, as it is described."""

    path: str
    method: str
    facts: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """Return the values that stand in its address."""
        return list(self.facts.get("parameters", []))

    @property
    def body(self) -> Mapping[str, Any] | None:
        """Return the schema of its body."""
        body = self.facts.get("requestBody")
        return body and body["content"]["application/json"]["schema"]


class Description:
    """A description of an API. Answers are held to it to the letter: what it does not name may not be there."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._closed = copy.deepcopy(dict(document))
        for schema in self._closed["components"]["schemas"].values():
            if "properties" in schema and "additionalProperties" not in schema:
                schema["additionalProperties"] = False

    def operations(self) -> Iterator[Operation]:
        """Yield every method of every path."""
        for path, methods in self.document["paths"].items():
            for method, facts in methods.items():
                yield Operation(path, method, facts)

    def operation(self, method: str, path: str) -> Operation:
        """Return one of them."""
        return Operation(path, method.lower(), self.document["paths"][path][method.lower()])

    def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
        """Return whether a value is as a schema of a request says."""
        return self._validator(schema, self.document).is_valid(value)

    def parameter_fits(self, parameter: Mapping[str, Any], text: str | None) -> bool:
        """Return whether a text in an address is as described; None is left out."""
        if text is None:
            return not parameter.get("required", False)
        return any(self.fits(parameter["schema"], value) for value in _readings(text))

    def faults(self, operation: Operation, reply: Any) -> list[str]:
        """Return in what an answer is not as described."""
        described = operation.facts["responses"].get(str(reply.status_code))
        if described is None:
            return [f"{operation}: {reply.status_code} is not described"]
        content = described.get("content", {})
        kind = reply.headers.get("content-type")
        if not content:
            return [] if reply.content == b"" else [f"{operation}: {reply.status_code} has a body"]
        if kind not in content:
            return [f"{operation}: {reply.status_code} as {kind} is not described"]
        if "json" not in kind:
            return []
        errors = self._validator(content[kind]["schema"], self._closed).iter_errors(reply.json())
        return [f"{operation}: {reply.status_code} {error.json_path}: {error.message[:200]}" for error in errors]

    def _validator(self, schema: Mapping[str, Any], document: Mapping[str, Any]) -> Draft202012Validator:
        whole = {**schema, "components": document["components"]}
        return Draft202012Validator(whole, format_checker=FormatChecker())


def _readings(text: str) -> Iterator[Any]:
    """Yield what a text in an address may mean."""
    yield text
    if WHOLE.fullmatch(text):
        yield int(text)
    if NUMBER.fullmatch(text):
        yield float(text)
    if text in {"true", "false"}:
        yield text == "true"
