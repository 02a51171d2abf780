"""ZIP members under the AES lock of WinZip, 7-Zip and many shop systems: zipfile knows only the old lock.

The format is that of WinZip's "AES Encryption Information" (AE-1, AE-2): the member's compression method is 99, and its
extra field 0x9901 tells version, strength and the method below. The data are salt, two bytes that check the password,
the encrypted content, and ten bytes of an HMAC-SHA1 over it. Keys come from PBKDF2-HMAC-SHA1 with 1,000 rounds; the
cipher is AES in counter mode, the counter little-endian and starting at 1.
"""

from __future__ import annotations

import hashlib
import hmac
import zipfile
import zlib
from dataclasses import dataclass

from crm_core.errors import FileRefused

AES_METHOD = 99
EXTRA_FIELD = 0x9901
EXTRA_BYTES = 7
LOCAL_HEADER_BYTES = 30
STRENGTHS = {1: 16, 2: 24, 3: 32}  # key bytes; the salt is half as long
ROUNDS = 1_000
CHECK_BYTES = 2
AUTHENTICATION_BYTES = 10
BLOCK_BYTES = 16
CHUNK_BLOCKS = 65_536


@dataclass(frozen=True)
class Lock:
    """What the extra field says: the length of the key in bytes, and how the content is compressed below the lock."""

    key_bytes: int
    method: int


def is_aes(entry: zipfile.ZipInfo) -> bool:
    """Whether a member is under the AES lock."""
    return entry.compress_type == AES_METHOD


def read_member(data: bytes, entry: zipfile.ZipInfo, password: str, most_bytes: int) -> bytes:
    """A member's content, at most one byte more than ``most_bytes``.

    Raises ``FileRefused`` for a wrong password, a damaged member, or a compression that is not deflate.
    """
    lock = _lock(entry.extra)
    packed = _unlocked(_locked_bytes(data, entry), lock, password)
    if lock.method == zipfile.ZIP_STORED:
        return packed[: most_bytes + 1]
    if lock.method != zipfile.ZIP_DEFLATED:
        raise FileRefused("file_lock_unknown")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most_bytes + 1)
    except zlib.error as error:
        raise FileRefused("file_damaged") from error


def _lock(extra: bytes) -> Lock:
    position = 0
    while position + 4 <= len(extra):
        size = int.from_bytes(extra[position + 2 : position + 4], "little")
        field = extra[position + 4 : position + 4 + size]
        if int.from_bytes(extra[position : position + 2], "little") == EXTRA_FIELD and len(field) >= EXTRA_BYTES:
            key_bytes = STRENGTHS.get(field[4])
            if key_bytes is not None:
                return Lock(key_bytes, int.from_bytes(field[5:7], "little"))
        position += 4 + size
    raise FileRefused("file_lock_unknown")


def _locked_bytes(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The member's bytes as they stand in the archive; its own header says how long that header is."""
    start = entry.header_offset
    header = data[start : start + LOCAL_HEADER_BYTES]
    if len(header) < LOCAL_HEADER_BYTES:
        raise FileRefused("file_damaged")
    start += LOCAL_HEADER_BYTES + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    locked = data[start : start + entry.compress_size]
    if len(locked) < entry.compress_size:
        raise FileRefused("file_damaged")
    return locked


def _unlocked(locked: bytes, lock: Lock, password: str) -> bytes:
    """The still compressed content. Raises ``FileRefused`` for a wrong password and for changed bytes."""
    salt_bytes = lock.key_bytes // 2
    start = salt_bytes + CHECK_BYTES
    if len(locked) < start + AUTHENTICATION_BYTES:
        raise FileRefused("file_damaged")
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), locked[:salt_bytes], ROUNDS, 2 * lock.key_bytes + CHECK_BYTES)
    if keys[2 * lock.key_bytes :] != locked[salt_bytes:start]:
        raise FileRefused("file_wrong_password")
    content, authentication = locked[start:-AUTHENTICATION_BYTES], locked[-AUTHENTICATION_BYTES:]
    expected = hmac.new(keys[lock.key_bytes : 2 * lock.key_bytes], content, "sha1").digest()
    if not hmac.compare_digest(expected[:AUTHENTICATION_BYTES], authentication):
        # One wrong password in 65,536 passes the two bytes; then this differs as well.
        raise FileRefused("file_damaged")
    return _decrypted(content, keys[: lock.key_bytes])


def _decrypted(content: bytes, key: bytes) -> bytes:
    """AES with a little-endian counter: the encrypted counters are laid over the content."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    pieces = []
    for start in range(0, len(content), CHUNK_BLOCKS * BLOCK_BYTES):
        piece = content[start : start + CHUNK_BLOCKS * BLOCK_BYTES]
        first = start // BLOCK_BYTES + 1
        count = -(-len(piece) // BLOCK_BYTES)
        counters = b"".join(number.to_bytes(BLOCK_BYTES, "little") for number in range(first, first + count))
        stream = encryptor.update(counters)[: len(piece)]
        mixed = int.from_bytes(piece, "little") ^ int.from_bytes(stream, "little")
        pieces.append(mixed.to_bytes(len(piece), "little"))
    return b"".join(pieces)
