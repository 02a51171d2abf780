"""Data health: what is known, what is missing, what looks wrong, and what to do about it."""

from __future__ import annotations

from crm_core.findings.health import concerns, health_answer
from crm_core.health import health
from ui import frame
from ui.empty import no_orders
from ui.health import (
    channel_table,
    concern_cards,
    coverage_tables,
    odd_day_table,
    problem_table,
    way_to_duplicates,
    words_to_decide,
)
from ui.import_desk import now
from ui.remembered import remembered

with frame.page("health", needs_orders=False) as visit:
    found = remembered(visit, health, now().date(), visit.settings.stale_after_days)
    answer = health_answer(found, visit.t)
    frame.answer(answer.sentence, answer.how_sure)
    if not found.channels:
        no_orders(visit)
    concern_cards(visit, concerns(found, visit.t))
    words_to_decide(visit, found)
    way_to_duplicates(visit, found)
    channel_table(visit, found)
    coverage_tables(visit, found)
    odd_day_table(visit, found)
    problem_table(visit, found)
