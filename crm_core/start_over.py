"""Empty the shop: everything imported and every contact goes, settings, saved lists and assumptions stay."""

from __future__ import annotations

from pathlib import Path

from crm_core.backup import back_up
from crm_core.db import Database
from crm_core.marts import MARTS

STORED = (
    "imports",
    "import_problems",
    "saved_mappings",
    "status_words",
    "order_versions",
    "order_line_versions",
    "own_versions",
    "mixed_order_rows",
    "product_names",
    "customer_versions",
    "answer_versions",
    "service_versions",
    "activity_versions",
    "sightings",
    "current_records",
    "identity_sets",
    "identities",
    "identity_decisions",
    "decision_identifiers",
    "customer_notes",
    "note_identifiers",
    "contact_versions",
    "contact_entries",
    "contact_entry_identifiers",
    "campaigns",
    "campaign_members",
    "campaign_identifiers",
    "exports",
    "sheet_lists",
)


def start_over(database: Database) -> Path:
    """Remove every import and what follows from it; returns the backup made just before."""
    backup = back_up(database)
    with database.write() as cursor:
        for table in (*STORED, *MARTS):
            cursor.execute(f"delete from {table}")
    return backup
