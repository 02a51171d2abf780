"""Load the sample shop the way an owner would load its files."""

from __future__ import annotations

from datetime import datetime

from crm_core.backup import back_up
from crm_core.db import Database
from crm_core.ingest.load import Origin, Receipt
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import best_offer, in_channel, offer, store
from crm_core.sample import SAMPLE_FILES, SampleFile


def load_sample(database: Database, at: datetime) -> list[Receipt]:
    """Import every file of the sample shop, marked as sample; returns the receipts in order."""
    receipts = [_load(database, file, at) for file in SAMPLE_FILES]
    back_up(database)
    return receipts


def _load(database: Database, sample: SampleFile, at: datetime) -> Receipt:
    with database.exchange_folder() as folder:
        file = parse(sample.path, sample.path.name, folder)
        with database.cursor() as cursor:
            chosen = best_offer([offer(cursor, table, file.file_name, sample.kind) for table in file.tables])
        mapping = in_channel(chosen.mapping, sample.channel)
        return store(database, file, chosen.table, mapping, folder, Origin("sample", at, is_sample=True)).receipt
