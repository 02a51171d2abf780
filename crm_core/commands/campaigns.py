"""The command ``campaign``: freeze a list, tell what came of it, list all, stop one."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from secrets import randbelow

from crm_core.commands.console import now, now_in, say
from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams
from crm_core.findings.campaigns import progress_words, verdict_words
from crm_core.i18n import Translator
from crm_core.json_forms import NO_DAY, Json, dumps
from crm_core.lists.campaigns import CHANNELS, HIGHEST_SEED, CampaignPlan, freeze, stop
from crm_core.lists.contactable import Channel
from crm_core.lists.sources import source_from_text
from crm_core.metrics.campaign_contacts import ContactProgress, contact_progress
from crm_core.metrics.campaigns import campaign_of, campaign_results, campaigns_of
from crm_core.metrics.measure import default_params
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings, load_settings
from crm_core.snapshot import reader
from crm_core.table_form import table_form


def add_campaign(command: argparse.ArgumentParser) -> None:
    """What ``campaign`` may be told."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every campaign with its verdict")
    effect = actions.add_parser("effect", help="the two groups of one campaign, and the verdict")
    effect.add_argument("campaign_id", type=int)
    effect.add_argument("--as-of", type=date.fromisoformat, help="use no order after this day (YYYY-MM-DD)")
    stopped = actions.add_parser("stop", help="hold nobody out for it any more")
    stopped.add_argument("campaign_id", type=int)
    _add_freeze(actions.add_parser("freeze", help="make a campaign of a list"))
    for action in actions.choices.values():  # what is told after the action counts as what is told before it
        action.add_argument("--db", type=Path, default=argparse.SUPPRESS, help="the database file (default: HUIKE_DB)")
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")


def _add_freeze(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", help="a ready-made list, group:KIND:{…} or built:{…}")
    command.add_argument("--name", required=True)
    command.add_argument("--contact", required=True, choices=[channel.value for channel in CHANNELS], help="by what")
    command.add_argument("--starts-on", type=date.fromisoformat, help="day of the contact (default: today)")
    command.add_argument("--days", type=int, default=14, help="purchases until so many days later count (14)")
    command.add_argument("--cost", type=_amount, default=Decimal(0), help="in all, in the shop's currency")
    command.add_argument("--margin", type=float, help="share of revenue that is profit, 0 to 1 (default: the setting)")
    command.add_argument("--hold-out", type=float, default=0.1, help="share held out, 0 to 0.5 (0.1)")
    command.add_argument("--seed", type=int, help="the same list and seed give the same groups (default: drawn)")
    command.add_argument("--as-of", type=date.fromisoformat, help="the list of this day (YYYY-MM-DD)")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(text) from None


def run_campaign(arguments: argparse.Namespace, t: Translator) -> int:
    """Do what was asked, then tell of the campaigns, or of the one."""
    campaign_id = getattr(arguments, "campaign_id", None)
    if arguments.action == "freeze":
        campaign_id = _freeze(arguments)
    elif arguments.action == "stop":
        with closing(Database(arguments.db)) as database, database.write_beside() as cursor:
            stop(cursor, arguments.campaign_id, now())
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        settings = load_settings(cursor)
        as_of = getattr(arguments, "as_of", None)
        params = _params(cursor, settings, as_of)
        if as_of is None:  # contacts are made today, whenever the last order was
            params = replace(params, contact_on=now_in(settings.zone).date())
        if arguments.json:
            say(dumps(_document(cursor, params, settings, campaign_id)))
        else:
            _tell(cursor, params, settings, campaign_id, t)
    return 0


def _freeze(arguments: argparse.Namespace) -> int:
    with closing(Database(arguments.db)) as database, database.write_beside() as cursor:
        settings = load_settings(cursor)
        moment = now()
        plan = CampaignPlan(
            arguments.name,
            Channel(arguments.contact),
            arguments.starts_on or moment.replace(tzinfo=UTC).astimezone(settings.zone).date(),
            randbelow(HIGHEST_SEED) if arguments.seed is None else arguments.seed,
            arguments.days,
            arguments.cost,
            settings.gross_margin if arguments.margin is None else arguments.margin,
            arguments.hold_out,
        )
        text = arguments.source if ":" in arguments.source else f"list:{arguments.source}"
        params = _params(cursor, settings, arguments.as_of)
        return freeze(cursor, source_from_text(text), params, settings, plan, by="", moment=moment)


def _params(cursor: Cursor, settings: ShopSettings, as_of: date | None) -> Params:
    """The latest data, or what was known on a day."""
    latest = default_params(cursor, settings)
    if latest is None:
        return Params(as_of or NO_DAY, Period(as_of or NO_DAY, as_of or NO_DAY))
    if as_of is None:
        return latest
    if as_of < latest.period.start:
        raise InvalidParams("no_orders")
    return Params(as_of, Period(latest.period.start, as_of))


def _document(cursor: Cursor, params: Params, settings: ShopSettings, campaign_id: int | None) -> dict[str, Json]:
    """``{"campaigns": [record, …]}``; of one ``{"campaign": record, "groups": [record, record], "contacts": […]}``.

    ``contacts`` has a record for each day with a contact.
    """
    campaigns = _records(cursor, "campaigns", params, settings)
    if params.as_of == NO_DAY:  # without orders no day is in the data, and none is left to count
        campaigns = [{**record, "days_left": None} for record in campaigns]
    if campaign_id is None:
        return {"campaigns": [*campaigns]}
    campaign_of(cursor, campaign_id)
    (own,) = [record for record in campaigns if record["campaign_id"] == campaign_id]
    groups = _records(cursor, "campaign_effect", params, settings, campaign=campaign_id)
    contacts = _records(cursor, "campaign_contacts", params, settings, campaign=campaign_id)
    return {"campaign": own, "groups": [*groups], "contacts": [*contacts]}


def _records(
    cursor: Cursor, name: str, params: Params, settings: ShopSettings, **options: int
) -> list[dict[str, Json]]:
    form = table_form(table(cursor, name, params, settings, **options))
    columns, rows = form["columns"], form["rows"]
    assert isinstance(columns, list)
    assert isinstance(rows, list)
    return [dict(zip(map(str, columns), row, strict=True)) for row in rows if isinstance(row, list)]


def _so_far(progress: ContactProgress | None, t: Translator) -> str:
    if progress is None:
        return "—"
    people = t.number(progress.to_contact)
    return t("campaigns.progress.short", contacted=t.number(progress.contacted), people=people)


def _tell(cursor: Cursor, params: Params, settings: ShopSettings, campaign_id: int | None, t: Translator) -> None:
    chosen = campaigns_of(cursor) if campaign_id is None else (campaign_of(cursor, campaign_id),)
    if not chosen:
        say(t("campaigns.page.none"))
    progress = contact_progress(cursor, params.day)
    for result in campaign_results(cursor, chosen, params, settings):
        campaign = result.campaign
        own = progress.get(campaign.campaign_id)
        say(
            f"{campaign.campaign_id}\t{campaign.name}\t{t.date_range(campaign.starts_on, campaign.ends_on)}"
            f"\t{t(f'campaigns.verdict.{result.verdict}')}"
            f"\t{_so_far(own, t)}"
        )
        if campaign_id is not None and params.as_of == NO_DAY:
            say(t("errors.no_orders.what"))
        elif campaign_id is not None:
            words = verdict_words(result, t, settings)
            say(f"{words.sentence}\n{words.how_sure}")
            if own is not None:
                say(progress_words(campaign, own, params.day, t))
