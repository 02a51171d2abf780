"""Whether the headings of a table speak of service records, of activity or of contacts."""

from __future__ import annotations

import re

from crm_core.ingest import synonyms
from crm_core.ingest.values import compact_heading
from crm_core.schema import WIDE_ACTIONS, Kind

# Headings that only a log of questions and complaints has; a type, a date or a note stands in any table.
CASE_WORDS = re.compile(
    r"客訴|案件|案號|工單|問題|諮詢|詢問|申訴|抱怨|受理|進線|反映|反應|結案|客服|處理(?:狀態|進度|結果|情形|完成|說明)"
    r"|ticket|case|issue|complaint|inquiry|resol|closed|dateclosed"
)
# Headings that only a log of calls and messages has; a status or a result stands in any table.
CONTACT_WORDS = re.compile(
    r"(?:聯絡|聯繫|連絡|通話|電訪|回訪|外撥|撥打|去電|致電)(?:結果|狀態|狀況)|接聽|接通|(?:call|contact)(?:outcome|result|disposition|status)"
    r"|^(?:outcome|disposition)$"
)
FEWEST_CASE_WORDS, FEWEST_BESIDE = 2, 2
PERSON_FIELDS = ("customer_id", "email", "phone")
PROFILE_FIELDS = ("birthday", "joined_at", "gender", "tier", "consent_email", "consent_sms", "consent_line")
FEWEST_PROFILE_FIELDS = 2


def cases(header: tuple[str, ...], attitudes: int) -> tuple[str, ...]:
    """The headings that speak for service records; empty where they are too few.

    Two headings with the words of a case decide, or one beside other fields of a record; against the ``attitudes`` of
    a survey it takes more of them.
    """
    found = synonyms.hits(Kind.SERVICE, header)
    named = {hit.heading for listed in found.values() for hit in listed}
    speaking = tuple(h for h in header if h in named and CASE_WORDS.search(compact_heading(h)))
    beside = [name for name, listed in found.items() if not {hit.heading for hit in listed} <= set(speaking)]
    is_alone_enough = len(speaking) == 1 and len(beside) >= FEWEST_BESIDE and not attitudes
    return speaking if len(speaking) >= FEWEST_CASE_WORDS + attitudes or is_alone_enough else ()


def contacts(header: tuple[str, ...]) -> tuple[str, ...]:
    """The headings that speak for contacts: what came of a call or message, beside who, when or by whom."""
    found = synonyms.hits(Kind.CONTACTS, header)
    outcomes = [hit.heading for hit in found.get("outcome", ()) if CONTACT_WORDS.search(compact_heading(hit.heading))]
    is_beside = any(name in found for name in (*PERSON_FIELDS, "customer_ref", "contacted_at", "agent"))
    has_cases = len(cases(header, 0)) >= FEWEST_CASE_WORDS
    return tuple(outcomes) if outcomes and is_beside and not has_cases else ()


def interactions(header: tuple[str, ...]) -> tuple[str, ...]:
    """The headings that speak for activity; empty where they are too few.

    A column of actions beside a time, a count or a person; or counts and times of single actions. One such column in a
    list of members is a remark on the member.
    """
    found = synonyms.hits(Kind.ACTIVITY, header)
    wide = [name for action in WIDE_ACTIONS for name in (f"{action}_count", f"{action}_time") if name in found]
    has_person = any(name in found for name in PERSON_FIELDS)
    profile_fields = synonyms.hits(Kind.CUSTOMERS, header).keys() & set(PROFILE_FIELDS)
    if "action" in found and (has_person or "acted_at" in found or "action_count" in found):
        wide.append("action")
    elif len(profile_fields) >= FEWEST_PROFILE_FIELDS or not (len(wide) > 1 or (wide and has_person)):
        return ()
    return tuple(dict.fromkeys(found[name][0].heading for name in wide))
