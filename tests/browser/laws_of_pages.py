"""What must hold on every page in every window; each law gives the elements that break it."""

from __future__ import annotations

import itertools
from typing import Any

from playwright.sync_api import Page

Box = dict[str, float]
OVER_THE_MAP = (
    *("#legend", ".controls", "#banner", ".panel", ".header"),
    *(".leaflet-control-scale-line", ".leaflet-control-attribution"),
)
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter(node => {
    const clips = !["visible", "auto", "scroll"].includes(getComputedStyle(node).overflowX);
    const isElsewhere = node.closest(".sr-only, .screen-silent, #map, svg");
    return clips && !isElsewhere && node.checkVisibility() && node.scrollWidth > node.clientWidth + 1;
}).map(node => node.outerHTML.slice(0, 120))"""
SMALL_TEXT = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const small = [];
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const isNoText = node.closest(".symbol, script, style, noscript");
        if (!walker.currentNode.data.trim() || isNoText || !node.checkVisibility()) continue;
        if (parseFloat(getComputedStyle(node).fontSize) < 14) small.push(walker.currentNode.data.trim());
    }
    return small;
}"""
# A link inside a sentence is exempt (WCAG 2.2, 2.5.8); a mark is as large as its field that takes the finger.
SMALL_TARGETS = """() => {
    const pressed = "a, button, input, select, summary, [role=button], [role=option]";
    const field = node => {
        const box = (node.closest("label") ?? node).getBoundingClientRect();
        if (!node.matches(".mark")) return box;
        const inset = parseFloat(getComputedStyle(node, "::before").top);
        return { width: box.width - 2 * inset, height: box.height - 2 * inset };
    };
    return [...document.querySelectorAll(pressed)]
        .filter(node => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".skip"))
        .filter(node => !(node.parentElement.matches("p") && node.matches("a, .link")) || node.closest(".foot"))
        .map(node => [field(node), node.outerHTML.slice(0, 100)])
        .filter(([box]) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
        .map(([box, html]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`);
}"""


def settle(page: Page) -> None:
    """Wait until nothing slides or fades any more: a look at it on the way would depend on luck."""
    page.evaluate("""() => Promise.allSettled(document.getAnimations()
        .filter(one => one.effect.getTiming().iterations !== Infinity).map(one => one.finished))""")


def apart(one: Box, other: Box) -> bool:
    """Return whether two boxes share no more than a rim of a pixel."""
    wide = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    high = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return wide <= 1 or high <= 1


def boxes_over_the_map(page: Page) -> dict[str, Box]:
    """Return where the parts around and over the map lie."""
    found = {name: page.locator(name).bounding_box() for name in OVER_THE_MAP if page.locator(name).is_visible()}
    return {name: {**box} for name, box in found.items() if box}


def overlapping(page: Page) -> list[tuple[str, str]]:
    """Return the pairs of parts that lie over each other."""
    boxes = boxes_over_the_map(page)
    return [(a, b) for a, b in itertools.combinations(boxes, 2) if not apart(boxes[a], boxes[b])]


def cut_off(page: Page) -> list[str]:
    """Return the elements whose words do not fit, and the page itself where it is wider than the window."""
    # Not `innerWidth`: a phone shows a page that is too wide from farther away, and then that grows with it.
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found: list[str] = page.evaluate(CUT_OFF)
    return found + ([f"the page is {wider} px wider than the window"] if wider > 0 else [])


def small_text(page: Page) -> list[str]:
    """Return the texts under 14 px."""
    found: list[str] = page.evaluate(SMALL_TEXT)
    return found


def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is smaller than a thumb."""
    found: list[str] = page.evaluate(SMALL_TARGETS)
    return found


def against_wcag(page: Page, axe: str, rules: list[str] = AXE_RULES, within: str = "html") -> list[str]:
    """Return what axe-core finds wrong in a part of a page, one line for each element."""
    page.evaluate(axe)
    # Only what is wrong comes back: all that is right is megabytes of a large page.
    found: Any = page.evaluate(
        """([within, runOnly]) => axe.run(within, { runOnly, resultTypes: ['violations'] })
            .then(told => told.violations)""",
        [within, rules],
    )
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]
