"""Campaigns: what was frozen, what came of it, and whether the contact made a difference."""

from __future__ import annotations

from crm_core.findings.campaigns import campaigns_answer
from ui import frame
from ui.campaigns import all_campaigns, chosen_result, how_to_begin, one_campaign, results_of
from ui.written import say_what_was_written

with frame.page("campaigns") as visit:
    say_what_was_written()
    results = results_of(visit)
    chosen = chosen_result(results)
    if chosen is not None:
        one_campaign(visit, chosen)
    else:
        answer = campaigns_answer(results, visit.t)
        frame.answer(answer.sentence, answer.how_sure)
        if results:
            all_campaigns(visit, results)
        else:
            how_to_begin(visit)
    frame.footer(visit)
