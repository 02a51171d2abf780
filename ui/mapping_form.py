"""The columns of a file and what they mean, to be looked over and changed."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_core.i18n import Translator
from crm_core.ingest.mapping import CONFIDENCE, SIMILAR, SYNONYM, missing
from crm_core.ingest.model import ColumnGuess
from crm_core.schema import FIELDS, Combine, Field, Kind
from ui.import_desk import Draft, mapping_of
from ui.session import Visit
from ui.text import joined, plain

MONEY = ("order_total", "subtotal", "unit_price", "line_total")
# What a person should look at; everything else is behind a fold.
KEY_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.ORDERS: (
        "ordered_at", "order_id", *MONEY, "customer_id", "email", "phone", "product", "quantity", "status",
    ),
    Kind.CUSTOMERS: ("customer_id", "email", "phone", "name", "birthday", "consent_email"),
    Kind.SURVEY: ("submitted_at", "nps", "csat", "comment", "customer_id", "email", "phone", "order_id"),
}  # fmt: skip
REQUIRED = frozenset({"ordered_at"})
SAMPLES_SHOWN = 3
SAMPLE_CHARACTERS = 24
SURE, LIKELY = CONFIDENCE[SYNONYM], CONFIDENCE[SIMILAR] + 0.01


def mapping_form(visit: Visit, draft: Draft, key: str) -> None:
    """A row per field: what we look for, the column, what it holds. Choices go into the draft."""
    t, kind = visit.t, draft.offer.mapping.kind
    fields = {field.name: field for field in FIELDS[kind]}
    shown = _shown(draft, kind)
    rest = [name for name in fields if name not in shown]
    guesses = {guess.field: guess for guess in mapping_of(draft).guesses}
    with _card(t, draft, key):
        st.caption(t("upload.mapping.note"))
        for name in shown:
            _row(t, draft, fields[name], guesses.get(name), key)
        used = sum(1 for name in rest if draft.columns.get(name))
        with st.expander(t("upload.mapping.more", used=used, open=len(rest) - used), key=f"more_{key}"):
            for name in sorted(rest, key=lambda name: not draft.columns.get(name)):
                _row(t, draft, fields[name], guesses.get(name), key)
            _unused(t, draft)


def _card(t: Translator, draft: Draft, key: str) -> DeltaGenerator:
    """An open card; folded where a person confirmed the columns before."""
    if draft.offer.is_remembered:
        return st.expander(t("upload.mapping.title"), icon=":material/view_column:", key=f"columns_{key}")
    card = st.container(border=True, key="card_mapping")
    card.subheader(t("upload.mapping.title"), anchor=False)
    return card


def _shown(draft: Draft, kind: Kind) -> list[str]:
    """The key fields; of the amounts only those that the file has, unless it has none."""
    has_money = any(draft.offer.mapping.columns.get(name) for name in MONEY)
    hidden = {name for name in MONEY if has_money and not draft.offer.mapping.columns.get(name)}
    return [name for name in KEY_FIELDS[kind] if name not in hidden]


def _row(t: Translator, draft: Draft, field: Field, guess: ColumnGuess | None, key: str) -> None:
    label = t(f"data.field.{field.name}")
    with st.container(key=f"field_{key}_{field.name}"):
        left, middle, right = st.columns([3, 4, 4], gap="small", vertical_alignment="center")
        with left:
            needed = f" :green-badge[{t('upload.mapping.needed')}]" if field.name in REQUIRED else ""
            st.markdown(f"**{plain(label)}**{needed}")
        with middle:
            draft.columns[field.name] = _pick(t, draft, field, label, f"column_{key}_{field.name}")
        with right:
            _evidence(t, draft, field, guess)


def _pick(t: Translator, draft: Draft, field: Field, label: str, key: str) -> tuple[str, ...]:
    """The headings chosen for a field; several where the field can take several."""
    current, header = draft.columns.get(field.name, ()), draft.offer.table.header
    if field.combine is not Combine.FIRST or len(draft.offer.mapping.columns.get(field.name, ())) > 1:
        several: list[str] = st.multiselect(
            label,
            header,
            list(current),
            key=key,
            label_visibility="collapsed",
            placeholder=t("upload.mapping.none"),
            select_all=False,
        )
        return tuple(several)
    options = ("", *header)
    picked = st.selectbox(
        label,
        options,
        options.index(current[0]) if current else 0,
        key=key,
        label_visibility="collapsed",
        format_func=lambda heading: heading or t("upload.mapping.none"),
    )
    return (picked,) if picked else ()


def _evidence(t: Translator, draft: Draft, field: Field, guess: ColumnGuess | None) -> None:
    """What the chosen columns hold, and why they were proposed."""
    headings = draft.columns.get(field.name, ())
    if not headings:
        return
    with st.container(gap="xxsmall"):
        values = _examples(draft, headings, field.combine)
        if values:  # as text: Markdown would make links of e-mail addresses
            st.text(t("upload.mapping.example", values=joined(t, values)))
        if guess is not None and guess.headings == headings:
            st.caption(plain(_why(t, draft, guess)))


def _why(t: Translator, draft: Draft, guess: ColumnGuess) -> str:
    offered = draft.offer.mapping.columns.get(guess.field)
    if draft.offer.is_remembered and offered == guess.headings:
        return t("data.reason.saved")
    sureness = "sure" if guess.confidence >= SURE else "likely" if guess.confidence >= LIKELY else "check"
    return f"{t(f'data.reason.{guess.reason}')} · {t(f'upload.sureness.{sureness}')}"


def _examples(draft: Draft, headings: tuple[str, ...], combine: Combine) -> list[str]:
    """A few different cells of the columns, several columns put together as they will be, shortened."""
    rows = ([row[heading] or "" for heading in headings] for row in draft.samples)
    filled = ([cell for cell in row if cell.strip()] for row in rows)
    found = dict.fromkeys(_together(cells, combine) for cells in filled if cells)
    return [_shortened(cell) for cell in list(found)[:SAMPLES_SHOWN]]


def _together(cells: list[str], combine: Combine) -> str:
    if combine is Combine.FIRST:
        return cells[0]
    return (" + " if combine is Combine.SUM else " ").join(cells)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SAMPLE_CHARACTERS else f"{line[: SAMPLE_CHARACTERS - 1]}…"


def _unused(t: Translator, draft: Draft) -> None:
    used = {heading for headings in draft.columns.values() for heading in headings}
    unused = [heading for heading in draft.offer.table.header if heading not in used]
    if unused:
        st.caption(plain(t("upload.mapping.unused", headings=joined(t, unused))))


def missing_fields(t: Translator, draft: Draft) -> list[str]:
    """The words for what the mapping still lacks."""
    return [t(f"data.field.{name}") for name in missing(mapping_of(draft))]
