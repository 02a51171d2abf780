"""The commands ``lists``, ``list`` and ``exports``: what lists there are, the people of one, the files that left."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date
from pathlib import Path

from crm_core.commands.console import check_target, now, now_in, say
from crm_core.commands.numbers import (
    add_question,
    add_values,
    asking,
    check_contact_day,
    question_of,
    values_of,
    write_csv,
)
from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams
from crm_core.findings.exports import reasons_in_words, remaining_words
from crm_core.i18n import Translator
from crm_core.json_forms import Json, dumps, plain_record
from crm_core.lists.built import sizes_of
from crm_core.lists.campaigns import arm_of, campaign_to_contact
from crm_core.lists.columns import usual_columns
from crm_core.lists.conditions import from_json
from crm_core.lists.contactable import Channel, rules_on
from crm_core.lists.exports import (
    Export,
    FileFormat,
    Logged,
    Remaining,
    check_campaign,
    export_log,
    made_file,
    remaining,
)
from crm_core.lists.groups import GROUPS, Group, group_from_texts, group_name
from crm_core.lists.layouts import LAYOUTS, PhoneForm, channel_for, layout_of
from crm_core.lists.ready_made import READY_MADE, available_lists, list_of
from crm_core.lists.ready_rules import list_sizes
from crm_core.lists.saved import flaws_of, saved_list_named, saved_lists
from crm_core.lists.sources import GROUP, READY, Source, source_members, usual_columns_of
from crm_core.metrics.campaigns import campaign_of
from crm_core.params import Params
from crm_core.settings import load_settings
from crm_core.snapshot import reader
from crm_core.table_form import table_form


def add_lists(command: argparse.ArgumentParser) -> None:
    """What ``lists`` may be told."""
    command.epilog = "Each name with how many customers the list holds; campaign list tells of the campaigns."
    add_question(command)


def run_lists(arguments: argparse.Namespace, t: Translator) -> int:
    """The names of the ready-made and the saved lists, and how many customers they hold."""
    with asking(arguments, t) as (cursor, params, settings):
        params = _on_contact_day(params, arguments, now_in(settings.zone).date())
        sizes = list_sizes(cursor, params, settings)
        ready = [(entry.key, t(f"{entry.locale_key}.name"), sizes[entry.key]) for entry in available_lists(cursor)]
        saved = saved_lists(cursor)
        broken = {flaw.entry.name for flaw in flaws_of(cursor, saved) if not flaw.is_readable}
        trees = {entry.name: entry.node for entry in saved if entry.name not in broken}
        found = sizes_of(cursor, trees, params, settings) if trees else {}
    if arguments.json:
        told: list[Json] = [{"list": key, "name": name, **plain_record(size._asdict())} for key, name, size in ready]
        kept: list[Json] = [
            {"name": entry.name, **(plain_record(found[entry.name]._asdict()) if entry.name in found else {})}
            for entry in saved
        ]
        say(dumps({"lists": told, "saved": kept}))
        return 0
    for key, name, size in ready:
        say(f"{key}\t{name}\t{t.number(size.customers)}")
    for entry in saved:
        people = t.number(found[entry.name].customers) if entry.name in found else "—"
        say(f"--saved\t{entry.name}\t{people}")
    return 0


def add_list(command: argparse.ArgumentParser) -> None:
    """What ``list`` may be told."""
    command.epilog = (
        "Without --layout everyone on the list is printed, for looking at. Only a file with --layout is for "
        "contacting: it leaves out who may not be contacted, and it is written down in the log of files."
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "name",
        nargs="?",
        help="a ready-made list, or a kind of group with its values in --with. A name of both, as reorder_due, is the "
        "list without --with and the group with it; list:NAME and group:NAME say which",
    )
    which.add_argument("--saved", metavar="NAME", help="a list that was saved under this name")
    which.add_argument("--conditions", metavar="JSON", help="a list of conditions, as its page has them in the address")
    which.add_argument("--campaign", type=int, metavar="NUMBER", help="those of a campaign who are to be contacted")
    command.add_argument("--columns", help="the columns, separated by commas (default: those of the page)")
    add_values(command, "a value of the group, as --with product_key=P-1")
    target = command.add_mutually_exclusive_group()
    target.add_argument("--csv", type=Path, help="write to this file instead of standard output")
    target.add_argument("--xlsx", type=Path, help="with --layout: write a workbook to this file")
    add_question(command)
    _add_contacting(command)


def _add_contacting(command: argparse.ArgumentParser) -> None:
    contacting = command.add_argument_group("a file for contacting")
    contacting.add_argument("--layout", choices=list(LAYOUTS), help="what the file holds")
    contacting.add_argument(
        "--for", dest="channel_for", choices=[channel.value for channel in Channel], help="how they will be contacted"
    )
    contacting.add_argument("--on", type=date.fromisoformat, help="the day of the contact (default: today)")
    contacting.add_argument("--by", default="", help="who takes the file out, for the log")
    contacting.add_argument("--phones", choices=[form.value for form in PhoneForm], help="how numbers are written")


def run_list(arguments: argparse.Namespace, t: Translator) -> int:
    """Print the people of a list, or make a file for contacting them."""
    check_target(arguments.csv or arguments.xlsx)
    if arguments.layout:
        return _file(arguments, t)
    if any((arguments.xlsx, arguments.channel_for, arguments.on, arguments.by, arguments.phones)):
        raise InvalidParams("contacting_needs_layout")
    with asking(arguments, t) as (cursor, params, settings):
        source = _source(cursor, arguments, t)
        columns = _columns(arguments) or usual_columns(cursor, usual_columns_of(source))
        params = _on_contact_day(params, arguments, now_in(settings.zone).date())
        found = source_members(cursor, source, params, settings, columns)
    if arguments.json:
        say(dumps(table_form(found)))
    if arguments.csv or not arguments.json:
        write_csv(found, arguments.csv)
    return 0


def _on_contact_day(params: Params, arguments: argparse.Namespace, day: date) -> Params:
    """The question with the day of contact, as on the page: an earlier day is looked at as it was."""
    return params if arguments.as_of is not None else replace(params, contact_on=day)


def _source(cursor: Cursor, arguments: argparse.Namespace, t: Translator) -> Source:
    """The list that is meant."""
    if arguments.saved is not None:
        entry = saved_list_named(cursor, arguments.saved)
        node = entry.node
        for flaw in flaws_of(cursor, [entry]):
            print(*t.error_text(flaw.refusal), sep="\n", file=sys.stderr)
        return node
    if arguments.conditions is not None:
        return from_json(arguments.conditions)
    if arguments.campaign is not None:
        check_campaign(cursor, arguments.campaign)
        return arm_of(arguments.campaign, "contacted")
    return _named(arguments.name, values_of(arguments))


def _named(name: str, values: Mapping[str, str]) -> Source:
    """A ready-made list, or a kind of group with its values; of a name that both have, values make it the group.

    ``list:`` and ``group:`` before a name say which. Raises ``InvalidParams`` for values beside a list.
    """
    kind, _, rest = name.partition(":")
    if kind == GROUP and rest:
        return group_from_texts(rest, values)
    is_list = kind == READY and rest
    key = rest if is_list else name
    if key in GROUPS and not is_list and (values or key not in READY_MADE):
        return group_from_texts(key, values)
    found = list_of(key).key
    if values:
        raise InvalidParams("list_takes_no_values", name=key)
    return found


def _columns(arguments: argparse.Namespace) -> tuple[str, ...]:
    return tuple(name.strip() for name in arguments.columns.split(",")) if arguments.columns else ()


def _file(arguments: argparse.Namespace, t: Translator) -> int:
    """Make the file and log it; with ``--json`` and no file only say how many it would hold."""
    with closing(Database(arguments.db)) as database:
        with database.cursor() as cursor:
            export = _export(cursor, arguments, t)
            name = _name(cursor, arguments, export, t)
            found = remaining(cursor, export)
        is_counted = arguments.json and arguments.csv is None and arguments.xlsx is None
        if not is_counted:
            _write(database, arguments, export, name, t)
            print(_told(found, export, t), file=sys.stderr)
    if arguments.json:
        told = {"layout": export.layout.key, "channel": export.rules.channel, "on": export.rules.day, **asdict(found)}
        say(dumps(plain_record(told)))
    return 0


def _told(found: Remaining, export: Export, t: Translator) -> str:
    """How many the file holds, and who is left out and why, as plain text."""
    day = export.rules.day
    said = remaining_words(found, day, t).replace("**", "")
    if not found.left_out:
        return said
    reasons = reasons_in_words(found.left_out, export.settings, t)
    return f"{said} {t('exports.page.left', day=t.date(day), reasons=reasons)}"


def _export(cursor: Cursor, arguments: argparse.Namespace, t: Translator) -> Export:
    settings = load_settings(cursor)
    layout = layout_of(arguments.layout)
    channel = channel_for(layout, Channel(arguments.channel_for) if arguments.channel_for else None)
    day = arguments.on or now_in(settings.zone).date()
    source = _source(cursor, arguments, t)
    columns = _columns(arguments) or usual_columns(cursor, usual_columns_of(source)) if layout.is_chosen else ()
    rules = rules_on(day, settings, channel, campaign_to_contact(source))
    params = _on_contact_day(question_of(cursor, settings, arguments), arguments, day)
    check_contact_day(day, params)
    return Export(source, params, settings, layout, rules, columns, PhoneForm(arguments.phones or PhoneForm.HOME))


def _name(cursor: Cursor, arguments: argparse.Namespace, export: Export, t: Translator) -> str:
    """The list as it is called on screen."""
    if arguments.saved is not None:
        return saved_list_named(cursor, arguments.saved).name
    if arguments.campaign is not None:
        return campaign_of(cursor, arguments.campaign).name
    if isinstance(export.source, str):
        return t(f"{list_of(export.source).locale_key}.name")
    if isinstance(export.source, Group):
        return group_name(cursor, export.source, t, export.settings.currency)
    return t("conditions.page.built")


def _write(database: Database, arguments: argparse.Namespace, export: Export, name: str, t: Translator) -> None:
    """To a file, or the CSV to standard output."""
    file_format = FileFormat.XLSX if arguments.xlsx is not None else FileFormat.CSV
    with made_file(database, export, t, file_format, by=arguments.by, name=name, moment=now()) as made:
        if target := arguments.xlsx or arguments.csv:
            shutil.copyfile(made.path, target)
            return
        with made.path.open("rb") as content:
            shutil.copyfileobj(content, sys.stdout.buffer)


def run_exports(arguments: argparse.Namespace, t: Translator) -> int:
    """Every file that left, the newest first."""
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        entries = export_log(cursor)
    if arguments.json:
        documents: list[Json] = [_document(entry) for entry in entries]
        say(dumps({"exports": documents}))
        return 0
    for entry in entries:
        people = t.plural("lists.page.people", entry.customer_count)
        kind = f"{entry.layout}\t{entry.channel or '-'}\t{entry.file_format}"
        say(f"{entry.exported_at:%Y-%m-%d %H:%M}\t{entry.exported_by}\t{entry.name}\t{kind}\t{people}")
    return 0


def _document(entry: Logged) -> dict[str, Json]:
    """A file that left; the moment with its zone."""
    return {**plain_record(asdict(entry)), "exported_at": entry.exported_at.replace(tzinfo=UTC).isoformat()}
