"""Settings: the shop's own choices."""

from __future__ import annotations

import streamlit as st

from crm_core.settings import save_settings
from ui import frame
from ui.keeping_form import keeping_form
from ui.rates_form import rates_form
from ui.settings_form import settings_form
from ui.status_form import status_form
from ui.voice_themes import theme_form

with frame.page("settings", needs_orders=False) as visit:
    frame.answer(visit.t("settings.sentence"), visit.t("settings.language_note"))
    wanted = settings_form(visit)
    if wanted is not None:
        with visit.database.write() as cursor:
            save_settings(cursor, wanted)
        st.toast(visit.t("settings.saved"), icon=":material/check:")
    status_form(visit)
    rates_form(visit)
    theme_form(visit)
    keeping_form(visit)
