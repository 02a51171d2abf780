"""The shop's own lists beside orders and members: cases of the customer service, interactions, and calls. CSV."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from crm_core.sample.calls import Call
from crm_core.sample.cases import Case
from crm_core.sample.layouts.counter import STORE
from crm_core.sample.layouts.tables import Cells, write_csv
from crm_core.sample.newsletters import Deed
from crm_core.sample.seasons import Channel

CASE_HEADER = (
    "案件編號", "建立時間", "結案時間", "通路", "訂單編號", "會員電話", "問題類型", "是否客訴", "處理狀態", "問題內容",
)  # fmt: skip
DEED_HEADER = ("互動時間", "管道", "標題", "互動類型", "電子郵件")
CALL_HEADER = ("撥打時間", "會員電話", "姓名", "名單", "通話結果", "原因", "撥打人員")
PLACE: dict[Channel, str] = {"site": "官網", "shopee": "蝦皮", "counter": STORE}


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    """The list of questions and complaints; of a marketplace order only its number tells whose it was."""
    write_csv(path, CASE_HEADER, map(_case_cells, cases))


def write_deeds(path: Path, deeds: Iterable[Deed]) -> None:
    """The log of newsletters sent, opened and clicked, and of words left on the own site."""
    write_csv(path, DEED_HEADER, map(_deed_cells, deeds))


def write_calls(path: Path, calls: Iterable[Call]) -> None:
    """The log of telephone calls, as somebody keeps it in a sheet."""
    write_csv(path, CALL_HEADER, map(_call_cells, calls))


def _case_cells(case: Case) -> Cells:
    order = case.order
    return {
        "案件編號": case.number,
        "建立時間": _minute(case.opened_at),
        "結案時間": _minute(case.closed_at),
        "通路": PLACE[order.channel],
        "訂單編號": order.number if order.channel != "counter" else None,
        "會員電話": order.buyer.phone if order.channel != "shopee" else None,
        "問題類型": case.topic,
        "是否客訴": "是" if case.is_complaint else "否",
        "處理狀態": "處理中" if case.closed_at is None else "已結案",
        "問題內容": case.note,
    }


def _deed_cells(deed: Deed) -> Cells:
    return {
        "互動時間": _minute(deed.at),
        "管道": deed.channel,
        "標題": deed.subject,
        "互動類型": deed.action,
        "電子郵件": deed.person.email,
    }


def _call_cells(call: Call) -> Cells:
    return {
        "撥打時間": _minute(call.at),
        "會員電話": call.person.phone,
        "姓名": call.person.name,
        "名單": call.campaign,
        "通話結果": call.outcome,
        "原因": call.reason or None,
        "撥打人員": call.caller,
    }


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y/%m/%d %H:%M}"
