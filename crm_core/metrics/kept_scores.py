"""The scores of one question computed once per cursor, however many models read them.

Scoring is most of the work on millions of orders, and a page asks several models about the same scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from crm_core.db import Cursor, data_version, model
from crm_core.metrics.rfm import Question, question
from crm_core.params import Params
from crm_core.settings import ShopSettings


@contextmanager
def scored_once(cursor: Cursor, params: Params, settings: ShopSettings) -> Iterator[None]:
    """Let the models of this cursor read the scores of one question from a table of its own.

    The table is made anew where the cursor has none of this question and version of the data. Inside, ask about no
    other question.
    """
    try:
        _keep(cursor, question(params, settings))
        cursor.execute(model("customers/read_kept_cuts"))
        cursor.execute(model("customers/read_kept_scores"))
        yield
    finally:
        cursor.execute(model("customers/forget_kept_scores"))


@contextmanager
def scored_once_if(is_worth_it: bool, cursor: Cursor, params: Params, settings: ShopSettings) -> Iterator[None]:
    """:func:`scored_once`, or nothing of it: where that costs more than it saves, or another day is asked about."""
    if is_worth_it:
        with scored_once(cursor, params, settings):
            yield
    else:
        yield


def _keep(cursor: Cursor, asked: Question) -> None:
    told = json.dumps([data_version(cursor), asked], default=str)
    cursor.execute(model("customers/kept_question"))
    if cursor.execute("select asked from kept_question").fetchall() == [(told,)]:
        return
    cursor.execute("delete from kept_question")
    cursor.execute(model("customers/kept_cuts"), {"question": asked})
    cursor.execute(model("customers/read_kept_cuts"))
    cursor.execute(model("customers/kept_scores"), {"question": asked})
    cursor.execute("insert into kept_question values (?)", [told])
