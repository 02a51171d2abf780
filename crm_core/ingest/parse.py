"""From an uploaded file to text tables.

The file is read in a child process of its own, which is held to limits of memory and time and killed on cancel: a
spreadsheet may be broken or hostile, and neither may touch the app. Kinds of file are told by content, never by name.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import IO, Any
from uuid import uuid4

from crm_core.errors import FileRefused
from crm_core.ingest.model import IgnoredRow, ParsedFile, ReadingNote, TextTable
from crm_core.ingest.readers.limits import MEGABYTE, Limits
from crm_core.ingest.readers.memory import resident_bytes

__all__ = ["Limits", "parse"]

PROJECT = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.1
MEMORY_POLL_SECONDS = 0.5
ERROR_BYTES = 20_000
OUT_OF_MEMORY_SIGNS = (b"memory allocation of", b"capacity overflow", b"MemoryError", b"bad_alloc")
KILLED = -9
TIME_USED_UP = -24
ENDED_BY_PYTHON = 1

Message = dict[str, Any]


def parse(
    source: Path,
    file_name: str,
    folder: Path,
    *,
    password: str | None = None,
    encoding: str | None = None,
    limits: Limits = Limits(),  # noqa: B008
    on_progress: Callable[[float], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> ParsedFile:
    """Read the file at ``source`` into one Parquet file per sheet in ``folder``.

    ``on_progress`` gets shares from 0 to 1; ``is_cancelled`` is asked several times a second. Raises ``FileRefused``:
    its code says what the file is or what is wrong with it.
    """
    size = source.stat().st_size
    if size == 0:
        raise FileRefused("file_empty")
    if size > limits.file_bytes:
        raise FileRefused("file_too_large", limit_megabytes=limits.file_bytes // MEGABYTE)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder.resolve() / uuid4().hex
    request: dict[str, object] = {
        "source": str(source.resolve()),
        "stem": str(stem),
        "password": password,
        "encoding": encoding,
        "limits": asdict(limits),
    }
    try:
        answer = _ask(request, limits, size, on_progress, is_cancelled)
    except BaseException:
        _remove(stem)
        raise
    return _parsed(answer, file_name, stem)


def _remove(stem: Path) -> None:
    """Take away what an unfinished reading has written."""
    for part in stem.parent.glob(f"{stem.name}-*.parquet"):
        part.unlink(missing_ok=True)


def _parsed(answer: Message, file_name: str, stem: Path) -> ParsedFile:
    return ParsedFile(
        file_name=file_name,
        sha256=answer["sha256"],
        container=answer["container"],
        encoding=answer["encoding"],
        delimiter=answer["delimiter"],
        tables=tuple(_table(table, stem) for table in answer["tables"]),
    )


def _table(told: Message, stem: Path) -> TextTable:
    return TextTable(
        sheet=told["sheet"],
        is_hidden=told["is_hidden"],
        header=tuple(told["header"]),
        header_row=told["header_row"],
        parquet=stem.with_name(f"{stem.name}-{int(told['number'])}.parquet"),
        row_count=told["row_count"],
        ignored=tuple(IgnoredRow(**row) for row in told["ignored"]),
        notes=tuple(ReadingNote(**note) for note in told["notes"]),
    )


def _ask(
    request: dict[str, object],
    limits: Limits,
    size: int,
    on_progress: Callable[[float], None] | None,
    is_cancelled: Callable[[], bool] | None,
) -> Message:
    """Run the child on one request, and give its answer. Whatever happens, the child is gone afterwards."""
    with tempfile.TemporaryFile() as errors, _start(errors) as child:
        try:
            messages = _messages(child, json.dumps(request).encode())
            watched = _watched(child, messages, limits, size, is_cancelled)
            answer = _last_word(watched, on_progress)
        finally:
            child.kill()
        if answer is None:
            raise _refusal(child.wait(), errors, limits.seconds_for(size))
    if "refused" in answer:
        raise FileRefused(answer["refused"]["code"], **answer["refused"]["facts"])
    parsed: Message = answer["parsed"]
    return parsed


def _start(errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """A new interpreter that knows nothing of this process."""
    environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "crm_core.ingest.reading_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=PROJECT,
        env=environment,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _messages(child: subprocess.Popen[bytes], request: bytes) -> queue.Queue[Message | None]:
    """Hand over the request; what the child says arrives in the queue, None when it has ended."""
    arrived: queue.Queue[Message | None] = queue.Queue()
    threading.Thread(target=_talk, args=(child, request, arrived), daemon=True).start()
    return arrived


def _talk(child: subprocess.Popen[bytes], request: bytes, arrived: queue.Queue[Message | None]) -> None:
    try:
        if child.stdin and child.stdout:
            child.stdin.write(request)
            child.stdin.close()
            for line in child.stdout:
                arrived.put(json.loads(line))
    except (OSError, ValueError):
        pass  # the child has died in mid-sentence; its end is what counts
    finally:
        arrived.put(None)


def _watched(
    child: subprocess.Popen[bytes],
    messages: queue.Queue[Message | None],
    limits: Limits,
    size: int,
    is_cancelled: Callable[[], bool] | None,
) -> Iterator[Message]:
    """The child's messages, until it ends. Raises ``FileRefused`` when it is cancelled, too slow or too big."""
    deadline = monotonic() + limits.seconds_for(size)
    next_look = monotonic() + MEMORY_POLL_SECONDS
    while True:
        try:
            message = messages.get(timeout=POLL_SECONDS)
        except queue.Empty:
            message = {}
        if message is None:
            return
        if is_cancelled is not None and is_cancelled():
            raise FileRefused("import_cancelled")
        if monotonic() > deadline:
            raise FileRefused("file_took_too_long", seconds=round(limits.seconds_for(size)))
        if monotonic() > next_look:
            next_look = monotonic() + MEMORY_POLL_SECONDS
            if resident_bytes(child.pid) > limits.memory_bytes:
                raise FileRefused("file_needs_too_much_memory")
        yield message


def _last_word(messages: Iterator[Message], on_progress: Callable[[float], None] | None) -> Message | None:
    """The child's answer, passing on its progress; None when it ended without one."""
    for message in messages:
        if "parsed" in message or "refused" in message:
            return message
        if "progress" in message and on_progress is not None:
            on_progress(message["progress"])
    return None


def _refusal(exit_code: int, errors: IO[bytes], seconds: float) -> FileRefused:
    """What it means that the child ended without an answer."""
    errors.seek(0)
    said = errors.read(ERROR_BYTES)
    if exit_code == KILLED or any(sign in said for sign in OUT_OF_MEMORY_SIGNS):
        return FileRefused("file_needs_too_much_memory")
    if exit_code == TIME_USED_UP:
        return FileRefused("file_took_too_long", seconds=round(seconds))
    if exit_code == ENDED_BY_PYTHON and b"PanicException" not in said:
        return FileRefused("file_unreadable")
    return FileRefused("file_damaged")
