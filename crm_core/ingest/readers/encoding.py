"""Bytes become characters: which encoding a text file is in, and what to do with the bytes that do not fit.

Order: a person's choice, the byte order mark, UTF-16 without one, strict UTF-8, then whichever of cp950, cp1252,
gb18030 and cp932 yields the most familiar characters. A file may hold two encodings (rows pasted together): a line the
first codec refuses is read with the second, a line both refuse cell by cell, and what neither knows is shown as
U+FFFD, never dropped. Characters of Big5 that cp950 lacks (ETEN, Hong Kong, user-defined) are in ``big5``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm_core.errors import FileRefused
from crm_core.ingest.readers.big5 import BIG5_ERRORS, SHOWN_BIG5_ERRORS, with_eten_signs

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("cp950", "cp1252", "gb18030", "cp932")
NO_FILE_ENCODINGS = frozenset({"punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})
ALIASES = {"big5": "cp950", "gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "iso8859-1": "cp1252"}
CELL_BORDER = re.compile(rb'([,;\t"])')  # bytes that are no part of a character in any of these encodings
WESTERN = ("cp1252", "cp850")
SAMPLE_BYTES = 400_000
UTF8_SHARE = 0.3
ZERO_SHARE = 0.05
REPLACEMENT = "\ufffd"
BYTE_ORDER_MARK = "\ufeff"
JOINT = "+"

FAMILIAR_HAN = frozenset(
    "的一是不了在有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都然沒日於起還"
    "發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全"
    "工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入"
    "先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受光王果"
    "親界及今京務制解各任至清物台象記邊共風戰干接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流每青管"
    "訂單編號商品稱量額姓話址付款狀態配送優惠折扣運費備註顧客買賣規格完取消退貨茶葉禮盒郵件刪除臺灣縣區街巷樓號"
    "这来个国说们为时会过学对后么没于还发当无开见经头从动两长样现将与进实点种声话儿问机给几业间门东听气关并内却军产万体别处总场师书员"
    "华报马张难数车应亲务记边风战许觉题统请爱让认论义术结订单编号称额电状态优运费备顾买卖规货叶礼邮删湾县区楼"
    "，。、；：？！（）「」『』《》・～￥＄％＃０１２３４５６７８９"
)
KANA = frozenset(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC)))
FAMILIAR_LATIN = frozenset("éèêëàâáäãåçùûüúôöóõîïíìòñæøßœÉÀÖÜÄÑ’“”–€«»°©£")
DOS_EVIDENCE = re.compile(r"[a-z][‚ƒˆ‰Š‡‹][a-z]")
DOS_BESIDE_LETTER = re.compile(r"(?<=[^\W\d_])[‚ƒˆ‰Š‡‹Œ]|[‚ƒˆ‰Š‡‹Œ](?=[^\W\d_])")
DOS_INSIDE_WORD = re.compile(r"(?<=[^\W\d_])[“–—…„](?=[^\W\d_])")
WESTERN_LETTERS = frozenset("áàâäãåæçéèêëíìîïñóòôöõœúùûüýÿßÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕŒÚÙÛÜÝ’‘“”«»€°…–\xa0")
CAPITAL_IN_A_WORD = re.compile(r"(?<=[a-zà-ÿœ])[À-ÝŒ]|(?<=[^\W\d_])[À-ÝŒ](?=[a-zà-ÿœ])")
DOS_ERRORS = "huike.cp850"
STRICT_ERRORS = {"cp950": BIG5_ERRORS}
SHOWN_ERRORS = {"cp950": SHOWN_BIG5_ERRORS}
UNLIKELY = -2.0
ODD = -0.5


@dataclass(frozen=True)
class Decoded:
    """The characters of a file and the encoding they were in; two encodings are joined by ``+``.

    ``utf8`` are the same characters as UTF-8, where the file had them so.
    """

    text: str
    encoding: str
    utf8: bytes | None = None


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file. Raises ``FileRefused`` when the encoding a person asked for does not exist.

    Byte order marks are no content, also where files were put one behind the other.
    """
    decoded = _decoded(data, encoding)
    if BYTE_ORDER_MARK not in decoded.text:
        return decoded
    return Decoded(decoded.text.replace(BYTE_ORDER_MARK, ""), decoded.encoding)


def _decoded(data: bytes, encoding: str | None) -> Decoded:
    if encoding is not None:
        return _as_asked(data, encoding)
    for mark, name in MARKS:
        if data.startswith(mark):
            return _marked(data, name)
    wide = _utf16_without_mark(data)
    if wide is not None:
        return Decoded(data.decode(wide, "replace"), wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", data)
    except UnicodeDecodeError:
        return _guessed(data)


def is_marked_or_wide(data: bytes) -> bool:
    """Whether the bytes are text by their mark or by the zeros of UTF-16: then control bytes tell nothing."""
    return data.startswith(tuple(mark for mark, _ in MARKS)) or _utf16_without_mark(data) is not None


def _marked(data: bytes, name: str) -> Decoded:
    """A file that says what it is; rows in another encoding may still have been pasted into UTF-8."""
    if name == "utf-8-sig":
        body = data.removeprefix(codecs.BOM_UTF8)
        read = _by_line(body, ("utf-8", _best(_cells_not_utf8(_lines_refused_by(body, "utf-8")))))
        return Decoded(read.text, name, read.utf8)
    return Decoded(data.decode(name, "replace"), name)


def _as_asked(data: bytes, encoding: str) -> Decoded:
    try:
        known = [codecs.lookup(name).name for name in encoding.split(JOINT)]
        for name in known:
            b"ab".decode(name, "replace")
    except (LookupError, ValueError) as error:
        raise FileRefused("file_unknown_encoding", encoding=encoding) from error
    if NO_FILE_ENCODINGS & {name.replace("_", "-") for name in known}:
        raise FileRefused("file_unknown_encoding", encoding=encoding)
    names = [ALIASES.get(name, name) for name in known]
    if names[0].lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf-8-sig")):
        return Decoded(data.decode(names[0], "replace"), encoding)
    if all(name in WESTERN for name in names) and len(names) > 1:
        return Decoded(_western(data).text, encoding)
    return Decoded(_by_line(data, tuple(names)).text, encoding)


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 shows as zero bytes on one side only: every ASCII character has one."""
    sample = data[:SAMPLE_BYTES]
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd >= half * ZERO_SHARE and even <= odd / 10:
        return "utf-16-le"
    if even >= half * ZERO_SHARE and odd <= even / 10:
        return "utf-16-be"
    return None


def _guessed(data: bytes) -> Decoded:
    """Not UTF-8 throughout: UTF-8 with foreign lines, or one of the candidates."""
    lines = _sample(line for line in data.split(b"\n") if not line.isascii())
    refused = [line for line in lines if not _accepts("utf-8", line)]
    if len(lines) - len(refused) >= UTF8_SHARE * len(lines):
        return _by_line(data, ("utf-8", _best(_cells_not_utf8(refused))))
    main = _best(lines)
    if main == "cp1252":
        return _western(data)
    return _by_line(data, (main, "utf-8"))


def _sample(lines: Iterable[bytes]) -> list[bytes]:
    """The first lines, up to a fixed number of bytes."""
    taken: list[bytes] = []
    size = 0
    for line in lines:
        taken.append(line)
        size += len(line)
        if size > SAMPLE_BYTES:
            break
    return taken


def _accepts(encoding: str, line: bytes) -> bool:
    try:
        line.decode(encoding, STRICT_ERRORS.get(encoding, "strict"))
    except UnicodeDecodeError:
        return False
    return True


def _lines_refused_by(data: bytes, encoding: str) -> list[bytes]:
    if _accepts(encoding, data):
        return []
    return _sample(line for line in data.split(b"\n") if not _accepts(encoding, line))


def _cells_not_utf8(lines: list[bytes]) -> list[bytes]:
    """The cells of these lines that are in another encoding, not just damaged."""
    cells = [cell for line in lines for cell in CELL_BORDER.split(line)]
    return [cell for cell in cells if not _accepts("utf-8", cell) and not _is_mostly_utf8(cell)]


def _best(lines: list[bytes]) -> str:
    """The candidate that makes the most familiar text of these lines."""
    sample = b"\n".join(lines)
    return max(CANDIDATES, key=lambda name: familiarity(sample.decode(name, SHOWN_ERRORS.get(name, "replace")), name))


def familiarity(text: str, encoding: str = "") -> float:
    """Mean over the characters beyond ASCII: 1 familiar, 0 rare, negative for what no one writes.

    Kana are familiar in cp932 only: in gb18030 they are what the commonest Chinese characters of Big5 turn into.
    """
    common = FAMILIAR_HAN | FAMILIAR_LATIN | (KANA if encoding == "cp932" else frozenset())
    weights = [1.0 if character in common else _weight(character) for character in text if character > "\x7f"]
    return sum(weights) / len(weights) if weights else 0.0


def _weight(character: str) -> float:
    if character == REPLACEMENT or "\ue000" <= character <= "\uf8ff" or "\x80" <= character <= "\x9f":
        return UNLIKELY
    return 0.0 if "\u3400" <= character <= "\u9fff" else ODD


def _by_line(data: bytes, encodings: tuple[str, ...]) -> Decoded:
    """The whole in the first encoding where possible, else line by line, foreign lines in the second."""
    main = encodings[0]
    try:
        return Decoded(_text(data, main), main, data if main == "utf-8" else None)
    except UnicodeDecodeError:
        lines = data.split(b"\n")
    used = {main}
    pieces = [line.decode("ascii") if line.isascii() else _line(line, encodings, used) for line in lines]
    return Decoded("\n".join(pieces), JOINT.join(name for name in dict.fromkeys(encodings) if name in used))


def _line(line: bytes, encodings: tuple[str, ...], used: set[str]) -> str:
    """A line in the one encoding that accepts it, else cell by cell."""
    name = _encoding_of(line, encodings)
    if name is None:
        return "".join(_cell(cell, encodings, used) for cell in CELL_BORDER.split(line))
    used.add(name)
    return _text(line, name)


def _cell(cell: bytes, encodings: tuple[str, ...], used: set[str]) -> str:
    """A cell in the encoding that accepts it; bytes that none of them knows are shown as U+FFFD."""
    name = _encoding_of(cell, encodings) or ("utf-8" if _is_mostly_utf8(cell) else encodings[0])
    used.add(name)
    return _text(cell, name, SHOWN_ERRORS.get(name, "replace"))


def _text(data: bytes, encoding: str, errors: str | None = None) -> str:
    """Decoded text, as the systems write it that use the encoding."""
    text = data.decode(encoding, errors or STRICT_ERRORS.get(encoding, "strict"))
    return with_eten_signs(text) if encoding == "cp950" else text


def _encoding_of(data: bytes, encodings: tuple[str, ...]) -> str | None:
    """Which encoding these bytes are in, the more familiar of several; None when none is without flaw."""
    accepting = [name for name in encodings if _accepts(name, data)]
    if encodings[0] in accepting[:1] and (len(accepting) == 1 or encodings[0] == "utf-8"):
        return encodings[0]
    if "utf-8" in encodings and "utf-8" not in accepting and _is_mostly_utf8(data):
        return None
    return max(accepting, key=lambda name: familiarity(data.decode(name, "replace"), name), default=None)


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with a few damaged ones: other encodings form its long sequences only by chance."""
    text = data.decode("utf-8", "replace")
    lost = text.count(REPLACEMENT)
    return sum(1 for character in text if character >= "\u0800") - lost >= 2 * lost


def _western(data: bytes) -> Decoded:
    """cp1252, or where letters of the old DOS code page cp850 stand among it, line by line the one that reads better.

    No one writes a low quotation mark in the middle of a word, but ``esp‚rant`` is how a DOS ``é`` shows in cp1252.
    """
    text = data.decode("cp1252", "replace")
    if DOS_EVIDENCE.search(text) is None:
        return Decoded(text, "cp1252")
    lines = (_western_line(line) for line in data.splitlines(keepends=True))
    return Decoded("".join(lines), JOINT.join(WESTERN))


def _western_line(line: bytes) -> str:
    """A line in cp1252, DOS letters inside words mended; where that leaves odd signs, in cp850 if that leaves none."""
    text = line.decode("cp1252", DOS_ERRORS)
    for pattern in (DOS_BESIDE_LETTER, DOS_INSIDE_WORD):
        text = pattern.sub(lambda match: match[0].encode("cp1252").decode("cp850"), text)
    if _has_odd_signs(text) and not _has_odd_signs(dos := line.decode("cp850")):
        return dos
    return text


def _has_odd_signs(text: str) -> bool:
    """Whether a text has signs that nobody writes in western Europe, or a capital in a word of small letters."""
    if CAPITAL_IN_A_WORD.search(text) is not None:
        return True
    return any(character > "\x7f" and character not in WESTERN_LETTERS for character in text)


def _undefined_byte(error: UnicodeError) -> tuple[str, int]:
    """The cp850 letter of a byte that cp1252 does not define."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp850"), error.end


codecs.register_error(DOS_ERRORS, _undefined_byte)
