"""Which columns tell of several lines in one row.

Numbered ones (商品1 數量1, 商品2 數量2), or one with packed text (``A x2, B x1``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_core.ingest import synonyms, values
from crm_core.ingest.model import GENERIC, ITEM_FIELDS, ColumnMapping, PackedItems
from crm_core.ingest.unpack import LONGEST_CELL, items_of
from crm_core.schema import Kind

Samples = Sequence[Mapping[str, str | None]]

FEWEST_PLACES = 2
MOSTLY = 0.9
CELLS_JUDGED = 60

_NUMBERED = re.compile(r"^(?P<before>.*?)[\s_.\-#]*\(?(?P<number>\d{1,2})\)?[\s_.\-:：]*(?P<after>\D*)$")
_ITEM_WORD = re.compile(r"^(?:order\s*)?(?:line\s*)?(?:items?|products?|lineitems?)\s*|^(?:商品|品項|項目|產品)\s*")
_WORDS = {
    "product": ("", "名稱", "品名", "name", "title", "description"),
    "variant": ("選項", "規格", "款式", "variant", "variation", "option", "options"),
    "sku": ("貨號", "編號", "料號", "sku", "code", "id"),
    "quantity": ("數量", "件數", "個數", "quantity", "qty", "count"),
    "unit_price": ("單價", "價格", "售價", "price", "unit price", "cost"),
    "line_total": ("小計", "總價", "金額", "total", "subtotal", "amount"),
    "line_discount": ("折扣", "discount"),
}
_FIELD_OF_WORD = {values.compact_heading(word): name for name, words in _WORDS.items() for word in words if word}


def with_items(mapping: ColumnMapping, header: tuple[str, ...], samples: Samples) -> ColumnMapping:
    """The mapping of an order file, with the columns that tell of several lines in one row, if there are any."""
    is_known = mapping.platform != GENERIC and "product" in mapping.columns
    if mapping.kind is not Kind.ORDERS or mapping.item_fields or is_known:
        return mapping
    items = numbered_items(header)
    if items:
        told = {heading for item in items for heading in item.values()}
        return replace(_without(mapping, told), item_columns=items)
    packed = packed_items(mapping, samples)
    return replace(mapping, items=packed) if packed else mapping


def _without(mapping: ColumnMapping, told: set[str]) -> ColumnMapping:
    """The mapping without the headings that belong to items."""
    guesses = tuple(
        replace(guess, headings=left)
        for guess in mapping.guesses
        if (left := tuple(heading for heading in guess.headings if heading not in told))
    )
    return replace(mapping, guesses=guesses, columns={guess.field: guess.headings for guess in guesses})


# --- numbered columns ---


def numbered_items(header: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """One canonical field → heading per item; empty where no product or stock number is numbered.

    Columns that only repeat their name count as numbered too: the reader calls the second one ``商品 (2)``.
    """
    places: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for number, name, heading in _numbered_headings(header):
        places[number].setdefault(name, heading)
    items = [places[number] for number in sorted(places) if places[number].keys() & {"product", "sku"}]
    if len(items) < FEWEST_PLACES:
        return ()
    several = {name for item in items for name in item if sum(name in other for other in items) >= FEWEST_PLACES}
    return tuple({name: heading for name, heading in item.items() if name in several} for item in items)


def _numbered_headings(header: tuple[str, ...]) -> list[tuple[int, str, str]]:
    found = []
    for heading in header:
        match = _NUMBERED.match(values.fold(heading.replace("_", " ")))
        stem = f"{match['before']} {match['after']}" if match else heading
        name = _field_of(stem)
        is_first = match is None and any(other == f"{heading} (2)" for other in header)
        if name and (match or is_first):
            found.append((int(match["number"]) if match else 1, name, heading))
    return found


def _field_of(stem: str) -> str | None:
    """The line field that a heading without its number names."""
    folded = values.fold(stem)
    rest = values.compact_heading(_ITEM_WORD.sub("", folded)) if _ITEM_WORD.match(folded) else None
    if rest == "":
        return "product"
    if rest is not None and rest in _FIELD_OF_WORD:
        return _FIELD_OF_WORD[rest]
    compact = values.compact_heading(stem)
    known = synonyms.words_of(Kind.ORDERS)
    by_synonym = next((name for name in ITEM_FIELDS if compact in known.get(name, ())), None)
    return by_synonym or _FIELD_OF_WORD.get(compact)


# --- packed text ---

_COUNTED = r"(?:\s*(?:[個件份杯包盒瓶罐入組條雙張支片袋台本顆粒箱]|pcs?))?"
_PRICED = r"(?:\s*[@＠]\s*(?P<unit_price>(?:NT)?\$?\s*[\d,]+(?:\.\d+)?)(?:元)?)?"
_TIMES = r"(?:(?<![A-Za-z0-9])\s*[xX]|\s*[×*＊✕✖])"
_NAME_TIMES = rf"(?s)(?P<product>.+?){_TIMES}\s*(?P<quantity>\d{{1,4}}){_COUNTED}{_PRICED}"
_TIMES_NAME = r"(?s)(?P<quantity>\d{1,4})\s*(?:[xX](?=\s)|[×*＊✕✖])\s*(?P<product>.+)"
_ANYTHING = rf"(?s)(?P<product>.+?)(?:{_TIMES}\s*(?P<quantity>\d{{1,4}}){_COUNTED})?"
_SEPARATORS = (r"[\r\n]+", r"\s*[;；]\s*", r"\s*[、]\s*", r"\s*[,，]\s*", r"\s*\|\s*", r"\s*[+＋]\s*")

_LABELS = {
    "product": "商品名稱|品名|Product Name",
    "variant": "商品選項名稱|商品規格|規格|選項|Variation Name",
    "sku": "商品選項貨號|貨號|SKU Reference No\\.?|SKU",
    "quantity": "數量|Quantity|Qty",
    "unit_price": "價格|單價|售價|Price",
}
_ANY_LABEL = r"(?:主商品貨號|Parent SKU Reference No\.?|" + "|".join(_LABELS.values()) + ")"


def _labelled(name: str, labels: str) -> str:
    value = rf"(?P<{name}>.*?)\s*(?:[;；,，\n]\s*{_ANY_LABEL}\s*[:：]|[;；]?\s*$)"
    return rf"(?:(?=(?:.*?[;；,，\n\]]|)\s*(?:{labels})\s*[:：]\s*{value})|)"


LABELLED = (
    r"(?s)(?=.*(?:商品名稱|品名|Product Name)\s*[:：])"
    + "".join(_labelled(name, labels) for name, labels in _LABELS.items())
    + r".*"
)
_BETWEEN_LABELLED = r"\s*(?=\[\d{1,3}\])|[\r\n]+(?=\s*(?:商品名稱|品名|Product Name)\s*[:：])"


@dataclass(frozen=True)
class _Reading:
    """What a way of packing makes of the sample cells."""

    pieces: int  # items over all cells
    read: int  # of those, the ones that look like items
    counted: int  # of those, the ones with a quantity of their own
    several: int  # cells with more than one item
    reconciled: int  # of those, the ones with as many items as the row's quantity says


def packed_items(mapping: ColumnMapping, samples: Samples) -> PackedItems | None:
    """How the product column holds several items, if it does."""
    headings = mapping.columns.get("product", ())
    cells = [text for row in samples for heading in headings[:1] if (text := row.get(heading)) and text.strip()]
    if not cells or max(map(len, cells)) > LONGEST_CELL:
        return None
    has_quantity = bool(mapping.columns.get("quantity"))
    for ways in _ways(headings[:1]):
        readings = [(_reading(way, mapping, samples), way) for way in ways]
        usable = [(r.pieces, -n, way) for n, (r, way) in enumerate(readings) if _is_convincing(way, r, has_quantity)]
        if usable:
            return max(usable)[-1]  # what takes the cells further apart
    return None


def _ways(headings: tuple[str, ...]) -> list[list[PackedItems]]:
    """Ways of packing in three grades: with labels, with quantities, with hardly anything."""
    counted = [PackedItems(headings, item, mark) for item in (_NAME_TIMES, _TIMES_NAME) for mark in _SEPARATORS]
    bare = [PackedItems(headings, _ANYTHING, mark) for mark in _SEPARATORS[:3]]
    return [[PackedItems(headings, LABELLED, _BETWEEN_LABELLED)], counted, bare]


def _reading(packed: PackedItems, mapping: ColumnMapping, samples: Samples) -> _Reading:
    pieces = read = counted = several = reconciled = 0
    quantity_heading = next(iter(mapping.columns.get("quantity", ())), "")
    for row in samples[:CELLS_JUDGED]:
        items = list(items_of(row.get(packed.headings[0]) or "", packed))
        pieces += len(items)
        read += sum(is_read for _, is_read in items)
        counted += sum(item.get("quantity") is not None for item, _ in items)
        if len(items) > 1:
            several += 1
            quantity = values.parse_number(row.get(quantity_heading) or "")
            reconciled += quantity == sum(int(item.get("quantity") or 1) for item, _ in items)
    return _Reading(pieces, read, counted, several, reconciled)


def _is_convincing(packed: PackedItems, reading: _Reading, has_quantity: bool) -> bool:
    """Nearly every piece must be an item; without quantities of their own, the row's quantity must be their number."""
    if not reading.pieces or reading.read < MOSTLY * reading.pieces:
        return False
    if packed.item == LABELLED:
        return True
    is_counted = reading.counted >= MOSTLY * reading.pieces
    if packed.item == _ANYTHING:
        is_reconciled = has_quantity and reading.reconciled >= MOSTLY * reading.several
        is_half_counted = not has_quantity and reading.counted * 2 >= reading.pieces
        return reading.several > 0 and (is_reconciled or is_half_counted)
    return is_counted and (reading.several > 0 or not has_quantity)
