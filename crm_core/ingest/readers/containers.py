"""What a file is, told by its first bytes and never by its name; archives and locks are opened here.

A container is opened only after its unpacked size has been added up from its directory, and office files only when none
of their XML parts declares entities: no spreadsheet program writes those, and expanding them can fill any memory.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from crm_core.errors import FileRefused
from crm_core.ingest.readers.encoding import is_marked_or_wide
from crm_core.ingest.readers.limits import MEGABYTE, Limits
from crm_core.ingest.readers.zip_aes import is_aes, read_member

Form = Literal["text", "xlsx", "xlsb", "ods", "xls"]

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
GZIP = b"\x1f\x8b"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BARE_BIFF = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
IMAGES = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
ARCHIVES = ((b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\xfd7zXZ", "xz"), (b"BZh", "bzip2"))
OTHER_FILES = ((b"{\\rtf", "RTF"), (b"%!PS", "PostScript"), (b"SQLite format 3\x00", "SQLite"), (b"PAR1", "Parquet"))
OTHER_OFFICE = (("word/", "Word"), ("ppt/", "PowerPoint"), ("Index/", "Numbers"), ("META-INF/container.xml", "EPUB"))
OTHER_COMPOUND = (
    ("WordDocument", "Word"),
    ("PowerPoint Document", "PowerPoint"),
    ("__properties_version1.0", "Outlook"),
)
DEFAULT_PASSWORD = "VelvetSweatshop"  # Excel opens files locked with this without asking
ODS_MANIFEST = "META-INF/manifest.xml"
BMP_SHORTEST = 30
XML_HEAD_BYTES = 65_536  # a document type stands before the root, but comments may stand before it
CONTROL_SHARE = 0.02
FEWEST_CONTROLS = 8
TEXT_SAMPLE_BYTES = 8_192
ENCRYPTED_FLAG = 1
PIECE_BYTES = 1 << 20
NAMES_SHOWN = 5
NAME_CHARACTERS = 60


@dataclass(frozen=True)
class Content:
    """The bytes of the one document in the file, and what form they have."""

    form: Form
    data: bytes


def open_content(data: bytes, password: str | None, limits: Limits) -> Content:
    """The document in a file, out of its archive and lock. Raises ``FileRefused`` for whatever holds no table."""
    if data.startswith((ZIP, EMPTY_ZIP)):
        return _from_zip(data, password, limits)
    if data.startswith(GZIP):
        return _plain(_gunzip(data, limits))
    return _single(data, password, limits)


def _single(data: bytes, password: str | None, limits: Limits) -> Content:
    """A document that is no archive."""
    if data.startswith(COMPOUND):
        return _from_compound(data, password, limits)
    return _plain(data)


def _plain(data: bytes) -> Content:
    """Text or a bare old spreadsheet; every other kind is named and refused."""
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise FileRefused("file_empty")
    if data.startswith(BARE_BIFF):
        return Content("xls", data)
    _refuse_other_kinds(data)
    return Content("text", data)


def _refuse_other_kinds(data: bytes) -> None:
    if data.startswith(b"%PDF"):
        raise FileRefused("file_is_pdf")
    image = _image(data)
    if image is not None:
        raise FileRefused("file_is_image", format=image)
    for start, name in ARCHIVES:
        if data.startswith(start):
            raise FileRefused("file_other_archive", format=name)
    for start, name in OTHER_FILES:
        if data.startswith(start):
            raise FileRefused("file_not_a_table", format=name)
    if not is_marked_or_wide(data) and _is_binary(data[:TEXT_SAMPLE_BYTES]):
        raise FileRefused("file_unknown_format")


def _image(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return "HEIC"
    name = next((name for start, name in IMAGES if data.startswith(start)), None)
    if name == "BMP" and (len(data) < BMP_SHORTEST or int.from_bytes(data[2:6], "little") != len(data)):
        return None
    return name


def _is_binary(sample: bytes) -> bool:
    """Control characters that no text has; zeros do not count, since some exports are full of them."""
    odd = sum(sample.count(code) for code in range(1, 32) if code not in (9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31))
    return odd > max(FEWEST_CONTROLS, len(sample) * CONTROL_SHARE)


def _gunzip(data: bytes, limits: Limits) -> bytes:
    """The content of a .gz file, read no further than the limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, limits.unpacked_bytes + 1)
    except zlib.error as error:
        raise FileRefused("file_damaged") from error
    _check_unpacked(len(content), len(data), limits)
    if not unpacker.eof:
        raise FileRefused("file_damaged")
    return content


def _check_unpacked(unpacked: int, packed: int, limits: Limits) -> None:
    is_bomb = unpacked > limits.ratio_applies_from and unpacked > packed * limits.unpacked_ratio
    if unpacked > limits.unpacked_bytes or is_bomb:
        raise FileRefused("file_too_large_unpacked", limit_megabytes=limits.unpacked_bytes // MEGABYTE)


def _from_zip(data: bytes, password: str | None, limits: Limits, *, is_inside: bool = False) -> Content:
    """An office file, or the single file in an archive; an archive inside an archive is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_unpacked(sum(entry.file_size for entry in archive.infolist()), len(data), limits)
            form = _office_form(archive)
            if form is None and is_inside:
                raise FileRefused("file_other_archive", format="ZIP")
            if form is None:
                return _only_member(archive, data, password, limits)
            _refuse_entities(archive)
            return Content(form, data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise FileRefused("file_damaged") from error


def _office_form(archive: zipfile.ZipFile) -> Form | None:
    """Which spreadsheet this is; None for an ordinary archive. Raises for texts and slides."""
    names = [name.replace("\\", "/").removeprefix("/") for name in archive.namelist()]
    lowered = {name.lower() for name in names}
    if any(name.endswith("workbook.bin") for name in lowered):
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in lowered):
        return "xlsx"
    for start, what in OTHER_OFFICE:
        if any(name.startswith(start) for name in names) and len(names) > 1:
            raise FileRefused("file_not_a_table", format=what)
    if "content.xml" in lowered or "encrypted-package" in lowered:
        _refuse_locked_ods(archive)
        return "ods"
    return "xlsx" if "[content_types].xml" in lowered else None


def _refuse_locked_ods(archive: zipfile.ZipFile) -> None:
    """The manifest of an OpenDocument file says whether its parts are encrypted."""
    if ODS_MANIFEST in archive.namelist() and b"encryption-data" in archive.read(ODS_MANIFEST):
        raise FileRefused("file_lock_unknown")


def _refuse_entities(archive: zipfile.ZipFile) -> None:
    """Office XML has no document type; one that declares entities is an attack."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels")) or entry.flag_bits & ENCRYPTED_FLAG:
            continue
        with archive.open(entry) as part:
            head = part.read(XML_HEAD_BYTES).replace(b"\x00", b"")
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise FileRefused("file_not_safe")


def _only_member(archive: zipfile.ZipFile, packed: bytes, password: str | None, limits: Limits) -> Content:
    members = [entry for entry in archive.infolist() if _is_content(entry)]
    if not members:
        raise FileRefused("file_empty")
    if len(members) > 1:
        names = [entry.filename.rsplit("/", 1)[-1][:NAME_CHARACTERS] for entry in members]
        more = "…" if len(names) > NAMES_SHOWN else ""
        raise FileRefused("file_many_in_zip", count=len(members), names=", ".join(names[:NAMES_SHOWN]) + more)
    data = _member(archive, packed, members[0], password, limits)
    if data.startswith(ZIP):
        return _from_zip(data, password, limits, is_inside=True)
    return _single(data, password, limits)


def _is_content(entry: zipfile.ZipInfo) -> bool:
    """Not a folder, and not what macOS or Windows leave behind."""
    path = entry.filename.split("/")
    return not entry.is_dir() and path[0] != "__MACOSX" and path[-1] not in (".DS_Store", "Thumbs.db", "desktop.ini")


def _member(
    archive: zipfile.ZipFile, packed: bytes, entry: zipfile.ZipInfo, password: str | None, limits: Limits
) -> bytes:
    """The bytes of one member, unlocked if need be, and no more of them than the limit whatever its directory says."""
    is_locked = bool(entry.flag_bits & ENCRYPTED_FLAG)
    if is_locked and not password:
        raise FileRefused("file_needs_password")
    if is_aes(entry) and password:
        data = read_member(packed, entry, password, limits.unpacked_bytes)
    else:
        data = _plain_member(archive, entry, password, limits)
    _check_unpacked(len(data), len(packed), limits)
    return data


def _plain_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: str | None, limits: Limits) -> bytes:
    """A member that is open or under the old lock."""
    is_locked = bool(entry.flag_bits & ENCRYPTED_FLAG)
    try:
        with archive.open(entry, pwd=password.encode() if password else None) as part:
            pieces = iter(lambda: part.read(PIECE_BYTES), b"")
            return b"".join(islice(pieces, limits.unpacked_bytes // PIECE_BYTES + 1))
    except NotImplementedError as error:
        raise FileRefused("file_lock_unknown" if is_locked else "file_damaged") from error
    except RuntimeError as error:
        raise FileRefused("file_wrong_password") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        # The one-byte check of the old lock lets one wrong password in 256 pass; the content then makes no sense.
        raise FileRefused("file_wrong_password" if is_locked else "file_damaged") from error


def _from_compound(data: bytes, password: str | None, limits: Limits) -> Content:
    """An old binary spreadsheet, or an encrypted new one: both start with the same bytes."""
    streams = _streams(data)
    if "EncryptedPackage" in streams:
        return _unlocked(_decrypt(data, password, verify_password=True), limits)
    for stream, what in OTHER_COMPOUND:
        if stream in streams:
            raise FileRefused("file_not_a_table", format=what)
    if not {"workbook", "book"} & {name.lower() for name in streams}:
        raise FileRefused("file_unknown_format" if streams else "file_damaged")
    return Content("xls", _decrypt_xls(data, password))


def _streams(data: bytes) -> set[str]:
    """The names at the top of a compound file."""
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            return {entry[0] for entry in compound.listdir()}
    except (OSError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise FileRefused("file_damaged") from error


def _decrypt(data: bytes, password: str | None, **checks: bool) -> bytes:
    """An encrypted office file, opened. Old formats check the password unasked, new ones when told to.

    Raises ``FileRefused`` for a missing or wrong password.
    """
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    opened = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password or DEFAULT_PASSWORD, **checks)
        office.decrypt(opened)
    except InvalidKeyError as error:
        raise FileRefused("file_wrong_password" if password else "file_needs_password") from error
    except DecryptionError as error:
        raise FileRefused("file_lock_unknown") from error
    except (FileFormatError, ParseError, OSError, ValueError, IndexError, KeyError) as error:
        raise FileRefused("file_damaged") from error
    return opened.getvalue()


def _unlocked(data: bytes, limits: Limits) -> Content:
    """What was in the encrypted package."""
    if not data.startswith(ZIP):
        raise FileRefused("file_damaged")
    return _from_zip(data, None, limits, is_inside=True)


def _decrypt_xls(data: bytes, password: str | None) -> bytes:
    """An old spreadsheet; when it is locked, opened."""
    if not _is_locked_xls(data):
        return data
    return _decrypt(data, password)


def _is_locked_xls(data: bytes) -> bool:
    """Whether the workbook stream says, right after its start, that the rest is encrypted (record FILEPASS)."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as compound:
        name = next(entry for entry in compound.listdir() if entry[0].lower() in ("workbook", "book"))
        with compound.openstream(name) as stream:
            head = stream.read(4_096)
    position = 0
    while position + 4 <= len(head):
        record = int.from_bytes(head[position : position + 2], "little")
        if record == 0x2F:
            return True
        if record == 0x85:  # the list of sheets: FILEPASS stands before it
            return False
        position += 4 + int.from_bytes(head[position + 2 : position + 4], "little")
    return False
