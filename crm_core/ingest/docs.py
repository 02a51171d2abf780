"""The page docs/formats.md, made from the platform files, the synonyms and the locale files.

``python -m crm_core.ingest.docs > docs/formats.md`` writes it anew; a test says when that is due.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

from crm_core.ingest import synonyms
from crm_core.ingest.model import GENERIC
from crm_core.ingest.platforms import Platform, platforms
from crm_core.ingest.values import compact_heading
from crm_core.schema import FIELDS, Kind, Shape

LANGUAGES = ("zh-TW", "en")
COLON = {"zh-TW": "：", "en": ": "}

HEAD = """# {title}

Made from `crm_core/ingest/platforms`, `crm_core/ingest/synonyms.toml` and the locale files; do not edit it by hand.
"""


def formats_page() -> str:
    """The whole page as Markdown: the rules for any file, every known export by kind, what is refused, known words."""
    known = [platforms()[key] for key in _keys() if key in platforms()]
    parts = [HEAD.format(title=_both("formats", "page", "title")), _any_file()]
    for kind in (Kind.ORDERS, Kind.CUSTOMERS, Kind.SURVEY, Kind.CONTACTS):
        parts.append(f"## {_both('upload', 'kind', kind)}\n")
        parts += [_entry(platform) for platform in known if platform.kind is kind and not platform.refuse]
    parts.append(f"## {_page('refused')}\n")
    parts += [_refused_entry(platform) for platform in known if platform.refuse]
    parts.append(f"## {_page('words')}\n")
    parts += [_words_entry(kind) for kind in Kind]
    return "\n".join(parts)


def exports_in_order() -> tuple[str, ...]:
    """The keys of the exports that can be taken in, in the order an owner looks for them; any other table last."""
    return tuple(key for key in _keys() if key == GENERIC or (key in platforms() and not platforms()[key].refuse))


def _keys() -> tuple[str, ...]:
    """The keys of all exports as the locale files list them."""
    return tuple(_texts(LANGUAGES[0], "formats"))


# --- texts ---


@cache
def _texts(language: str, area: str) -> dict[str, object]:
    file = resources.files("crm_core").joinpath("locale", language, f"{area}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _text(language: str, area: str, *path: str) -> str:
    found: object = _texts(language, area)
    for name in path:
        found = found[name] if isinstance(found, dict) else None
    return str(found)


def _both(area: str, *path: str) -> str:
    return " · ".join(_text(language, area, *path) for language in LANGUAGES)


def _page(name: str) -> str:
    return _both("formats", "page", name)


def _lines(*paths: tuple[str, ...]) -> str:
    """A list with one entry per language for each text: its label and what it says."""
    entries = [
        f"- {_text(language, 'formats', 'page', label)}{COLON[language]}{_text(language, 'formats', *path)}"
        for label, *path in paths
        for language in LANGUAGES
    ]
    return "\n".join(entries)


def _cell(headings: Iterable[str]) -> str:
    """Headings as code in a cell of a table."""
    return ", ".join(f"`{heading}`".replace("|", "\\|") for heading in headings)


# --- parts ---


def _any_file() -> str:
    paragraphs = [
        "\n\n".join(_text(language, "formats", "page", name) for language in LANGUAGES)
        for name in ("any", "headings", "containers", "shapes")
    ]
    shapes = "\n".join(f"- `{shape}`: {_both('upload', 'shape', shape)}" for shape in Shape)
    return "\n\n".join([f"## {_page('any_title')}", *paragraphs, shapes]) + "\n"


def _entry(platform: Platform) -> str:
    facts = [_lines(("where", platform.key, "menu"), ("mind", platform.key, "note"))]
    if platform.channel and platform.kind is Kind.ORDERS:
        facts.append(f"- {_page('channel')}: {platform.channel}")
    if platform.shape:
        facts.append(f"- {_page('layout')}: `{platform.shape}`")
    facts.append(_known_by(platform))
    return f"{_title(platform)}\n\n" + "\n".join(facts) + f"\n\n{_column_table(platform)}"


def _title(platform: Platform) -> str:
    return f"### {_both('formats', platform.key, 'name')} (`{platform.key}`)"


def _known_by(platform: Platform) -> str:
    return f"- {_page('known_by')}: {_cell(platform.fingerprint.as_written)}"


def _column_table(platform: Platform) -> str:
    rows = [
        f"| {_both('data', 'field', name)} | `{name}` | {_cell(_with_aliases(platform, headings))} |"
        for name, headings in platform.columns.items()
    ]
    rows += [
        f"| {_both('data', 'field', name)} | `{name}` | ← `{rule.source}` |" for name, rule in platform.derived.items()
    ]
    if platform.items:
        rows.append(f"| {_both('data', 'field', 'product')} | `product` … | {_cell(platform.items.headings)} |")
    if not rows:
        return ""
    return "\n".join([f"| {_page('fields')} | | |", "|---|---|---|", *rows]) + "\n"


def _with_aliases(platform: Platform, headings: tuple[str, ...]) -> list[str]:
    return [name for heading in headings for name in (heading, *platform.aliases.get(compact_heading(heading), ()))]


def _refused_entry(platform: Platform) -> str:
    return (
        f"{_title(platform)}\n\n{_lines(('is', platform.key, 'note'), ('instead', platform.key, 'menu'))}\n"
        f"{_known_by(platform)}\n"
    )


def _words_entry(kind: Kind) -> str:
    known = synonyms.words_as_written(kind)
    rows = [
        f"| {_both('data', 'field', field.name)} | `{field.name}` | {_cell(known[field.name])} |"
        for field in FIELDS[kind]
        if field.name in known
    ]
    return (
        "\n".join([f"### {_both('upload', 'kind', kind)}\n", f"| {_page('words')} | | |", "|---|---|---|", *rows])
        + "\n"
    )


if __name__ == "__main__":
    sys.stdout.write(formats_page())
