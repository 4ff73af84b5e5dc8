"""The rules of the tests themselves: each looks at something, and nothing is compared with itself."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

# Values that stand in a condition for themselves.
FIXED = ast.Constant | ast.Tuple | ast.List | ast.Lambda | ast.GeneratorExp | ast.JoinedStr
CHECKS = re.compile(r"^(assert|raises$|expect$|warns$|fail$)")


def empty_comparisons(source: str) -> Iterator[str]:
    """Yield the comparisons of an expression with itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = [ast.dump(side) for side in sides]
            if any(a == b for a, b in itertools.pairwise(texts)):
                yield f"{node.lineno}: {ast.unparse(node)}"


def unchecked(source: str) -> Iterator[str]:
    """Yield the tests that assert nothing, expect no error and call no check."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            called = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
            names = [f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in called]
            has_assert = any(isinstance(part, ast.Assert) for part in ast.walk(node))
            if not has_assert and not any(CHECKS.match(name) for name in names):
                yield node.name


def decided_beforehand(source: str) -> Iterator[str]:
    """Yield conditions whose value does not depend on anything: constants, displays, lengths that are 0 or more."""
    for node in ast.walk(ast.parse(source)):
        conditions: list[ast.expr] = []
        if isinstance(node, ast.If | ast.IfExp | ast.Assert):
            conditions = [node.test]
        elif isinstance(node, ast.BoolOp):
            conditions = node.values[:-1] if isinstance(node.op, ast.Or) else node.values
            if len({ast.dump(value) for value in node.values}) < len(node.values):
                yield f"{node.lineno}: {ast.unparse(node)}"
        for condition in conditions:
            text = ast.unparse(condition)
            if isinstance(condition, FIXED) or re.match(r"^len\(.*\) >= 0$", text):
                yield f"{node.lineno}: {text}"


def sources(root: Path) -> dict[str, str]:
    """Return the files of the tests."""
    return {path.relative_to(root).as_posix(): path.read_text() for path in sorted((root / "tests").rglob("*.py"))}


def test_nothing_is_compared_with_itself(root: Path) -> None:
    found = {f"{name}:{text}" for name, source in sources(root).items() for text in empty_comparisons(source)}
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "assert x == x",
        "assert 1 < found['a'] <= found['a']",
        "assert a.get('/').headers['e'] == a.get('/').headers['e']",
    ],
)
def test_a_comparison_with_itself_is_seen(line: str) -> None:
    assert list(empty_comparisons(line))
    assert not list(empty_comparisons("assert x == y == z"))


def test_every_test_looks_at_something(root: Path) -> None:
    tests = {name: source for name, source in sources(root).items() if Path(name).name.startswith("test_")}
    assert {f"{name}: {test}" for name, source in tests.items() for test in unchecked(source)} == set()


def test_a_test_without_a_check_is_seen() -> None:
    assert list(unchecked("def test_x():\n    print(measure())\n")) == ["test_x"]
    for line in (
        "assert x",
        "with pytest.raises(ValueError): f()",
        "expect(page).to_have_text('')",
        "tono().assert_done()",
    ):
        assert not list(unchecked(f"def test_x():\n    {line}\n"))


def test_no_condition_is_decided_beforehand(root: Path) -> None:
    assert {f"{name}:{text}" for name, source in sources(root).items() for text in decided_beforehand(source)} == set()


@pytest.mark.parametrize(
    "line",
    [
        "assert (x, 'message')",
        "assert len(x) >= 0",
        "y = 1 if True else 2",
        "z = x or x",
        "assert [a] and b",
        "if 1: f()",
    ],
)
def test_a_condition_that_is_decided_beforehand_is_seen(line: str) -> None:
    assert list(decided_beforehand(line))
    assert not list(decided_beforehand("assert x or []\nif len(x) >= 1: f()"))
