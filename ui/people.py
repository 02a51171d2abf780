"""Ways to other pages that may not be there yet: a link to a missing page would be an error."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core.lists.groups import Value, group_of, group_texts
from ui.address import in_address
from ui.chart import ListLink
from ui.navigation import page_file


def page_path(key: str) -> str | None:
    """The path of a page as links name it, ``None`` where there is no such page."""
    file = page_file(key)
    return f"pages/{file.name}" if file.exists() else None


def people_on(list_key: str) -> ListLink | None:
    """The way to the people on a ready-made list."""
    path = page_path("lists")
    return ListLink(path, {"list": list_key}) if path else None


def people_in(group: str, **values: Value) -> ListLink | None:
    """The way to the people behind one figure: a kind of group with its values (``crm_core.lists.groups``)."""
    path = page_path("lists")
    texts = group_texts(group_of(group, **values))
    return ListLink(path, {"group": group, **in_address(texts)}) if path else None


def ways(found: Mapping[str, ListLink | None]) -> dict[str, ListLink]:
    """The ways by their words, those that there are."""
    return {words: link for words, link in found.items() if link is not None}
