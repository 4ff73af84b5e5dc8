"""The menu of the pages, declared once: which word leads where, for whom, and what stands below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.accounts.caller import Role

EVERYONE = frozenset[Role]({"public", "staff"})
PUBLIC = frozenset[Role]({"public"})
STAFF = frozenset[Role]({"staff"})


@dataclass(frozen=True)
class Entry:
    """A word of the menu; `pages` are those of its room, `is_tab` whether it has a place of its own on a phone."""

    word: str
    address: str
    roles: frozenset[Role] = STAFF
    pages: tuple[Entry, ...] = ()
    is_tab: bool = False

    def fits(self, path: str, query: str) -> bool:
        """Return whether an address is that of the entry or below it; the first page has nothing below it."""
        own, _, asked = self.address.partition("?")
        is_below = own != "/" and path.startswith(f"{own}/")
        return (path == own or is_below) and (not asked or asked in query.split("&"))


# A word stands here when its room does.
MENU = (
    Entry("きょう", "/today", is_tab=True),
    Entry("さがす", "/", EVERYONE, is_tab=True),
    Entry("きょうの集まり", "/?day=today", PUBLIC, is_tab=True),
    Entry("相談する", "/?kind=window", PUBLIC, is_tab=True),
    Entry("一覧", "/list", PUBLIC, is_tab=True),
    Entry(
        "計画",
        "/plan",
        pages=(
            Entry("着けない人", "/plan"),
            Entry("配置を試す", "/plan/trial"),
            Entry("欠員・寸断に備える", "/plan/resilience"),
            Entry("増員の試算・報告書", "/plan/scenarios"),
        ),
    ),
    Entry(
        "台帳",
        "/register",
        pages=(
            Entry("台帳", "/register"),
            Entry("通行止め", "/register/closures"),
            Entry("文字だけの一覧", "/list"),
            Entry("データの入れかた", "/register/data"),
        ),
    ),
)


class Link(NamedTuple):
    """An entry as a page shows it: `current` is what `aria-current` says, or nothing."""

    word: str
    address: str
    current: str
    is_tab: bool
    pages: Sequence[Link]


class Menu(NamedTuple):
    """The menu as a page shows it."""

    words: Sequence[Link]
    pages: Sequence[Link]
    title: str

    @property
    def has_more(self) -> bool:
        """Return whether a phone has places for fewer words than there are."""
        return not all(link.is_tab for link in self.words)

    @property
    def is_behind(self) -> bool:
        """Return whether the page that is open has no place of its own on a phone."""
        return not any(link.current and link.is_tab for link in self.words)


def menu_of(role: Role, path: str, query: str = "") -> Menu:
    """Return the menu for a role on a page: what is chosen in it, and the pages of the room that is open."""
    entries = [entry for entry in MENU if role in entry.roles]
    here = _nearest([page for entry in entries for page in (entry, *entry.pages)], path, query)
    words = [_link(entry, here, path) for entry in entries]
    pages = next((link.pages for link in words if link.current), ())
    return Menu(words, pages, here.word if here else "")


def _nearest(entries: Sequence[Entry], path: str, query: str) -> Entry | None:
    # Of a room and its first page, which share an address, the page is the nearer one.
    fitting = [entry for entry in entries if entry.fits(path, query)]
    return max(reversed(fitting), key=lambda entry: len(entry.address), default=None)


def _link(entry: Entry, here: Entry | None, path: str) -> Link:
    pages = [_link(page, here, path) for page in entry.pages]
    is_open = entry is here or any(page.current for page in pages)
    exact = entry.address.partition("?")[0] == path
    return Link(entry.word, entry.address, ("page" if exact else "true") if is_open else "", entry.is_tab, pages)
