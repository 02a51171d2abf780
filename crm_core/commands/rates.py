"""The command ``rates``: what other currencies are worth in the shop's, by month."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict

from crm_core.commands.console import say
from crm_core.db import Database
from crm_core.errors import InvalidParams
from crm_core.exchange_rates import (
    ExchangeRate,
    exchange_rates,
    month_text,
    months_between,
    parse_month,
    parse_rate,
    rate_text,
    remove_rate,
    set_rates,
)
from crm_core.i18n import Translator
from crm_core.json_forms import Json, dumps, plain_record
from crm_core.snapshot import reader


def add_rates(command: argparse.ArgumentParser) -> None:
    """What ``rates`` may be told; without an action it lists the rates."""
    command.add_argument("action", nargs="?", choices=("set", "remove"), help="default: list them")
    command.add_argument("currency", nargs="?", help="an ISO code such as USD")
    command.add_argument("month", nargs="?", help="YYYY-MM")
    command.add_argument("rate", nargs="?", help="units of the shop's currency for one of this currency")
    command.add_argument("--to", metavar="MONTH", help="set the same rate for every month up to this one")


def run_rates(arguments: argparse.Namespace, t: Translator) -> int:
    """List the rates, or change them and say what they are then."""
    if arguments.action is not None:
        _change(arguments)
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        rates = exchange_rates(cursor)
    if arguments.json:
        rows: list[Json] = [{**plain_record(asdict(rate)), "month": month_text(rate.month)} for rate in rates]
        say(dumps({"rates": rows}))
        return 0
    lines = ["\t".join((r.currency, month_text(r.month), rate_text(r.rate), str(r.order_count))) for r in rates]
    say("\n".join(lines or [t("rates.none")]))
    return 0


def _change(arguments: argparse.Namespace) -> None:
    is_setting = arguments.action == "set"
    if arguments.currency is None or arguments.month is None or (is_setting and arguments.rate is None):
        raise InvalidParams("rates_usage")
    currency, first = arguments.currency.upper(), parse_month(arguments.month)
    months = months_between(first, parse_month(arguments.to) if arguments.to else first)
    with closing(Database(arguments.db)) as database, database.write() as cursor:
        if is_setting:
            rate = parse_rate(arguments.rate)
            set_rates(cursor, [ExchangeRate(currency, month, rate) for month in months])
            return
        for month in months:
            remove_rate(cursor, currency, month)
