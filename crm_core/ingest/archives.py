"""An archive of several exports: its files one by one, each to be read as if it had come by itself.

Only archives that the reader has looked at (it refuses them with ``file_many_in_zip``, having checked their size) are
unpacked here, piece by piece and up to a limit. What is unpacked is not looked into: that is the reader's work.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crm_core.errors import FileRefused
from crm_core.ingest.readers.limits import MEGABYTE, Limits

MOST_FILES = 200
ENCRYPTED_FLAG, UTF8_FLAG = 0x1, 0x800
PIECE_BYTES = MEGABYTE
MANY_IN_ZIP = "file_many_in_zip"
LEFT_BEHIND = (".", "~$", "__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Unpacked:
    """One file of an archive: the name it has there, without folders, and where it lies now."""

    name: str
    path: Path


def unpack_archive(source: Path, folder: Path, limits: Limits = Limits()) -> list[Unpacked]:  # noqa: B008
    """Write the files of a ZIP into ``folder``, in the order of the archive.

    Raises ``FileRefused``: ``archive_locked`` for one with a password, ``archive_too_many`` for more than 200 files,
    ``file_too_large_unpacked``, ``file_damaged``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(source) as archive:
            entries = _exports(archive)
            room = limits.unpacked_bytes
            found = []
            for number, entry in enumerate(entries):
                target = folder / f"member-{number}"
                room -= _write(archive, entry, target, room, limits)
                found.append(Unpacked(PurePosixPath(_name(entry)).name, target))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused("file_damaged") from error
    return found


def _exports(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_left_behind(entry)]
    if len(entries) > MOST_FILES:
        raise FileRefused("archive_too_many", count=len(entries), most=MOST_FILES)
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise FileRefused("archive_locked")
    return entries


def _is_left_behind(entry: zipfile.ZipInfo) -> bool:
    """What macOS, Windows and office programs put beside the files."""
    return any(part.startswith(LEFT_BEHIND) for part in PurePosixPath(entry.filename).parts)


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of a member; Windows in Taiwan writes it in cp950 without saying so."""
    if entry.flag_bits & UTF8_FLAG:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp950")
    except UnicodeError:
        return entry.filename


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int, limits: Limits) -> int:
    """Unpack one member; what it says of its own size is not believed. Returns the bytes written."""
    written = 0
    with archive.open(entry) as packed, target.open("wb") as file:
        while piece := packed.read(PIECE_BYTES):
            written += len(piece)
            if written > room:
                raise FileRefused("file_too_large_unpacked", limit_megabytes=limits.unpacked_bytes // MEGABYTE)
            file.write(piece)
    return written
