"""The command ``duplicates``."""

from __future__ import annotations

import argparse

from crm_core.commands.console import say
from crm_core.duplicates import review
from crm_core.i18n import Translator
from crm_core.json_forms import NO_DAY, dumps, duplicates_form
from crm_core.metrics.measure import default_params
from crm_core.params import Params, Period
from crm_core.settings import load_settings
from crm_core.snapshot import reader


def run_duplicates(arguments: argparse.Namespace, t: Translator) -> int:
    """List the customers that are probably one person."""
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        settings = load_settings(cursor)
        params = default_params(cursor, settings) or Params(NO_DAY, Period(NO_DAY, NO_DAY))
        waiting = review(cursor, params, settings)
    if arguments.json:
        say(dumps(duplicates_form(waiting)))
        return 0
    for pair in waiting.pairs:
        reasons = ", ".join(t(f"duplicates.reason.{reason}") for reason in pair.reasons)
        say(f"{pair.likelihood:.2f}\t{pair.left.customer_id}\t{pair.right.customer_id}\t{reasons}")
    return 0
