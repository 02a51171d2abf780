"""The own site's customer report, as SHOPLINE gives it: CSV, members (``會員`` Y) and guests (N)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from crm_core.sample.checkout import Order
from crm_core.sample.layouts.site import joined_through, site_customer_id
from crm_core.sample.layouts.tables import ADDRESS, Cells, stamp, write_csv, yes
from crm_core.sample.people import Person
from crm_core.sample.seasons import EXPORTED_AT

HEADER = (
    "顧客 ID", "全名", "電郵", "加入日期", "語言", "訂單數", "累積金額", "會員", "已設置密碼", "接受電郵優惠宣傳",
    "會員綁定手機號碼", "地址 1", "會員級別", "會員有效期", "地址 2", "城市", "地區/州/省份", "郵政編號（如適用）",
    "國家／地區", "會員註冊日期", "會員註冊來源", "接受簡訊優惠宣傳", "接受 LINE 優惠宣傳", "最後登入時間", "性別",
    "生日", "標籤",
)  # fmt: skip
TIERS = ((15_000, "VIP"), (8_000, "金級會員"), (3_000, "銀級會員"), (0, "一般會員"))


def write_members(path: Path, people: Iterable[Person], orders: Sequence[Order]) -> None:
    """The own site's customer report: SHOPLINE, CSV; guests and members without an order included."""
    bought: dict[str, list[Order]] = {}
    for order in orders:
        if order.channel == "site":
            bought.setdefault(site_customer_id(order), []).append(order)
    spent = _spent_by_person(orders)
    rows = [cells for person in people for cells in _member_rows(person, bought, spent.get(person.number, 0))]
    write_csv(path, HEADER, sorted(rows, key=lambda cells: (str(cells["加入日期"]), str(cells["顧客 ID"]))))


def _spent_by_person(orders: Iterable[Order]) -> dict[int, int]:
    """What each person paid where the shop knows them, own site and counter together: it decides the tier."""
    spent: dict[int, int] = {}
    for order in orders:
        if order.person is not None and order.channel != "shopee" and order.is_sold:
            spent[order.person.number] = spent.get(order.person.number, 0) + order.goods - order.refunded
    return spent


def _member_rows(person: Person, bought: dict[str, list[Order]], spent: int) -> list[Cells]:
    """The person's record; one who ordered as a guest before registering has two."""
    if person.site_id is None:
        return []
    rows = [_member_cells(person, bought.get(person.site_id, []), spent)]
    if person.guest_id is not None:
        rows.append(_guest_cells(person, bought.get(person.guest_id, [])))
    return rows


def _site_history(orders: Sequence[Order]) -> Cells:
    sold = [order for order in orders if order.is_sold]
    total = sum(order.total - order.refunded for order in sold)
    return {"訂單數": len(sold), "累積金額": f"NT${total:,}" if sold else None}


def _member_cells(person: Person, orders: Sequence[Order], spent: int) -> Cells:
    assert person.joined_at is not None  # everyone in the list joined some day
    assert person.site_id is not None  # given out at that moment
    seen_at = max([person.joined_at, *(order.at for order in orders)])
    cells = _person_cells(person, person.site_id, person.joined_at) | _consent_cells(person) | _site_history(orders)
    cells |= {"會員": yes(person.is_member), "最後登入時間": stamp(seen_at)}
    if person.is_member:
        cells |= _membership_cells(person, spent)
    return cells


def _membership_cells(person: Person, spent: int) -> Cells:
    assert person.joined_at is not None  # members joined some day
    birthday = person.birthday
    return {
        "已設置密碼": yes(person.home != "counter"),
        "會員級別": next(name for least, name in TIERS if spent >= least),
        "會員有效期": f"{person.joined_at.year + 2}-12-31",
        "會員註冊日期": stamp(person.joined_at),
        "會員註冊來源": joined_through(person),
        "性別": {"F": "女", "M": "男"}[person.gender] if person.number % 9 else "不公開",
        "生日": None if birthday is None else f"{birthday:%Y-%m-%d}",
        "標籤": _tags(person, spent),
    }


def _tags(person: Person, spent: int) -> str | None:
    tags = ["VIP"] if spent >= TIERS[0][0] else []
    if person.home == "counter":
        tags.append("門市會員")
    if person.number % 41 == 0:
        tags.append("團購主")
    return ", ".join(tags) or None


def _guest_cells(person: Person, orders: Sequence[Order]) -> Cells:
    assert person.guest_id is not None  # asked for by the caller
    first_at = orders[0].at if orders else EXPORTED_AT
    cells = _person_cells(person, person.guest_id, first_at) | _site_history(orders)
    return cells | {
        "電郵": (person.email or "").capitalize(),  # typed on a telephone
        "會員": "N",
        "已設置密碼": "N",
        "接受電郵優惠宣傳": "N",
        "接受簡訊優惠宣傳": "N",
        "接受 LINE 優惠宣傳": "N",
    }


def _person_cells(person: Person, site_id: str, joined_at: datetime) -> Cells:
    return {
        "顧客 ID": site_id,
        "全名": person.name,
        "電郵": person.email,
        "加入日期": stamp(joined_at),
        "語言": "zh-hant",
        "會員綁定手機號碼": person.phone,
        "地址 1": ADDRESS,
        "城市": person.district,
        "地區/州/省份": person.city,
        "郵政編號（如適用）": person.postcode,
        "國家／地區": "台灣",
    }


def _consent_cells(person: Person) -> Cells:
    return {
        "已設置密碼": "N",
        "接受電郵優惠宣傳": yes(person.consents["email"] and person.email is not None),
        "接受簡訊優惠宣傳": yes(person.consents["sms"]),
        "接受 LINE 優惠宣傳": yes(person.consents["line"]),
    }
