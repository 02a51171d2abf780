"""A refusal beside the step where it happened: what is the matter and what to do next, in the person's language."""

from __future__ import annotations

import streamlit as st

from crm_core.errors import CrmError
from crm_core.i18n import Translator
from ui.text import plain


def show_refusal(t: Translator, refusal: CrmError) -> None:
    """What happened and what to do next; where every row was rejected also why the first of them was."""
    what, remedy = t.error_text(refusal)
    parts = [f"**{plain(what)}**", plain(remedy)]
    rule = f"problems.{refusal.facts.get('rule', '')}"
    if t.has(f"{rule}.what"):
        parts.insert(1, plain(f"{t(f'{rule}.what')} {t(f'{rule}.remedy')}"))
    st.error("\n\n".join(parts))
