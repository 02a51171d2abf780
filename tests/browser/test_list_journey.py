"""From a list to its result: it is built, half of it held out, the others called; later orders tell what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil, floor, sqrt
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.metrics.spec import Unit
from crm_core.settings import ShopSettings
from tests.browser.conftest import STEP_MILLISECONDS, serve_app, settled
from tests.browser.test_journeys import Shop
from tests.core import builders

# Whom the list is about bought twice, the last time at least 60 days ago. The others miss one of the two conditions.
SILENT_DAYS, PURCHASES = 60, 2
SILENT, REGULAR, ONCE = 600, 40, 50
WITHOUT_PHONE = 10  # of the silent: on the list, but nobody can call them
CONTACTED = HELD_OUT = (SILENT - WITHOUT_PHONE) // 2
WINDOW = 14
PEOPLE, HOURS, AN_HOUR = 5, 6, 12  # 360 calls fit
USUAL_PEOPLE, USUAL_HOURS = ShopSettings().contact_people, ShopSettings().contact_hours
COST, MARGIN = 1_000, 40

# Outcomes of the calls in the order of the sheet. Who answers and wants no more of it was reached too.
OUTCOMES = {"reached": 170, "not_reached": 85, "refused": 10, "invalid": 20}
REACHED, TRIED = OUTCOMES["reached"] + OUTCOMES["refused"], sum(OUTCOMES.values())
LEFT = CONTACTED - TRIED + OUTCOMES["not_reached"]
# Each of the people calls 12 an hour, from ten o'clock on.
AGENTS = tuple(f"同事{number}" for number in range(1, PEOPLE + 1))
FIRST_HOUR = 10

# Of the next month: who bought within the window, what each of them spent, and who bought a day too late.
CONTACTED_BUYERS, HELD_OUT_BUYERS, LATE = 90, 40, 30
AMOUNT = 500


def order(number: int, day: date, person: int, amount: int = AMOUNT) -> builders.Row:
    """One order; the last of the silent are known by their e-mail address alone."""
    has_phone = not SILENT - WITHOUT_PHONE <= person < SILENT
    return {
        "order_id": f"N{number}",
        "order_date": day.isoformat(),
        "phone": phone(person) if has_phone else None,
        "email": f"customer{person}@example.com",
        "name": f"Customer {person}",
        "product": "Tea",
        "quantity": 1,
        "unit_price": amount,
    }


def phone(person: int) -> str:
    return f"09120{person:05}"


def first_orders(latest: date) -> list[builders.Row]:
    """The orders so far: those of the silent, of regulars, of people who bought once."""
    silent = [(person, days) for person in range(SILENT) for days in (90, SILENT_DAYS)]
    regular = [(person, days) for person in range(SILENT, SILENT + REGULAR) for days in (SILENT_DAYS - 1, 0)]
    once = [(person, 70) for person in range(SILENT + REGULAR, SILENT + REGULAR + ONCE)]
    bought = [*silent, *regular, *once]
    return [order(number, latest - timedelta(days=days), person) for number, (person, days) in enumerate(bought)]


def later_orders(starts_on: date, contacted: Sequence[int], held_out: Sequence[int]) -> list[builders.Row]:
    """The orders of the next month. The first and the last day of the window count, the day after it does not."""
    ends_on = starts_on + timedelta(days=WINDOW)
    buyers = [*contacted[:CONTACTED_BUYERS], *held_out[:HELD_OUT_BUYERS]]
    in_time = [(person, starts_on + timedelta(days=place % (WINDOW + 1))) for place, person in enumerate(buyers)]
    late = [(person, ends_on + timedelta(days=1)) for person in held_out[HELD_OUT_BUYERS : HELD_OUT_BUYERS + LATE]]
    return [order(100_000 + place, day, person) for place, (person, day) in enumerate([*in_time, *late])]


def test_from_a_list_to_its_result(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "huike.duckdb"
    latest = datetime.now(ShopSettings().zone).date() - timedelta(days=1)
    orders = builders.write_csv(tmp_path / "orders.csv", first_orders(latest))
    assert builders.run("import", "orders", orders, "--db", path, "--json").status == 0
    with (
        serve_app(path) as url,
        browser.new_context(locale="zh-TW", viewport={"width": 1440, "height": 900}) as context,
    ):
        context.set_default_timeout(STEP_MILLISECONDS)
        shop = Shop(context.new_page(), url, path, Translator("zh-TW"))
        build_the_list(shop)
        starts_on = freeze_it(shop)
        sheet = fetch_the_sheet(shop, tmp_path)
        contacted = fill_in(sheet, shop.t, starts_on)
        held_out = sorted(set(range(SILENT - WITHOUT_PHONE)) - set(contacted))
        assert len(contacted) == len(set(contacted)) == CONTACTED
        assert len(held_out) == HELD_OUT
        bring_outcomes_back(shop, sheet)
        bring_next_month(shop, builders.write_csv(tmp_path / "later.csv", later_orders(starts_on, contacted, held_out)))
        read_the_effect(shop)
    assert kept_apart(path) == {True: {phone(person) for person in held_out}, False: set(map(phone, contacted))}


def kept_apart(path: Path) -> dict[bool, set[str]]:
    """The numbers of the campaign's people as they were written down when it was frozen, by held out or not."""
    database = Database(path)
    with database.cursor() as cursor:
        rows = cursor.execute(
            "select is_held_out, identifier from campaign_members inner join campaign_identifiers "
            "using (campaign_id, member_no) where kind = 'phone'"
        ).fetchall()
    database.close()
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for is_held_out, number in rows:
        found[is_held_out].add(number.replace("+886", "0"))
    return found


def build_the_list(shop: Shop) -> None:
    """Two conditions, chosen step by step; each step says how many are left."""
    t = shop.t
    shop.go("lists", part="build")
    shop.press("builder_add_root")
    choose(shop, "condition_area", t("conditions.area.buying"))
    choose(shop, "condition_fact_buying", t("conditions.fact.recency_days.name"))
    fill(shop, "condition_amount_recency_days", SILENT_DAYS)
    everyone = SILENT + ONCE
    expect(shop.element("card_condition_form")).to_contain_text(t.plural("conditions.page.people", everyone))
    shop.press("condition_take")
    expect(shop.element("answer_page")).to_contain_text(t.plural("conditions.page.people", everyone))
    settled(shop.page)
    shop.press("builder_add_root")
    choose(shop, "condition_area", t("conditions.area.buying"))
    choose(shop, "condition_fact_buying", t("conditions.fact.purchases.name"))
    fill(shop, "condition_amount_purchases", PURCHASES)
    shop.press("condition_take")
    expect(shop.element("answer_page")).to_contain_text(t.plural("conditions.page.people", SILENT))
    expect(shop.element("answer_page")).to_contain_text(t.money(SILENT * PURCHASES * AMOUNT))
    settled(shop.page)


def choose(shop: Shop, key: str, word: str) -> None:
    """Take a word of a box with several."""
    field = shop.element(key).locator("input")
    field.click()
    field.fill(word)
    shop.page.get_by_role("option", name=word, exact=True).click()
    settled(shop.page)


def fill(shop: Shop, key: str, value: float) -> None:
    """Type a number."""
    field = shop.page.locator(f"[class*='st-key-{key}']").locator("input").first
    field.fill(str(value))
    field.press("Enter")
    settled(shop.page)


def freeze_it(shop: Shop) -> date:
    """Make a campaign of the list, half of it held out; returns its first day."""
    t = shop.t
    form = shop.element("freeze_list")
    form.locator("summary").click()
    expect(form).to_contain_text(t.plural("campaigns.freeze.people", SILENT - WITHOUT_PHONE))
    expect(form).to_contain_text(t("exports.left.no_address", n=t.number(WITHOUT_PHONE)))
    settled(shop.page)
    fill(shop, "freeze_cost_", COST)
    fill(shop, "freeze_margin_", MARGIN)
    form.get_by_role("radio", name=t.share(0.5, 0)).or_(form.get_by_role("button", name=t.share(0.5, 0))).click()
    settled(shop.page)
    form.locator("[class*='st-key-freeze_by_'] input").fill("Mei")
    form.get_by_role("button", name=t("campaigns.freeze.button")).click()
    sizes = {"contacted": t.number(CONTACTED), "held_out": t.number(HELD_OUT)}
    expect(shop.page.get_by_text(t("campaigns.freeze.done", **sizes))).to_be_visible(timeout=STEP_MILLISECONDS)
    settled(shop.page)
    return datetime.now(ShopSettings().zone).date()


def fetch_the_sheet(shop: Shop, folder: Path) -> Path:
    """From the campaign to the call sheet of its contacted group, and the workbook of it."""
    t = shop.t
    shop.element("card_campaign_people").get_by_role("link", name=t("campaigns.people.sheet")).click()
    expect(shop.element("card_call_plan")).to_be_visible()
    settled(shop.page)
    fill(shop, "call_people", PEOPLE)
    fill(shop, "call_hours", HOURS)
    fits = t("calls.sentence.all_fit", fits=t.number(PEOPLE * HOURS * AN_HOUR), callable=t.number(CONTACTED))
    expect(shop.element("answer_calls")).to_contain_text(fits)
    settled(shop.page)
    with shop.page.expect_download() as download:
        shop.press("download_sheet_xlsx")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def fill_in(path: Path, t: Translator, day: date) -> list[int]:
    """Write outcomes into the sheet as a person does, some rows left open; returns whom it holds, in its order."""
    book = load_workbook(path)
    page = book.active
    assert page is not None
    columns = {str(cell.value): cell.column for cell in page[1]}
    keys = ("phone", "outcome", "contacted_on", "contacted_time", "agent")
    place = {key: columns[t(f"contacts.sheet.{key}")] for key in keys}
    called = [str(page.cell(row, place["phone"]).value) for row in range(2, page.max_row + 1)]
    words = [t(f"contacts.outcome.{outcome}") for outcome, count in OUTCOMES.items() for _ in range(count)]
    for row, outcome in enumerate(words, start=2):
        assert page.cell(row, place["contacted_on"]).value.date() == day
        page.cell(row, place["outcome"]).value = outcome
        hour, minute = FIRST_HOUR + (row - 2) // (PEOPLE * AN_HOUR), (row - 2) % (PEOPLE * AN_HOUR)
        page.cell(row, place["contacted_time"]).value = f"{hour}:{minute:02}"
        page.cell(row, place["agent"]).value = AGENTS[row % PEOPLE]
    book.save(path)
    return [int(number.replace("-", "").removeprefix("09120")) for number in called]


def bring_outcomes_back(shop: Shop, sheet: Path) -> None:
    """The sheet is known by its headings; the log tells how many calls reached somebody, the next sheet who is left."""
    t = shop.t
    shop.go("data")
    shop.bring(sheet)
    expect(shop.element("card_file")).to_contain_text(t("formats.call_sheet.name"))
    shop.load()
    rows = t.plural("upload.done.rows", TRIED, file=sheet.name, unchanged=t.number(0), rejected=t.number(0))
    expect(shop.element("card_done_0")).to_contain_text(rows)
    shop.element("ways_on").get_by_role("link", name=t("upload.done.contacts")).click()
    words = {"reached": t.number(REACHED), "tried": t.number(TRIED), "share": t.share(REACHED / TRIED)}
    expect(shop.element("answer_contacts")).to_contain_text(t("contacts.answer.rate", **words))
    shop.go("calls", call="campaign-1")
    pace = TRIED / (PEOPLE * ceil(TRIED / PEOPLE / AN_HOUR))
    fits = floor(USUAL_PEOPLE * USUAL_HOURS * pace)
    left = {"fits": t.number(fits), "callable": t.number(LEFT), "days": t.number(ceil(LEFT / fits))}
    expect(shop.element("answer_calls")).to_contain_text(t("calls.sentence.fits", **left))
    measured = t("calls.pace.measured", pace=t.number(pace, 1), calls=t.number(TRIED))
    expect(shop.element("answer_calls")).to_contain_text(measured)


def bring_next_month(shop: Shop, orders: Path) -> None:
    """The receipt of the orders leads to the campaigns."""
    t = shop.t
    shop.go("data")
    shop.bring(orders)
    shop.load()
    shop.element("ways_on").get_by_role("link", name=t("upload.done.campaigns")).click()
    expect(shop.element("answer_page")).to_contain_text(t.plural("campaigns.count.effective", 1))


def read_the_effect(shop: Shop) -> None:
    """The campaign says what both groups bought, the difference with its interval, and what it earned."""
    t = shop.t
    shares = CONTACTED_BUYERS / CONTACTED, HELD_OUT_BUYERS / HELD_OUT
    difference, low, high = compared(CONTACTED_BUYERS, CONTACTED, HELD_OUT_BUYERS, HELD_OUT)
    assert low > 0
    told = {"contacted": t.share(shares[0]), "held_out": t.share(shares[1])}
    points = {"difference": difference, "low": low, "high": high}
    signed = {name: t.signed(value, Unit.SHARE) for name, value in points.items()}
    shop.go("campaigns", campaign="1")
    answer = shop.element("answer_page")
    expect(answer).to_have_text(t("campaigns.said.effective", window=t.days(WINDOW), **told, **signed))
    expect(shop.element("card_campaign_groups")).to_contain_text(t("campaigns.chart.title", **told))
    extra = (CONTACTED_BUYERS / CONTACTED - HELD_OUT_BUYERS / HELD_OUT) * CONTACTED * AMOUNT
    money = shop.element("card_campaign_money")
    for key, amount in (("extra_revenue", extra), ("profit", extra * MARGIN / 100 - COST)):
        value = t("campaigns.money.between", value=t.money(amount), low="|", high="").partition("|")[0]
        expect(money).to_contain_text(f"{t(f'campaigns.money.{key}')}\u3000{value}")


def compared(buyers: int, people: int, other_buyers: int, others: int) -> tuple[float, float, float]:
    """A difference of shares with Newcombe's interval (1998, method 10)."""
    one, other = wilson(buyers, people), wilson(other_buyers, others)
    first, second = buyers / people, other_buyers / others
    below = sqrt((first - one[0]) ** 2 + (other[1] - second) ** 2)
    above = sqrt((one[1] - first) ** 2 + (second - other[0]) ** 2)
    return first - second, first - second - below, first - second + above


def wilson(hits: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    middle, half = hits + z * z / 2, z * sqrt(hits * (n - hits) / n + z * z / 4)
    return (middle - half) / (n + z * z), (middle + half) / (n + z * z)
