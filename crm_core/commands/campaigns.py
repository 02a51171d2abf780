"""The command ``campaign``: freeze a list, tell what came of it, list all, stop one."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from secrets import randbelow

from crm_core.analysis.power import holdout_plan
from crm_core.commands.console import now, now_in, say
from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams
from crm_core.findings.campaigns import points_text, progress_words, verdict_words
from crm_core.findings.exports import reasons_in_words
from crm_core.i18n import Translator
from crm_core.json_forms import NO_DAY, Json, dumps, plain_record
from crm_core.lists.campaigns import (
    CHANNELS,
    HIGHEST_SEED,
    CampaignPlan,
    base_share,
    freeze,
    reachable,
    stop,
)
from crm_core.lists.contactable import Channel
from crm_core.lists.ready_made import list_of
from crm_core.lists.saved import list_named
from crm_core.lists.sources import BUILT, GROUP, READY, Source, source_from_text
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
    command.add_argument("source", help="a ready-made or saved list by name, group:KIND:{…} or built:{…}")
    command.add_argument("--name", required=True)
    command.add_argument("--contact", required=True, choices=[channel.value for channel in CHANNELS], help="by what")
    command.add_argument("--starts-on", type=date.fromisoformat, help="day of the contact (default: today)")
    command.add_argument("--days", type=int, default=14, help="purchases until so many days later count (14)")
    command.add_argument("--cost", type=_amount, default=Decimal(0), help="in all, in the shop's currency")
    command.add_argument("--margin", type=float, help="share of revenue that is profit, 0 to 1 (default: the setting)")
    command.add_argument("--hold-out", type=float, default=0.1, help="share held out, 0 to 0.5 (0.1)")
    command.add_argument("--seed", type=int, help="the same list and seed give the same groups (default: drawn)")
    command.add_argument("--as-of", type=date.fromisoformat, help="the list of this day (YYYY-MM-DD)")
    command.add_argument("--by", default="", help="who freezes it")
    command.add_argument(
        "--plan",
        action="store_true",
        help="freeze nothing; tell who could be contacted and what each hold-out could prove",
    )


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(text) from None


def run_campaign(arguments: argparse.Namespace, t: Translator) -> int:
    """Do what was asked, then tell of the campaigns, or of the one."""
    campaign_id = getattr(arguments, "campaign_id", None)
    if arguments.action == "freeze" and arguments.plan:
        return _tell_plan(arguments, t)
    if arguments.action == "freeze":
        campaign_id = _freeze(arguments, t)
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


def _tell_plan(arguments: argparse.Namespace, t: Translator) -> int:
    """Who on a list could be contacted, and what each size of the hold-out could prove."""
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        settings = load_settings(cursor)
        today = now_in(settings.zone).date()
        source, params = _asked(cursor, arguments, settings, today)
        day = arguments.starts_on or today
        could = reachable(cursor, source, params, settings, Channel(arguments.contact), day)
        past = base_share(cursor, source, params, settings, arguments.days)
    plan = holdout_plan(could.people, past.expected, settings.thin_below)
    if arguments.json:
        told = {"customers": could.people, "left_out": could.left_out, "base_people": past.people, **asdict(plan)}
        say(dumps(plain_record({**told, "options": [plain_record(asdict(option)) for option in plan.options]})))
        return 0
    say(t.plural("campaigns.freeze.people", could.people) if could.people else t("campaigns.freeze.nobody"))
    if could.left_out:
        say(t("campaigns.freeze.left", reasons=reasons_in_words(could.left_out, settings, t)))
    say("\t".join(t(f"campaigns.freeze.{key}") for key in ("share", "held_out", "contacted", "smallest")))
    for option in plan.options:
        smallest = points_text(option.smallest_effect, t)
        say(f"{t.share(option.share, 0)}\t{t.number(option.held_out)}\t{t.number(option.contacted)}\t{smallest}")
    say(t(f"campaigns.freeze.{plan.reason}", share=t.share(plan.suggested, 0)))
    return 0


def _asked(cursor: Cursor, arguments: argparse.Namespace, settings: ShopSettings, today: date) -> tuple[Source, Params]:
    """The list to be frozen and the question, as on the page: an earlier day is looked at as it was."""
    params = _params(cursor, settings, arguments.as_of)
    if arguments.as_of is None:
        params = replace(params, contact_on=today)
    return _source(cursor, arguments.source), params


def _freeze(arguments: argparse.Namespace, t: Translator) -> int:
    """Freeze the list; says how many are in the two groups, on standard error beside a JSON document."""
    with closing(Database(arguments.db)) as database, database.write_beside() as cursor:
        settings = load_settings(cursor)
        moment = now()
        today = now_in(settings.zone).date()
        plan = CampaignPlan(
            arguments.name,
            Channel(arguments.contact),
            arguments.starts_on or today,
            randbelow(HIGHEST_SEED) if arguments.seed is None else arguments.seed,
            arguments.days,
            arguments.cost,
            settings.gross_margin if arguments.margin is None else arguments.margin,
            arguments.hold_out,
        )
        source, params = _asked(cursor, arguments, settings, today)
        campaign_id = freeze(cursor, source, params, settings, plan, by=arguments.by, moment=moment)
        made = campaign_of(cursor, campaign_id)
    sizes = {"contacted": t.number(made.contacted), "held_out": t.number(made.held_out)}
    print(t("campaigns.freeze.done", **sizes), file=sys.stderr)
    return campaign_id


def _source(cursor: Cursor, text: str) -> Source:
    """A list as its address names it, a ready-made one by its key, or a saved one by its name."""
    if text.partition(":")[0] in (READY, GROUP, BUILT):
        return source_from_text(text)
    found = list_named(cursor, text)
    return list_of(text).key if found is None else found


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
