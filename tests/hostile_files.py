"""Files that harm, mislead or are simply broken, each made for real.

`make_all` writes every one into a folder.  Most must be refused with one clear line; the
few in `READABLE` are only odd and must be read.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

GOOD_TEXT = "第一单元 快件收寄与验视"

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.'
    '{kind}.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="{part}"/></Relationships>'
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def document_xml(body: str, *, before: str = "") -> str:
    """A docx's main part around `body`."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>{before}'
    return f"{head}<w:document {_W}><w:body>{body}</w:body></w:document>"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def write_docx(path: Path, document: str | bytes, extra: dict[str, bytes] | None = None) -> Path:
    """A minimal docx."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        types = _TYPES.format(part="word/document.xml", kind="wordprocessingml.document")
        z.writestr("[Content_Types].xml", types)
        z.writestr("_rels/.rels", _RELS.format(part="word/document.xml"))
        z.writestr("word/document.xml", document)
        for name, data in (extra or {}).items():
            z.writestr(name, data)
    return path


def write_xlsx(path: Path, sheet_data: str, *, before: str = "") -> Path:
    """A minimal workbook with one sheet named 教学内容."""
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(
            "[Content_Types].xml",
            _TYPES.format(part="xl/workbook.xml", kind="spreadsheetml.sheet").replace(
                "</Types>",
                '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.'
                'openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
            ),
        )
        z.writestr("_rels/.rels", _RELS.format(part="xl/workbook.xml"))
        z.writestr(
            "xl/workbook.xml",
            f'<workbook {_S} xmlns:r="{rel}"><sheets>'
            '<sheet name="教学内容" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format(part="worksheets/sheet1.xml").replace('officeDocument"', 'worksheet"'),
        )
        z.writestr(
            "xl/worksheets/sheet1.xml",
            f"{before}<worksheet {_S}><sheetData>{sheet_data}</sheetData></worksheet>",
        )
    return path


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


# --- broken, renamed, old ------------------------------------------------------------------


def good_docx(folder: Path) -> Path:
    return write_docx(folder / "好文件.docx", document_xml(paragraph(GOOD_TEXT)))


def zero_bytes(folder: Path) -> Path:
    return _write(folder / "零字节.docx", b"")


def truncated_docx(folder: Path) -> Path:
    whole = write_docx(folder / "whole.tmp", document_xml(paragraph(GOOD_TEXT) * 500))
    data = whole.read_bytes()
    whole.unlink()
    return _write(folder / "截断.docx", data[: len(data) // 2])


def flipped_docx(folder: Path) -> Path:
    """The directory is whole, the packed text is not."""
    whole = write_docx(folder / "whole.tmp", document_xml(paragraph(GOOD_TEXT) * 500))
    data = bytearray(whole.read_bytes())
    whole.unlink()
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as z:
        entry = z.getinfo("word/document.xml")
    at = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    data[at : at + 8] = b"\xff" * 8
    return _write(folder / "数据损坏.docx", bytes(data))


def gap_docx(folder: Path) -> Path:
    """A piece is missing near the start, so every address in the directory is off."""
    whole = write_docx(folder / "whole.tmp", document_xml(paragraph(GOOD_TEXT) * 500))
    data = whole.read_bytes()
    whole.unlink()
    return _write(folder / "缺一段.docx", data[:40] + data[140:])


def truncated_pdf(folder: Path) -> Path:
    return _write(folder / "截断.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R")


def not_xml_docx(folder: Path) -> Path:
    return write_docx(folder / "半截XML.docx", document_xml(paragraph("x"))[:-20])


def strange_encoding_docx(folder: Path) -> Path:
    """An encoding that nobody knows: found by fuzzing, where a slip of one letter made it."""
    return _in_encoding(folder / "编码不明.docx", "UTD-8")


def gbk_xml_docx(folder: Path) -> Path:
    """An encoding that XML parsers need not read, and expat cannot."""
    return _in_encoding(folder / "GBK的XML.docx", "GBK")


def _in_encoding(path: Path, name: str) -> Path:
    return write_docx(path, document_xml(paragraph("x")).replace("UTF-8", name))


def text_named_docx(folder: Path) -> Path:
    return _write(folder / "其实是文本.docx", "这只是一段文字，没有表格。\n第二行。\n".encode())


def html_named_doc(folder: Path) -> Path:
    return _write(
        folder / "其实是网页.docx", b"<html><body><table><tr><td>1</td></tr></table></html>"
    )


def picture_named_pdf(folder: Path) -> Path:
    return _write(folder / "其实是图片.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200)


def plain_zip(folder: Path) -> Path:
    path = folder / "压缩包.docx"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("readme.txt", "hello")
    return path


def old_doc(folder: Path) -> Path:
    return _write(folder / "旧版.doc", _compound({"WordDocument": b"\x00" * 5000}))


def old_xls(folder: Path) -> Path:
    return _write(folder / "旧版.xls", _compound({"Workbook": b"\x00" * 5000}))


def encrypted_docx(folder: Path) -> Path:
    streams = {"EncryptionInfo": b"\x04\x00\x04\x00" * 300, "EncryptedPackage": b"\x7f" * 6000}
    return _write(folder / "加密.docx", _compound(streams))


def encrypted_pdf(folder: Path) -> Path:
    """Needs a password to open (standard security handler, RC4 of 40 bits)."""
    pad = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    user, owner = (b"secret" + pad)[:32], (b"owner" + pad)[:32]
    file_id = b"0123456789abcdef"
    o = _rc4(hashlib.md5(owner).digest()[:5], user)
    permissions = struct.pack("<i", -44)
    key = hashlib.md5(user + o + permissions + file_id).digest()[:5]
    u = _rc4(key, pad)
    return write_pdf(
        folder / "加密.pdf",
        [(b"", b"BT /F1 12 Tf 72 700 Td (hello) Tj ET")],
        trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O <%s> /U <%s> >> /ID [<%s> <%s>]"
        % (o.hex().encode(), u.hex().encode(), file_id.hex().encode(), file_id.hex().encode()),
    )


def scanned_pdf(folder: Path) -> Path:
    """Two pages that are only a picture."""
    page = (b"", b"q 500 0 0 700 40 40 cm BI /W 8 /H 8 /CS /G /BPC 8 ID " + b"\x80" * 64 + b" EI Q")
    return write_pdf(folder / "扫描件.pdf", [page, page])


# --- made to harm ---------------------------------------------------------------------------


def zip_bomb(folder: Path) -> Path:
    """300 KB that unpack to 300 MB."""
    path = folder / "压缩炸弹.docx"
    write_docx(path, document_xml(paragraph("x")))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as z,
        z.open("word/media/image1.bin", "w") as part,
    ):
        for _ in range(300):
            part.write(b"\x00" * 2**20)
    return path


def xml_bomb(folder: Path) -> Path:
    """The same in the text itself, where it would also have to be parsed."""
    path = folder / "正文炸弹.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        types = _TYPES.format(part="word/document.xml", kind="wordprocessingml.document")
        z.writestr("[Content_Types].xml", types)
        z.writestr("_rels/.rels", _RELS.format(part="word/document.xml"))
        head, tail = document_xml("@").split("@")
        with z.open("word/document.xml", "w") as part:
            part.write(head.encode())
            for _ in range(85):
                part.write(paragraph("bomb" * 250).encode() * 1_000)
            part.write(tail.encode())
    return path


def many_entries(folder: Path) -> Path:
    path = folder / "条目过多.docx"
    write_docx(path, document_xml(paragraph("x")))
    with zipfile.ZipFile(path, "a") as z:
        for i in range(6_000):
            z.writestr(f"word/media/{i}", b"")
    return path


def external_entity(folder: Path) -> Path:
    """Would put a local file's text into the document."""
    (folder / "secret.tmp").write_text("TOP-SECRET", encoding="utf-8")
    uri = (folder / "secret.tmp").resolve().as_uri()
    doctype = f'<!DOCTYPE w:document [<!ENTITY leak SYSTEM "{uri}">]>'
    xml = document_xml(paragraph("before &leak; after"), before=doctype)
    return write_docx(folder / "外部实体.docx", xml)


def utf16_entity(folder: Path) -> Path:
    """The same, in an encoding that a search for ASCII letters does not see."""
    doctype = '<!DOCTYPE w:document [<!ENTITY leak SYSTEM "file:///etc/hostname">]>'
    xml = document_xml(paragraph("&leak;"), before=doctype).replace("UTF-8", "UTF-16")
    return write_docx(folder / "外部实体utf16.docx", xml.encode("utf-16"))


def billion_laughs(folder: Path) -> Path:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY l0 "lol">{entities}]>'
    return write_xlsx(
        folder / "十亿大笑.xlsx", f'<row r="1">{cell("A1", "&l9;")}</row>', before=doctype
    )


def deep_xml(folder: Path) -> Path:
    deep = "<w:sdt><w:sdtContent>" * 10_000 + "</w:sdtContent></w:sdt>" * 10_000
    return write_docx(folder / "两万层.docx", document_xml(deep))


def strewn_xlsx(folder: Path) -> Path:
    """1,000 rows, each with one cell in the last column: 16 million positions."""
    rows = "".join(f'<row r="{i}">{cell(f"XFD{i}", "x")}</row>' for i in range(1, 1_001))
    return write_xlsx(folder / "散布.xlsx", rows)


def long_sheet(folder: Path) -> Path:
    rows = "".join(f'<row r="{i}">{cell(f"A{i}", "行")}</row>' for i in range(1, 50_001))
    return write_xlsx(folder / "五万行.xlsx", rows)


def long_csv(folder: Path) -> Path:
    return _write(folder / "五万行.csv", ("课程,内容\n" + "甲,乙\n" * 50_000).encode())


def content_bomb_pdf(folder: Path) -> Path:
    """A page of 20 KB whose content unpacks, in two steps, to 4 GB."""
    once = _zeros(4 * 2**30)
    return write_pdf(
        folder / "内容炸弹.pdf",
        [(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(once, 9))],
    )


def endless_pdf(folder: Path) -> Path:
    """Ten million drawing steps on one page."""
    steps = b"0 0 m 9 9 l S " * 10_000_000
    return write_pdf(folder / "无休止.pdf", [(b"/Filter /FlateDecode", zlib.compress(steps, 1))])


def looping_pdf(folder: Path) -> Path:
    """A page tree whose only child is itself."""
    return _pdf(
        folder / "循环.pdf",
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"],
    )


def path_traversal(folder: Path) -> Path:
    xml = document_xml(paragraph("x"))
    return write_docx(folder / "越界路径.docx", xml, {"../../evil.txt": b"x"})


def windows_path(folder: Path) -> Path:
    xml = document_xml(paragraph("x"))
    return write_docx(folder / "越界路径win.docx", xml, {"word\\..\\..\\evil.txt": b"x"})


def macro_docx(folder: Path) -> Path:
    xml = document_xml(paragraph("x"))
    return write_docx(folder / "宏.docx", xml, {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


# --- only odd: to be read ---------------------------------------------------------------------


def pdf_named_docx(folder: Path) -> Path:
    text = b"BT /F1 12 Tf 72 700 Td (Course content: parcel acceptance) Tj ET"
    return write_pdf(folder / "其实是pdf.docx", [(b"", text)])


def far_corner_xlsx(folder: Path) -> Path:
    """Less than 5 KB that claim 17 thousand million cells."""
    rows = (
        f'<row r="1">{cell("A1", "课程")}</row><row r="1048576">{cell("XFD1048576", "末格")}</row>'
    )
    return write_xlsx(folder / "一角.xlsx", rows)


def formula_xlsx(folder: Path) -> Path:
    """A formula that no spreadsheet program has ever worked out."""
    row = f'<row r="1">{cell("A1", "学时")}<c r="B1"><f>1+1</f></c></row>'
    return write_xlsx(folder / "公式无值.xlsx", row)


def gbk_csv(folder: Path) -> Path:
    return _write(folder / "国标码.csv", "课程,教学内容\n快递,收寄\n".encode("gbk"))


def utf16_csv(folder: Path) -> Path:
    return _write(folder / "宽字符.csv", "课程,教学内容\n快递,收寄\n".encode("utf-16"))


def bare_utf16_csv(folder: Path) -> Path:
    return _write(folder / "宽字符无标记.csv", "课程,教学内容\n快递,收寄\n".encode("utf-16-le"))


def hidden_characters_docx(folder: Path) -> Path:
    text = "能\u200b独立\u202e完成\u202c收寄\ufeff"
    return write_docx(folder / "隐藏字符.docx", document_xml(paragraph(text)))


Maker = Callable[[Path], Path]

# Maker → words that its one line must contain.
REFUSED: dict[Maker, str] = {
    zero_bytes: "空的",
    truncated_docx: "损坏",
    flipped_docx: "损坏",
    gap_docx: "损坏",
    truncated_pdf: "损坏",
    not_xml_docx: "不是完整的 XML",
    strange_encoding_docx: "不是完整的 XML",
    gbk_xml_docx: "不是完整的 XML",
    text_named_docx: "扩展名是 .docx，内容是纯文本；应为 与内容相符的扩展名",
    html_named_doc: "网页",
    picture_named_pdf: "OCR",
    plain_zip: "压缩包",
    old_doc: "请用 WPS 或 Word 打开后另存为 .docx",
    old_xls: "旧版 Excel",
    encrypted_docx: "请先去除密码",
    encrypted_pdf: "请先去除密码",
    scanned_pdf: "无文字层",
    zip_bomb: "压缩炸弹",
    xml_bomb: "不超过",
    many_entries: "条目过多",
    external_entity: "实体",
    utf16_entity: "实体",
    billion_laughs: "实体",
    deep_xml: "嵌套过深",
    strewn_xlsx: "散布过广",
    long_sheet: "不超过 20000 行",
    long_csv: "不超过 20000 行",
    content_bomb_pdf: "内存",
    looping_pdf: "损坏",
    path_traversal: "路径",
    windows_path: "路径",
    macro_docx: "宏",
}
READABLE: tuple[Maker, ...] = (
    good_docx,
    pdf_named_docx,
    far_corner_xlsx,
    formula_xlsx,
    gbk_csv,
    utf16_csv,
    bare_utf16_csv,
    hidden_characters_docx,
)


# --- texts, for the readers of exchange files, rules and receipts -------------------------------


def deep_json(folder: Path) -> Path:
    return _write(folder / "十万层.json", b'{"a":' * 100_000)


def deep_array_json(folder: Path) -> Path:
    return _write(folder / "十万层数组.json", b"[" * 100_000)


def huge_number_json(folder: Path) -> Path:
    """A whole number that no floating point number can hold, where each is expected."""
    number = b"9" * 400
    body = b'{"run":{"id":"r","model":"m","settings_version":"1","tool_version":"1","sources":[],'
    body += b'"levels":[],"parameters":[["a",%s]]},"CFDocument":{"identifier":%s,' % ((number,) * 2)
    return _write(folder / "巨数.json", body + b'"lastChangeDateTime":%s}}' % number)


def yaml_laughs(folder: Path) -> Path:
    """The billion laughs, as aliases in the head of an SSSOM file."""
    lines = ["#a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"#a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    head = "\n".join(lines)
    return _write(folder / "别名炸弹.sssom.tsv", f"{head}\nsubject_id\tpredicate_id\n".encode())


def deep_yaml(folder: Path) -> Path:
    return _write(folder / "深括号.sssom.tsv", b"#a: " + b"[" * 60_000 + b"\nsubject_id\n")


def deep_toml(folder: Path) -> Path:
    return _write(folder / "深括号.toml", b"a = " + b"[" * 100_000)


def huge_number_toml(folder: Path) -> Path:
    return _write(folder / "巨数.toml", b"a = " + b"9" * 10_000)


def open_quote_csv(folder: Path) -> Path:
    """One quotation mark that is never closed makes 3 MB one field."""
    return _write(folder / "引号不闭.csv", b'certificate_id,"item_id\n' + b"a,b\n" * 800_000)


def zero_characters_csv(folder: Path) -> Path:
    return _write(folder / "空字符.csv", b"certificate_id,item_id\n\x00,\x00\n" * 50)


TEXTS: tuple[Maker, ...] = (
    deep_json,
    deep_array_json,
    huge_number_json,
    yaml_laughs,
    deep_yaml,
    deep_toml,
    huge_number_toml,
    open_quote_csv,
    zero_characters_csv,
)


def make_all(folder: Path) -> dict[Maker, Path]:
    """Writes every file of `REFUSED` and `READABLE`; `endless_pdf` is made by its own test."""
    return {maker: maker(folder) for maker in (*REFUSED, *READABLE)}


# --- containers -------------------------------------------------------------------------------


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def write_pdf(path: Path, pages: list[tuple[bytes, bytes]], trailer: bytes = b"") -> Path:
    """A pdf from (entries of the stream's dictionary, stream) per page, with font F1."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, (entries, stream) in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * i)
        )
        objects.append(
            b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), entries, stream)
        )
    return _pdf(path, objects, trailer)


def _pdf(path: Path, objects: list[bytes], trailer: bytes = b"") -> Path:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for i, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )
    return _write(path, bytes(out))


def _zeros(size: int) -> bytes:
    """`size` zero bytes as a zlib stream, without ever holding them."""
    block = b"\x00" * 2**20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush(zlib.Z_FINISH)
    check = struct.pack(">I", (size % 65521) << 16 | 1)  # Adler-32 of zeros
    return b"\x78\xda" + first + again * (size // 2**20 - 1) + end + check


def _rc4(key: bytes, data: bytes) -> bytes:
    s, j = list(range(256)), 0
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) % 256
        s[i], s[j] = s[j], s[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + s[i]) % 256
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[(s[i] + s[j]) % 256])
    return bytes(out)


def _compound(streams: dict[str, bytes]) -> bytes:
    """An OLE2 file (the container of .doc, .xls and encrypted documents)."""
    sector = 512
    fat: list[int] = [0xFFFFFFFD]  # sector 0 holds this table
    body = b""
    starts = []
    for data in streams.values():
        count = -(-len(data) // sector)
        starts.append(len(fat))
        fat += [len(fat) + i + 1 for i in range(count - 1)] + [0xFFFFFFFE]
        body += data.ljust(count * sector, b"\x00")
    directory = len(fat)
    fat.append(0xFFFFFFFE)
    entries = [_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)]
    for i, (name, data) in enumerate(streams.items()):
        sibling = i + 2 if i + 1 < len(streams) else 0xFFFFFFFF
        entries.append(_entry(name, 2, 0xFFFFFFFF, starts[i], len(data), sibling))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory, 0, 4096,
                          0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    return header + table + body + b"".join(entries).ljust(sector, b"\x00")


def _entry(
    name: str, kind: int, child: int, start: int, size: int, sibling: int = 0xFFFFFFFF
) -> bytes:
    raw = name.encode("utf-16-le") + b"\x00\x00"
    return (
        raw.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, sibling, child)
        + b"\x00" * 36
        + struct.pack("<IQ", start, size)
    )
