"""The columns of a file and what each is taken for, to be looked over and changed."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_core.i18n import Translator
from crm_core.ingest.content import Look, look_of
from crm_core.ingest.mapping import CONFIDENCE, SIMILAR, SYNONYM, missing
from crm_core.ingest.model import ColumnGuess
from crm_core.ingest.profile import MONEY_FIELDS
from crm_core.schema import FIELDS, Combine, Kind, field_of
from ui.import_desk import Draft, item_headings, mapping_of
from ui.session import Visit
from ui.text import joined, plain

# What a person should look at first, in this order; the other fields of the kind follow.
KEY_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.ORDERS: (
        "ordered_at", "order_total", "subtotal", "unit_price", "line_total", "order_id", "customer_id", "email",
        "phone", "product", "quantity", "status", "payment_status", "cancelled_at", "discount", "refunded",
    ),
    Kind.CUSTOMERS: ("customer_id", "email", "phone", "name", "birthday", "consent_email"),
    Kind.SURVEY: ("submitted_at", "nps", "csat", "comment", "customer_id", "email", "phone", "order_id"),
    Kind.SERVICE: (
        "opened_at", "customer_id", "email", "phone", "order_id", "topic", "is_complaint", "case_status", "note",
    ),
    Kind.ACTIVITY: ("acted_at", "customer_id", "email", "phone", "action", "action_count", "channel", "subject"),
    Kind.CONTACTS: (
        "contacted_at", "customer_ref", "customer_id", "email", "phone", "outcome", "channel", "source", "reason",
        "product", "note", "agent",
    ),
}  # fmt: skip
# What makes a file worth having: one of the fields each, by the name under ``mapping.want``.
PERSON = ("customer_id", "email", "phone")
WANTED: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.ORDERS: {
        "day": ("ordered_at",),
        "money": MONEY_FIELDS,
        "order": ("order_id",),
        "person": PERSON,
        "product": ("product", "sku"),
        "status": ("status", "payment_status"),
    },
    Kind.CUSTOMERS: {"person": PERSON, "name": ("name",)},
    Kind.SURVEY: {
        "answer": ("nps", "csat", "comment", "recommended", "source_heard", "contact_consent"),
        "day": ("submitted_at",),
        "person": PERSON,
    },
    Kind.SERVICE: {"day": ("opened_at",), "person": PERSON, "topic": ("topic", "note")},
    Kind.ACTIVITY: {"day": ("acted_at",), "person": PERSON, "action": ("action",)},
    Kind.CONTACTS: {"day": ("contacted_at",), "person": ("customer_ref", *PERSON), "outcome": ("outcome",)},
}
NEEDED: dict[Kind, frozenset[str]] = {
    Kind.ORDERS: frozenset({"day", "money"}),
    Kind.CUSTOMERS: frozenset({"person"}),
    Kind.SURVEY: frozenset({"answer"}),
}
NOT_USED, ITEMS = "", "\t"  # no field is named like these
SAMPLES_SHOWN = 3
FEWEST_FOLDED = 4
SAMPLE_CHARACTERS = 26
SURE, LIKELY = CONFIDENCE[SYNONYM], CONFIDENCE[SIMILAR] + 0.01


def mapping_form(visit: Visit, draft: Draft, key: str) -> None:
    """A row per column of the file: its name, what it holds, what it is taken for and why. Choices go into the draft.

    The columns that were recognised stand first, in the order of their importance; they keep their places while the
    person chooses.
    """
    t = visit.t
    used, rest = _by_importance(draft)
    with _card(t, draft, key):
        st.caption(t("mapping.note"))
        _checklist(t, draft)
        shown, further = _folded(draft, used)
        for heading in shown:
            _row(visit, draft, heading, key)
        if further:
            with st.expander(t("mapping.further", n=t.number(len(further))), key=f"further_{key}"):
                for heading in further:
                    _row(visit, draft, heading, key)
        if rest:
            is_open = _is_incomplete(draft)
            title = t("mapping.rest_open" if is_open else "mapping.rest", n=t.number(len(rest)))
            with st.expander(title, expanded=is_open, key=f"rest_{key}"):
                st.caption(t("mapping.rest_note"))
                for heading in rest:
                    _row(visit, draft, heading, key)
        _own_format(t, draft, key)


def _card(t: Translator, draft: Draft, key: str) -> DeltaGenerator:
    """An open card; folded where a person confirmed the columns before."""
    if draft.offer.is_remembered:
        return st.expander(t("mapping.title"), icon=":material/view_column:", key=f"columns_{key}")
    card = st.container(border=True, key="card_mapping")
    card.subheader(t("mapping.title"), anchor=False)
    return card


def _fields(kind: Kind) -> list[str]:
    """The fields of a kind, the most important first."""
    known = [field.name for field in FIELDS[kind]]
    first = [name for name in KEY_FIELDS.get(kind, ()) if name in known]
    return [*first, *(name for name in known if name not in first)]


def _by_importance(draft: Draft) -> tuple[list[str], list[str]]:
    """The columns that were recognised, and the others in the order of the file."""
    offered = draft.offer.mapping
    found = [heading for name in _fields(offered.kind) for heading in offered.columns.get(name, ())]
    used = [
        heading for heading in dict.fromkeys([*found, *item_headings(offered)]) if heading in draft.offer.table.header
    ]
    return used, [heading for heading in draft.offer.table.header if heading not in used]


def _folded(draft: Draft, used: list[str]) -> tuple[list[str], list[str]]:
    """The columns to look over, and further ones that are certain and decide no figure of the result."""
    offered = draft.offer.mapping
    sure = {guess.field for guess in offered.guesses if guess.confidence >= SURE}
    minor = sure - set(KEY_FIELDS.get(offered.kind, ()))
    further = [heading for name in _fields(offered.kind) if name in minor for heading in offered.columns.get(name, ())]
    further = [heading for heading in used if heading in further]
    if len(further) < FEWEST_FOLDED:
        return used, []
    return [heading for heading in used if heading not in further], further


def _is_incomplete(draft: Draft) -> bool:
    """Whether something needed was not recognised: the person will look for it among the other columns."""
    return bool(missing(draft.offer.mapping))


# ---- what was found ----


def _checklist(t: Translator, draft: Draft) -> None:
    """What the file should have, and the columns that have it."""
    kind = draft.offer.mapping.kind
    with st.container(horizontal=True, gap="small", key="wanted"):
        for want, names in WANTED.get(kind, {}).items():
            headings = [heading for name in names for heading in draft.columns.get(name, ())]
            if want == "product" and item_headings(mapping_of(draft)):
                headings += item_headings(mapping_of(draft))
            st.markdown(_badge(t, want, headings, is_needed=want in NEEDED.get(kind, frozenset())))


def _badge(t: Translator, want: str, headings: list[str], *, is_needed: bool) -> str:
    word = t(f"mapping.want.{want}")
    if headings:
        more = t("mapping.and_more", n=t.number(len(headings) - 1)) if len(headings) > 1 else ""
        text = t("mapping.found", what=word, column=_shortened(headings[0]) + more)
        return f":green-badge[:material/check: {plain(text)}]"
    if is_needed:
        return f":orange-badge[:material/search: {plain(t('mapping.needed', what=word))}]"
    return f":gray-badge[{plain(t('mapping.absent', what=word))}]"


def missing_fields(t: Translator, draft: Draft) -> list[str]:
    """The words for what the mapping still lacks."""
    return [t(f"data.field.{name}") for name in missing(mapping_of(draft))]


# ---- a column ----


def _row(visit: Visit, draft: Draft, heading: str, key: str) -> None:
    t = visit.t
    number = draft.offer.table.header.index(heading)
    with st.container(key=f"column_{key}_{number}"):
        left, middle, right = st.columns([4, 3, 4], gap="small", vertical_alignment="center")
        with left, st.container(gap="xxsmall"):
            st.markdown(f"**{plain(_one_line(heading))}**")
            examples = _examples(draft, heading)  # as text: Markdown would make links of e-mail addresses
            st.text(joined(t, examples) if examples else t("mapping.no_content"))
        with middle:
            _pick(t, draft, heading, f"means_{key}_{number}")
        with right:
            _evidence(visit, draft, heading)


def _pick(t: Translator, draft: Draft, heading: str, key: str) -> None:
    """What the column is taken for; another choice takes effect before the page is drawn anew."""
    offered = draft.offer.mapping
    options = [NOT_USED, *([ITEMS] if heading in item_headings(offered) else []), *_fields(offered.kind)]
    words = {NOT_USED: t("mapping.not_used"), ITEMS: t("mapping.items")}
    st.session_state[key] = _meaning(draft, heading)
    st.selectbox(
        t("mapping.means", column=_one_line(heading)),
        options,
        key=key,
        label_visibility="collapsed",
        format_func=lambda name: words.get(name) or t(f"data.field.{name}"),
        on_change=_assign,
        args=(draft, heading, key),
    )


def _meaning(draft: Draft, heading: str) -> str:
    """The field that a column is taken for."""
    for name, headings in draft.columns.items():
        if heading in headings:
            return name
    return ITEMS if heading in item_headings(mapping_of(draft)) else NOT_USED


def _assign(draft: Draft, heading: str, key: str) -> None:
    """Take the column for what was chosen, and for nothing else."""
    chosen = str(st.session_state[key])
    for name, headings in draft.columns.items():
        draft.columns[name] = tuple(other for other in headings if other != heading)
    draft.not_items.discard(heading)
    if chosen != ITEMS and heading in item_headings(draft.offer.mapping):
        draft.not_items.add(heading)
    if chosen not in (NOT_USED, ITEMS):
        draft.columns[chosen] = _with(draft, chosen, heading)


def _with(draft: Draft, name: str, heading: str) -> tuple[str, ...]:
    """The columns of a field with one more: first where the first filled one counts, else in the order of the file."""
    others = draft.columns.get(name, ())
    if field_of(draft.offer.mapping.kind, name).combine is Combine.FIRST:
        return (heading, *others)
    return tuple(sorted((*others, heading), key=draft.offer.table.header.index))


# ---- why ----


def _evidence(visit: Visit, draft: Draft, heading: str) -> None:
    """Why the column is taken for what it is, how sure that is, and how it goes together with others."""
    t, meaning = visit.t, _meaning(draft, heading)
    if meaning == NOT_USED:
        st.caption(t(f"mapping.look.{_look(visit, draft, heading)}"))
        return
    if meaning == ITEMS:
        st.caption(t("mapping.items_note"))
        return
    guess = next((guess for guess in mapping_of(draft).guesses if guess.field == meaning), None)
    lines = [] if guess is None else [_why(t, draft, guess, heading)]
    others = [other for other in draft.columns.get(meaning, ()) if other != heading]
    if others:
        lines.append(_together(t, draft, meaning, heading, others))
    st.caption("  \n".join(map(plain, lines)))


def _why(t: Translator, draft: Draft, guess: ColumnGuess, heading: str) -> str:
    offered = draft.offer.mapping.columns.get(guess.field, ())
    if draft.offer.is_remembered and heading in offered:
        return t("data.reason.saved")
    if heading not in offered:
        return t("data.reason.person")
    known = next((each for each in draft.offer.mapping.guesses if each.field == guess.field), guess)
    sureness = "sure" if known.confidence >= SURE else "likely" if known.confidence >= LIKELY else "check"
    return f"{t(f'data.reason.{known.reason}')} · {t(f'upload.sureness.{sureness}')}"


def _together(t: Translator, draft: Draft, meaning: str, heading: str, others: list[str]) -> str:
    """How the columns of one field are put together."""
    combine = field_of(draft.offer.mapping.kind, meaning).combine
    columns = joined(t, map(_shortened, others))
    if combine is not Combine.FIRST:
        return t(f"mapping.together.{combine}", columns=columns)
    before = draft.columns[meaning][: draft.columns[meaning].index(heading)]
    if before:
        return t("mapping.together.stands_in", columns=joined(t, map(_shortened, before)))
    return t("mapping.together.first", columns=columns)


def _look(visit: Visit, draft: Draft, heading: str) -> Look:
    if heading not in draft.looks:
        draft.looks[heading] = look_of([row[heading] for row in draft.samples], visit.settings.country)
    return draft.looks[heading]


def _examples(draft: Draft, heading: str) -> list[str]:
    """A few different cells of the column, shortened."""
    filled = (row[heading] or "" for row in draft.samples)
    found = dict.fromkeys(cell for cell in filled if cell.strip())
    return [_shortened(cell) for cell in list(found)[:SAMPLES_SHOWN]]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    line = _one_line(text)
    return line if len(line) <= SAMPLE_CHARACTERS else f"{line[: SAMPLE_CHARACTERS - 1]}…"


# ---- a format of the shop's own ----


def _own_format(t: Translator, draft: Draft, key: str) -> None:
    """A name under which the columns are remembered."""
    draft.format_name = st.text_input(
        t("mapping.name"),
        draft.format_name or draft.offer.format_name or "",
        key=f"format_name_{key}",
        placeholder=t("mapping.name_example"),
        help=t("mapping.name_help"),
        max_chars=60,
        width=420,
    )
