"""Load the sample shop the way an owner would load its files."""

from __future__ import annotations

from datetime import datetime
from random import Random

from crm_core.backup import back_up
from crm_core.db import Database
from crm_core.ingest.load import Origin, Receipt
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import best_offer, in_channel, offer, store
from crm_core.sample import SAMPLE_FILES, SEED, SampleFile
from crm_core.sample.campaigns import freeze_sample, write_sample_calls
from crm_core.schema import Kind
from crm_core.settings import load_settings


def load_sample(database: Database, at: datetime) -> list[Receipt]:
    """Import every file of the sample shop, marked as sample, and freeze its campaigns; the receipts in order."""
    receipts = [_load(database, file, at) for file in SAMPLE_FILES]
    receipts += _load_campaigns(database, at)
    back_up(database)
    return receipts


def _load_campaigns(database: Database, at: datetime) -> list[Receipt]:
    """The campaigns, and the log of their calls as one more file."""
    with database.write() as cursor:
        calls = freeze_sample(cursor, load_settings(cursor), Random(f"{SEED} campaigns"))
    if not calls:
        return []
    with database.exchange_folder() as folder:
        path = write_sample_calls(folder, calls)
        return [_load(database, SampleFile(Kind.CONTACTS, path, None, "sample.files.calls"), at)]


def _load(database: Database, sample: SampleFile, at: datetime) -> Receipt:
    with database.exchange_folder() as folder:
        file = parse(sample.path, sample.path.name, folder)
        with database.cursor() as cursor:
            chosen = best_offer([offer(cursor, table, file.file_name, sample.kind) for table in file.tables])
        mapping = in_channel(chosen.mapping, sample.channel)
        return store(database, file, chosen.table, mapping, folder, Origin("sample", at, is_sample=True)).receipt
