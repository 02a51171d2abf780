"""How the contact work of an opened campaign stands: who was reached, who refused, who is left, day by day."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core.charts.opinions import Part, StackedRow, stacked_rows
from crm_core.findings.campaigns import progress_words
from crm_core.lists.campaigns import contacted_so_far
from crm_core.lists.conditions import Condition, to_json
from crm_core.metrics.campaign_contacts import CONTACT_DAY_COLUMNS, STATES, ContactProgress, contact_days_frame
from crm_core.metrics.campaigns import Campaign
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.contact_day import today
from ui.people import page_path
from ui.session import Visit
from ui.table import headed

DAYS_SHOWN = 7


def list_link(page: str, node: Condition) -> ListLink:
    """The way to a list that a condition makes."""
    return ListLink(page, {"part": "build", "if": to_json(node)})


def progress_card(visit: Visit, campaign: Campaign, progress: ContactProgress) -> None:
    """Everyone to contact as a bar by what came of it, and below it the latest days."""
    t, day = visit.t, today(visit)
    latest = progress.days[-DAYS_SHOWN:] if len(progress.days) > 1 else ()
    rows = [_row(visit, t("campaigns.progress.everyone"), progress.people)] if progress.contacted else []
    rows += [_row(visit, t.date(each.day), each.people) for each in latest]
    said = progress_words(campaign, progress, day, t)
    days = t("campaigns.progress.days", days=t.number(len(progress.days)), n=t.number(len(latest)))
    show_chart(
        visit,
        "campaign_progress",
        said if rows else t("campaigns.progress.title"),
        stacked_rows(rows, t, visit.theme, t("campaigns.progress.unit")),
        rows=_table(visit, campaign, progress) if progress.days else None,
        definition=t(
            "campaigns.progress.definition",
            day=t.date(day),
            start=t.date(campaign.starts_on),
            end=t.date(campaign.ends_on),
        ),
        people=_people(visit, campaign, progress) if progress.contacted else None,
        note=(days if len(progress.days) > len(latest) > 0 else "") if rows else said,
    )


def _row(visit: Visit, name: str, people: Mapping[str, int]) -> StackedRow:
    """People by what came of their contact; every row has the same parts in the same order."""
    t, theme = visit.t, visit.theme
    colours = {
        "reached": theme.accent,
        "sent": theme.accent,
        "refused": theme.detractor,
        "invalid": theme.passive,
        "not_reached": theme.first,
        "untold": theme.anonymous,
        "not_yet": theme.immature,
    }
    parts = tuple(
        Part(
            t(f"campaigns.progress.word.{state}"), people.get(state, 0), colours[state], t.number(people.get(state, 0))
        )
        for state in STATES
    )
    return StackedRow(name, f"<b>{t.number(sum(people.values()))}</b>", parts)


def _table(visit: Visit, campaign: Campaign, progress: ContactProgress) -> Rows:
    """The days; without the states that nobody was in."""
    number = campaign.campaign_id
    seen = {state for each in progress.days for state in each.people}
    left_out = {"campaign_id", *STATES} - seen
    columns = [column for column in headed(visit.t, CONTACT_DAY_COLUMNS) if column.key not in left_out]
    return Rows(contact_days_frame({number: progress}), columns, f"campaign_{number}_contacts.csv")


def _people(visit: Visit, campaign: Campaign, progress: ContactProgress) -> PeopleChoice | None:
    """The lists of those with whom the contact came to the same."""
    path = page_path("lists")
    if path is None:
        return None
    links: dict[str, ListLink | PeopleChoice] = {
        visit.t(f"campaigns.progress.word.{state}"): list_link(path, contacted_so_far(campaign.campaign_id, (state,)))
        for state in STATES
        if progress.people.get(state)
    }
    return PeopleChoice(visit.t("campaigns.progress.people"), links)
