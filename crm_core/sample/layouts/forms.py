"""A survey's answers, as Google Forms gives them in Chinese: CSV."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from crm_core.sample.layouts.tables import Cells, Row, write_csv
from crm_core.sample.survey import Answer

HEADER = (
    "時間戳記", "電子郵件地址", "您有多大可能把我們推薦給朋友或家人？（0–10 分）",
    "您對這次購物的整體滿意度（1–5 分）", "您這次買了哪些品項？（可複選）", "有什麼想對我們說的話嗎？",
    "您曾經向別人推薦過我們嗎？", "您是怎麼知道我們的？", "您願意收到我們的優惠與新品訊息嗎？", "手機號碼（選填）",
)  # fmt: skip


def write_answers(path: Path, answers: Iterable[Answer], *, from_sheets: bool) -> None:
    """A survey's answers: Google Forms in Chinese, CSV, as the form gives it or as its spreadsheet does.

    The form writes ``2026/10/12 8:15:01 下午 GMT+8`` and separates several choices by ``;``, the spreadsheet writes
    ``2026/4/7 下午 8:15:01`` and separates by a comma.
    """
    write_csv(path, HEADER, (_answer_cells(answer, from_sheets) for answer in answers), quote_all=not from_sheets)


def _answer_cells(answer: Answer, from_sheets: bool) -> Cells:
    values: Row = (
        _forms_stamp(answer.at, from_sheets),
        answer.email,
        answer.score,
        answer.satisfaction,
        (", " if from_sheets else ";").join(answer.bought),
        answer.comment,
        _said(answer.recommended),
        answer.heard,
        _said(answer.wants_messages),
        answer.phone,
    )
    return dict(zip(HEADER, values, strict=True))


def _said(value: bool | None) -> str | None:
    return None if value is None else "是" if value else "否"


def _forms_stamp(at: datetime, from_sheets: bool) -> str:
    half = "上午" if at.hour < 12 else "下午"
    clock = f"{at.hour % 12 or 12}:{at:%M:%S}"
    if from_sheets:
        return f"{at.year}/{at.month}/{at.day} {half} {clock}"
    return f"{at:%Y/%m/%d} {clock} {half} GMT+8"
