"""How a file was read, in sentences: what its content decided, with the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.i18n import Translator
from crm_core.ingest.findings import Finding, is_open
from crm_core.ingest.model import shown_heading


@dataclass(frozen=True)
class ReadingNote:
    """One decision in a sentence; an open one was a guess that only a person can confirm."""

    text: str
    is_open: bool


def reading_notes(findings: Sequence[Finding], t: Translator) -> list[ReadingNote]:
    """The decisions in words, the open ones first, each once."""
    notes = [_note(finding, t) for finding in findings]
    return sorted(dict.fromkeys(notes), key=lambda note: not note.is_open)


def _note(finding: Finding, t: Translator) -> ReadingNote:
    facts = {
        name: shown_heading(fact) if isinstance(fact, str) else t.number(fact) for name, fact in finding.facts.items()
    }
    return ReadingNote(t(f"findings.{finding.key}", **facts), is_open(finding))
