"""Questions, complaints, interactions and contacts as entries in the history of a customer."""

from __future__ import annotations

from crm_core.i18n import Translator
from crm_core.lists.contact_log import Contact
from crm_core.metrics.customers import CustomerCase, CustomerInteraction

Interaction = CustomerCase | CustomerInteraction | Contact


def interaction_title(t: Translator, event: Interaction) -> str:
    """One line: day, what it was, what it was about, and how a case stands or how often something was done."""
    if isinstance(event, CustomerCase):
        day, parts = event.opened_on, _case_parts(t, event)
    elif isinstance(event, Contact):
        day, parts = event.contacted_at.date(), _contact_parts(t, event)
    else:
        day, parts = event.acted_on, _action_parts(t, event)
    told_day = t.date(day) if day else t("customers.timeline.undated")
    return t("interactions.line", day=told_day, what=t("app.format.comma").join(parts))


def interaction_lines(t: Translator, event: Interaction) -> list[str]:
    """What stands under the title: the words of a case, or where something was done."""
    match event:
        case CustomerCase():
            lines = _case_lines(t, event)
        case Contact():
            lines = _contact_lines(t, event)
        case _:
            lines = [event.channel or ""]
    return [line for line in lines if line] or [t("interactions.nothing_more")]


def channel_word(t: Translator, channel: str | None) -> str:
    """What a way of contact is called; one that only a file names keeps its word. ``None``: every one."""
    key = f"contacts.channel.{channel or 'every'}"
    return t(key) if t.has(key) else channel or ""


def _contact_parts(t: Translator, contact: Contact) -> list[str]:
    return [channel_word(t, contact.channel), t(f"contacts.outcome.{contact.outcome or 'unknown'}")]


def _contact_lines(t: Translator, contact: Contact) -> list[str]:
    told = {name: getattr(contact, name) for name in ("reason", "product", "source", "agent")}
    facts = [t(f"contacts.told.{name}", text=text) for name, text in told.items() if text]
    at = f"{contact.contacted_at:%H:%M}" if contact.has_time else ""
    return [" · ".join(fact for fact in (at, *facts) if fact), contact.note or ""]


def _case_parts(t: Translator, case: CustomerCase) -> list[str]:
    parts = [t("interactions.complaint" if case.is_complaint else "interactions.question")]
    if case.topic and case.topic not in parts:
        parts.append(case.topic)
    if case.is_closed is not None:
        parts.append(t("interactions.closed" if case.is_closed else "interactions.not_closed"))
    return parts


def _case_lines(t: Translator, case: CustomerCase) -> list[str]:
    facts = [
        t("interactions.case_no", number=case.case_id) if case.case_id else "",
        t("interactions.of_order", number=case.order_id) if case.order_id else "",
        case.channel or "",
        case.case_status or "",
        t("interactions.closed_on", day=t.date(case.closed_on)) if case.closed_on else "",
    ]
    return [" · ".join(fact for fact in facts if fact), case.note or ""]


def _action_parts(t: Translator, event: CustomerInteraction) -> list[str]:
    key = f"interactions.action.{event.action}"
    parts = [t(key) if t.has(key) else event.action or t("interactions.interaction")]
    if event.subject:
        parts.append(event.subject)
    if event.action_count != 1:
        parts.append(t("interactions.times", n=t.number(event.action_count, 2)))
    return parts
