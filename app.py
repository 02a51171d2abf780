"""The router: page configuration, language, navigation."""

from __future__ import annotations

import streamlit as st

from ui import address, navigation
from ui.session import translator

t = translator()
navigation.configure()
page = st.navigation(navigation.pages(t), expanded=True)
navigation.name_window(t, page.title)
navigation.mark_routed()
address.arrive(page.url_path)
navigation.sidebar(t)
page.run()
