"""A folium page in one file: scripts, styles and pictures inside, and a policy that lets nothing else in.

Folium links Leaflet, jQuery, Bootstrap and icon fonts from other hosts. `OfflineMap` asks for none of them, and
`OfflinePage` carries Leaflet and the modules that draw the map within itself, refuses parts that would link to a host,
and forbids the browser to load anything. Folium's own classes stay as they are, for others may use them in the same
process.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import folium
from branca.element import Element, Figure, Link
from folium.template import Template

HERE = Path(__file__).parent
LEAFLET = "leaflet"
MARKER_PICTURES = ("iconUrl", "iconRetinaUrl", "shadowUrl")
# Length of the random names that branca gives.
RANDOM_ID = 32
FIRST_BEYOND_ASCII = 0xA0
# Signs of a script that an address of the form data: may hold as they are; without the colon no address can be read.
SAFE_IN_ADDRESS = " !$&()*+,/;=?@[]^_`{|}~-.'"
LINE_ENDS = {0x2028, 0x2029, 0xFEFF}


@dataclass(frozen=True)
class PageFiles:
    """The text of the third-party and style files that a page carries within itself.

    Attributes
    ----------
    modules : mapping of str to str
        JavaScript modules by the names under which they import each other, Leaflet 1.9 as ``leaflet`` among them.
    start : str
        Which of them exports ``openMap(id, bounds)``, which returns Leaflet's map, and ``showPage(drawn, facts)``.
    styles : sequence of str
        Style sheets in their order; pictures in them as data: addresses.
    words : str
        JSON that the modules read from ``#words``.
    symbols : str
        An SVG with one ``<symbol>`` per kind of mark.
    icon : str
        The page's icon as a data: address.
    marker : mapping of str to str
        ``iconUrl``, ``iconRetinaUrl`` and ``shadowUrl`` of Leaflet's own marker as data: addresses.
    licences : sequence of str
        Licence texts of what is carried, as their authors ask.
    """

    modules: Mapping[str, str]
    start: str
    styles: Sequence[str]
    words: str = "{}"
    symbols: str = ""
    icon: str = "data:,"
    marker: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(MARKER_PICTURES, "data:,"))
    licences: Sequence[str] = ()


@dataclass(frozen=True)
class PageParts:
    """What stands around the map: a title in plain text, the rest as HTML that is ready to be shown.

    Attributes
    ----------
    title : str
        Title of the page.
    header : str
        Head over the whole width.
    panel : str
        Text beside the map, with an element ``#layers`` for the switches of the layers.
    notice : str
        A note over the map, or nothing.
    """

    title: str
    header: str = ""
    panel: str = ""
    notice: str = ""


class OfflineMap(folium.Map):
    """A folium map without tiles that links to nothing and leaves size and place to the page's styles.

    Parameters
    ----------
    label : str
        What a screen reader calls the map.
    bounds : sequence of float
        west, south, east, north of what is shown at first, in degrees.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  (folium's own form of an override)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012  (as above)
    _template = Template("""
        {%- macro html(this, kwargs) %}
            <div class="map folium-map" id={{ this.get_name()|tojson }} role="application" tabindex="0"
              aria-label="{{ this.label|e }}"></div>
        {% endmacro -%}
        {%- macro script(this, kwargs) %}
            const {{ this.get_name() }} = openMap({{ this.get_name()|tojson }}, {{ this.city|tojson }});
        {% endmacro -%}
    """)

    def __init__(self, label: str, bounds: Sequence[float]) -> None:
        west, south, east, north = bounds
        super().__init__(location=((south + north) / 2, (west + east) / 2), tiles=None)
        self.label = label
        self.city = list(bounds)


class OfflinePage(Figure):
    """The whole page around one map, in one file.

    Parameters
    ----------
    parts : PageParts
        What stands around the map.
    files : PageFiles
        What the page carries within itself.
    image_hosts : sequence of str, optional
        Servers that pictures may come from; none by default.
    """

    _template = Template((HERE / "page.html").read_text(encoding="utf-8"))

    def __init__(self, parts: PageParts, files: PageFiles, *, image_hosts: Sequence[str] = ()) -> None:
        super().__init__()
        self.parts = parts
        self.files = files
        self.image_hosts = tuple(image_hosts)
        self._numbered = 0

    @property
    def minute_colours(self) -> int:
        """How many colours the style sheets have for classes of minutes.

        Returns
        -------
        int
            ``--minutes-1``, ``--minutes-2`` and so on, counted.
        """
        return len(set(re.findall(r"--minutes-\d(?=\s*:)", "\n".join(self.files.styles))))

    def render(self, **kwargs: Any) -> str:
        """Return the page as HTML; the same inputs give the same text.

        Parameters
        ----------
        **kwargs
            As in branca; not used.

        Returns
        -------
        str
            The whole document.

        Raises
        ------
        ValueError
            If a part of the map would be loaded from another host, or would end the script it stands in.
        """
        self._number()
        with _as_before(self, self.header, self.html, self.script):
            return self._whole(**kwargs)

    def _whole(self, **kwargs: Any) -> str:
        for child in list(self._children.values()):
            child.render(**kwargs)
        links = [part.url for part in _descendants(self.header) if isinstance(part, Link)]
        if links:
            raise ValueError(f"A part of the map would load {', '.join(links)}; use one that Leaflet draws alone.")
        script = f"{self._beginning()}\n{readable(self.script.render(**kwargs)).strip()}"
        modules = json.dumps({"imports": {name: _as_address(text) for name, text in self.files.modules.items()}})
        if any("</script" in text.lower() or "<!--" in text for text in (script, modules)):
            raise ValueError("A script of the page holds the end of a script and would be cut there.")
        # Whoever writes into the page later cannot know it: it is made from all that may run.
        nonce = base64.b64encode(hashlib.sha256((modules + script).encode()).digest()).decode()
        return str(
            self._template.render(
                this=self,
                words=self.files.words.replace("<", "\\u003c"),
                modules=modules,
                script=script,
                nonce=nonce,
                styles=self._styles(),
                policy=self._policy(nonce),
            )
        )

    def _number(self) -> None:
        """Give each new element a number in place of its random name."""
        for element in _descendants(self):
            if len(element._id) == RANDOM_ID:  # noqa: SLF001  (names must be stable, and branca offers no seam for that)
                element._id = str(self._numbered)  # noqa: SLF001
                self._numbered += 1

    def _beginning(self) -> str:
        """Return what the script of the map begins with: its modules, and Leaflet's own marker kept from asking."""
        pictures = json.dumps(dict(self.files.marker))
        return (
            f'import * as L from "{LEAFLET}";\n'
            f"import {{ openMap, showPage }} from {json.dumps(self.files.start)};\n"
            f'L.Icon.Default.imagePath = "";\nL.Icon.Default.mergeOptions({pictures});'
        )

    def _styles(self) -> list[str]:
        return [style.strip() for style in (*self.files.styles, (HERE / "page.css").read_text(encoding="utf-8"))]

    def _policy(self, nonce: str) -> str:
        """Return a content security policy under which only the page's own scripts run and nothing is fetched."""
        pictures = " ".join(("data:", *self.image_hosts))
        return (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src {pictures}; "
            "base-uri 'none'; form-action 'none'"
        )


@contextmanager
def _as_before(*roots: Element) -> Iterator[None]:
    """Take away again what folium adds to elements while it renders them, or a second time would add it twice."""
    elements = [*roots, *(part for root in roots for part in _descendants(root))]
    before = [(element, element._children.copy()) for element in elements]  # noqa: SLF001  (as in `_descendants`)
    try:
        yield
    finally:
        for element, children in before:
            element._children = children  # noqa: SLF001


def _as_address(script: str) -> str:
    """Return a module as an address that holds its text."""
    return "data:text/javascript;charset=utf-8," + quote(script, safe=SAFE_IN_ADDRESS)


def _descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001  (branca has no public way to walk)
        yield child
        yield from _descendants(child)


def readable(script: str) -> str:
    r"""Return a script whose strings say Japanese as it is written, in half the bytes.

    Parameters
    ----------
    script : str
        JavaScript or JSON whose strings escape all but ASCII, as folium writes it.

    Returns
    -------
    str
        The same script; what would end a line or a string stays escaped.

    Examples
    --------
    >>> readable(r'"\u9060\u91ce \u003c \\u9060"')
    '"遠野 \\u003c \\\\u9060"'
    """
    return re.sub(r"\\(?:u([0-9a-f]{4})|.)", _spoken, script)


def _spoken(escape: re.Match[str]) -> str:
    code = int(escape[1] or "0", 16)
    is_plain = code >= FIRST_BEYOND_ASCII and not (0xD800 <= code <= 0xDFFF) and code not in LINE_ENDS
    return chr(code) if is_plain else escape[0]


def data_address(content: bytes, kind: str) -> str:
    """Return bytes as an address that holds them.

    Parameters
    ----------
    content : bytes
        A file.
    kind : str
        Its media type.

    Returns
    -------
    str
        ``data:…``.

    Examples
    --------
    >>> data_address(b"hi", "text/plain")
    'data:text/plain;base64,aGk='
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def outside_addresses(page: str) -> list[str]:
    """Return what a browser would load, or be led to, from outside a page.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    list of str
        Addresses in attributes, style sheets and imports, in their order; ``data:`` and ``#…`` stand inside.

    Examples
    --------
    >>> outside_addresses('<img src="a.png"><use href="#mark"/><style>p { background: url(data:,) }</style>')
    ['a.png']
    """
    text = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    tags = re.sub(r"(<(script|style)\b[^>]*>).*?(?=</\2>)", r"\1", text, flags=re.DOTALL)
    linked = re.findall(r"""\s(?:src|srcset|href|action|poster|data)\s*=\s*["']?([^"'\s>]+)""", tags)
    styles = "".join(re.findall(r"<style\b[^>]*>(.*?)</style>", text, flags=re.DOTALL))
    linked += re.findall(r"""url\(\s*["']?([^"')\s]+)""", styles) + re.findall(r"""@import\s+["']([^"']+)""", styles)
    return [html.unescape(address) for address in linked if not address.startswith(("data:", "#"))]
