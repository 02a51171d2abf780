"""The first step of taking files in: choosing them, and reading them with progress, password and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from crm_core.errors import CrmError, FileRefused
from crm_core.i18n import Translator
from crm_core.ingest.archives import MANY_IN_ZIP
from crm_core.ingest.batch import is_export_name
from crm_core.ingest.docs import exports_in_order
from crm_core.ingest.model import ParsedFile
from ui.import_desk import Desk, FileReading, WaitingFile
from ui.refusal import show_refusal
from ui.session import Visit
from ui.text import plain

STEPS = ("choose", "check", "done")
SUFFIXES = ("csv", "tsv", "txt", "xlsx", "xls", "xlsm", "xlsb", "ods", "zip", "html", "htm")
QUICK_SECONDS = 2.0  # most files are read before anybody misses a progress bar
LOOK_SECONDS = 0.3
AUTO = ""
ENCODINGS = ("utf-8", "cp950", "gb18030", "utf-16", "cp1252", "shift_jis")
PASSWORD_REFUSALS = frozenset({"file_needs_password", "file_wrong_password"})
ENCODING_REFUSALS = frozenset({"file_unknown_encoding"})


def stepper(t: Translator, current: str) -> None:
    """The three steps, the current one filled; it is said in bold as well, not by colour alone."""
    names = [f"{number} {t(f'upload.step.{step}')}" for number, step in enumerate(STEPS, start=1)]
    badges = [
        f":green-badge[**{name}**]" if step == current else f":gray-badge[{name}]"
        for step, name in zip(STEPS, names, strict=True)
    ]
    st.markdown(" → ".join(badges))


def choose_files(visit: Visit, desk: Desk, *, with_places: bool = True) -> None:
    """The upload field; what is put in goes to the desk at once."""
    t = visit.t
    _word_upload_field(t)
    with st.container(border=True, key="card_choose"):
        st.subheader(t("upload.choose.title"), anchor=False)
        files = st.file_uploader(t("upload.choose.label"), accept_multiple_files=True, key=f"upload_{desk.uploads}")
        st.caption(t("upload.choose.note"))
        with st.expander(t("batch.folder.title"), icon=":material/folder_open:"):
            inside = st.file_uploader(
                t("batch.folder.label"), accept_multiple_files="directory", key=f"upload_folder_{desk.uploads}"
            )
            st.caption(t("batch.folder.note"))
        if with_places:
            where_to_find(t)
    if files:
        desk.take(list(files))
        st.rerun()
    if inside:
        _take_folder(t, desk, list(inside))


def _take_folder(t: Translator, desk: Desk, inside: list[UploadedFile]) -> None:
    """Take the exports of a folder; other files in it are left aside, which is said."""
    exports = [file for file in inside if is_export_name(PurePosixPath(file.name))]
    aside = len(inside) - len(exports)
    desk.note = t.plural("batch.folder.aside", aside) if aside else None
    desk.take([*exports])
    st.rerun()


def _word_upload_field(t: Translator) -> None:
    """The words on the upload fields, which Streamlit knows in English only; the style holds no text but our own."""
    _word("upload_", t("upload.choose.button"))
    _word("upload_folder_", t("batch.folder.button"))


def _word(key: str, words: str) -> None:
    field = f'[class*="st-key-{key}"] [data-testid="stFileUploaderDropzone"]'
    st.html(
        f"<style>{field} button p {{font-size: 0}} {field} button p::after {{content: '{words}'; font-size: 1rem}} "
        f"{field} [data-testid='stFileUploaderDropzoneInstructions'] {{display: none}}</style>"
    )


def where_to_find(t: Translator) -> None:
    """Where a platform keeps its export, and what to mind about it."""
    with st.expander(t("upload.where.title"), icon=":material/help:"):
        picked = st.selectbox(
            t("upload.where.platform"),
            exports_in_order(),
            key="where_platform",
            format_func=lambda key: t(f"formats.{key}.name"),
        )
        st.markdown(plain(t(f"formats.{picked}.menu")))
        st.caption(plain(t(f"formats.{picked}.note")))


def read_file(visit: Visit, desk: Desk, waiting: WaitingFile) -> ParsedFile | None:
    """The file, read; ``None`` while it is being read or where it is refused, which is said with the way on."""
    t = visit.t
    reading = waiting.reading or waiting.read(password=waiting.password, encoding=waiting.encoding)
    if not reading.wait(QUICK_SECONDS):
        _progress(t, waiting.name, reading)
        return None
    if reading.refusal is not None:
        _refused(visit, desk, waiting, reading.refusal)
    return reading.file


@st.fragment(run_every=LOOK_SECONDS)
def _progress(t: Translator, name: str, reading: FileReading) -> None:
    if reading.wait(0):
        st.rerun()
    with st.container(border=True, key="card_reading"):
        st.progress(reading.progress, text=plain(t("upload.reading.text", file=name)))
        st.button(t("upload.reading.cancel"), on_click=reading.cancel, key="cancel_reading")


def _refused(visit: Visit, desk: Desk, waiting: WaitingFile, refusal: CrmError) -> None:
    """Say what is wrong with the file, and offer what helps: a password, another encoding, leaving it out."""
    t = visit.t
    if refusal.code == "import_cancelled":
        desk.put_away()
        desk.note = t("upload.reading.cancelled")
        st.rerun()
    with st.container(border=True, key="card_refused"):
        st.markdown(f"**{plain(waiting.name)}**")
        show_refusal(t, refusal)
        if refusal.code in PASSWORD_REFUSALS:
            _ask_password(t, waiting)
        if refusal.code in ENCODING_REFUSALS:
            encoding_choice(t, waiting, None)
        if refusal.code == MANY_IN_ZIP:
            take_apart(t, desk, waiting)
        leave_out(t, desk, "upload.refused.skip")


def _ask_password(t: Translator, waiting: WaitingFile) -> None:
    with st.form(f"password_{waiting.number}", border=False):
        password = st.text_input(t("upload.refused.password"), type="password", autocomplete="off")
        if st.form_submit_button(t("upload.refused.open"), type="primary") and password:
            waiting.read(password=password, encoding=waiting.encoding)
            st.rerun()


def encoding_choice(t: Translator, waiting: WaitingFile, found: str | None) -> None:
    """Which encoding the characters are in; another choice reads the file again."""
    auto = t("upload.file.encoding_found", encoding=found) if found else t("upload.encoding.auto")
    options: Sequence[str] = (AUTO, *ENCODINGS)
    current = waiting.encoding or AUTO
    picked = st.selectbox(
        t("upload.file.encoding"),
        options,
        options.index(current) if current in options else 0,
        key=f"encoding_{waiting.number}",
        format_func=lambda name: str(name) or auto,
        filter_mode=None,
    )
    if picked != current:
        waiting.read(password=waiting.password, encoding=picked or None)
        st.rerun()


def take_apart(t: Translator, desk: Desk, waiting: WaitingFile) -> None:
    """A button that puts every file of an archive on the desk."""
    if not st.button(t("batch.archive.take"), type="primary", key=f"take_apart_{waiting.number}"):
        return
    try:
        with st.spinner(t("batch.archive.taking")):
            desk.take_apart(waiting)
    except FileRefused as refusal:
        show_refusal(t, refusal)
        return
    st.rerun()


def leave_out(t: Translator, desk: Desk, label: str) -> None:
    """A button that puts the current file away; nothing of it comes in."""
    if st.button(t(label), key="leave_out"):
        desk.put_away()
        st.rerun()
