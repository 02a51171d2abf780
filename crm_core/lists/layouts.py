"""Layouts: what a file of customers holds, for the tool that reads it.

A layout is data: the channels it is for, its columns with the headings that the tool expects, and how each cell comes
from the database. Its words stand in the locale files under ``exports.layout.<key>``: ``name`` and ``about``; headings
without a fixed wording under ``exports.heading.<column>``.

- ``ads_google``: Customer Match wants the headings ``Email`` and ``Phone`` in English, and SHA-256 of the e-mail
  address in lower case without spaces and of the number in E.164 with its plus sign
  (support.google.com/google-ads/answer/7659867).
- ``ads_meta``: customer lists want ``email`` and ``phone``, and SHA-256 of the e-mail address in lower case without
  spaces and of the number as digits with the country code, without plus sign and leading zeros
  (developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists.columns import LIST_COLUMNS, MEMBER, PERSON, ListColumn
from crm_core.lists.contactable import Channel
from crm_core.metrics.spec import ColumnKind

CHOSEN = "full"
LINE_USER = "left join line_user_ids() as line_user on line_user.customer_id = member.customer_id"
DIALLED = "case when regexp_full_match(person.phone, '\\+\\d+') then person.phone end"
AT_HOME = (
    "case when starts_with(person.phone, ($rules).home_code)"
    f" then ($rules).trunk_prefix || substr({DIALLED}, length(($rules).home_code) + 1) else {DIALLED} end"
)


class PhoneForm(StrEnum):
    """How a mobile number is written: as it is dialled at home (0912345678), or E.164 (+886912345678)."""

    HOME = "home"
    E164 = "e164"


@dataclass(frozen=True)
class LayoutColumn:
    """A column of a layout. ``heading`` ``None``: in the person's language.

    ``is_safe``: the expression gives digits, with a plus sign at most, or a hash; it is written as the tool wants it,
    without the apostrophe that keeps typed text from being taken for a formula.
    """

    column: ListColumn
    heading: str | None = None
    is_safe: bool = False


@dataclass(frozen=True)
class Layout:
    """A layout; without columns of its own it holds those that the person chooses."""

    key: str
    channels: tuple[Channel | None, ...]
    columns: tuple[LayoutColumn, ...] = ()
    has_bom: bool = True  # tells Excel that the text is UTF-8; files for machines alone need none

    @property
    def is_chosen(self) -> bool:
        """Whether the person chooses the columns."""
        return not self.columns


def _text(key: str, sql: str, *joins: str) -> ListColumn:
    return ListColumn(key, ColumnKind.TEXT, sql, "\n    ".join(joins) or MEMBER)


def _hashed(key: str, address: str, consent: str, normalised: str) -> ListColumn:
    """The hash of an address that may be used for advertising."""
    is_usable = f"is_for_ads(person.{address}, person.{consent}, $rules)"
    return _text(key, f"case when {is_usable} then sha256({normalised}) end", PERSON)


EMAIL_HASH = _hashed("email_hash", "email", "consent_email", "lower(trim(person.email))")
E164_HASH = _hashed("phone_hash", "phone", "consent_sms", "person.phone")
DIGITS_HASH = _hashed("phone_hash", "phone", "consent_sms", "ltrim(person.phone, '+')")
MOBILE = {
    PhoneForm.HOME: LayoutColumn(_text("mobile", AT_HOME, PERSON), is_safe=True),
    PhoneForm.E164: LayoutColumn(_text("mobile", DIALLED, PERSON), is_safe=True),
}
NAME = LIST_COLUMNS["name"]

LAYOUTS: dict[str, Layout] = {
    layout.key: layout
    for layout in (
        Layout(CHOSEN, (None, Channel.PHONE, Channel.EMAIL, Channel.SMS, Channel.LINE)),
        Layout(
            "email",
            (Channel.EMAIL,),
            (
                LayoutColumn(LIST_COLUMNS["email"], "Email"),
                LayoutColumn(NAME, "Name"),
                LayoutColumn(LIST_COLUMNS["tags"], "Tags"),
                LayoutColumn(LIST_COLUMNS["segment"], "Segment"),
            ),
        ),
        Layout("sms", (Channel.SMS,), (MOBILE[PhoneForm.HOME], LayoutColumn(NAME))),
        Layout(
            "line",
            (Channel.LINE,),
            (
                LayoutColumn(_text("line_user_id", "line_user.line_user_id", LINE_USER), is_safe=True),
                LayoutColumn(
                    _text("phone_for_line", f"case when line_user_id is null then {DIALLED} end", PERSON, LINE_USER),
                    is_safe=True,
                ),
                LayoutColumn(NAME),
            ),
        ),
        Layout(
            "ads_meta",
            (Channel.ADS,),
            (LayoutColumn(EMAIL_HASH, "email", is_safe=True), LayoutColumn(DIGITS_HASH, "phone", is_safe=True)),
            has_bom=False,
        ),
        Layout(
            "ads_google",
            (Channel.ADS,),
            (LayoutColumn(EMAIL_HASH, "Email", is_safe=True), LayoutColumn(E164_HASH, "Phone", is_safe=True)),
            has_bom=False,
        ),
    )
}


def layout_of(key: str) -> Layout:
    """The layout of that key. Raises ``UnknownName`` where there is none."""
    if key not in LAYOUTS:
        raise UnknownName("unknown_layout", name=key[:50])
    return LAYOUTS[key]


def channel_for(layout: Layout, channel: Channel | None) -> Channel | None:
    """The channel that a file of a layout is for: the only one there is, or the one asked for.

    Raises ``InvalidParams`` where the layout is not for that channel.
    """
    if channel is None and None not in layout.channels:
        return layout.channels[0]
    if channel not in layout.channels:
        raise InvalidParams("layout_channel", layout=layout.key, channel=str(channel))
    return channel


def columns_of(layout: Layout, chosen: tuple[ListColumn, ...], phone_form: PhoneForm) -> tuple[LayoutColumn, ...]:
    """The columns of a file: the layout's own, or the chosen ones."""
    if layout.is_chosen:
        return tuple(LayoutColumn(column) for column in chosen)
    return tuple(MOBILE[phone_form] if column.column.key == "mobile" else column for column in layout.columns)
