"""What is fuzzed: each reader with small real documents, and what counts as a finding.

A target takes bytes as they would come in.  It may refuse (``AlignError``) or give a result.
Anything else is a finding: another exception, or, where a library gives up on a damaged file, an
exception that our own lines raised.
"""

from __future__ import annotations

import io
import json
import traceback
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from align.errors import AlignError, ReadError
from align.read.limits import Limits

Target = Callable[[bytes], object]
_ROOT = Path(__file__).resolve().parent.parent
LIMITS = Limits(xml_bytes=4 * 2**20, seconds=10.0)


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """One reader: its function, the documents to start from, words to splice in."""

    enter: Target
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def finding(enter: Target, data: bytes) -> str | None:
    """The finding that these bytes bring about, in one line; None where all is well."""
    try:
        enter(data)
    except AlignError as error:
        return None if "\n" not in error.line() else f"a refusal of two lines: {error.what}"
    except (MemoryError, RecursionError) as error:
        # The reader has a line for these; elsewhere nothing catches them.
        frames = traceback.extract_tb(error.__traceback__)
        if any(f.name == "parse" for f in frames):
            return None
        return f"{type(error).__name__} in {Path(frames[-1].filename).name}"
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [f for f in frames if Path(f.filename).is_relative_to(_ROOT / "align")]
        at = own[-1] if own else frames[-1]
        return f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno} {error!s:.80}"
    return None


# --- documents ---------------------------------------------------------------------------------


def document(format_: str) -> Target:
    """Bytes of a file → blocks → records → what the store and the screens make of them."""

    def enter(data: bytes) -> object:
        from align.read.codec import dump, load
        from align.read.detect import detect
        from align.read.reader import parse
        from align.read.safety import check_package

        name = f"文件.{format_}"
        found = detect(data, name)
        if found in ("docx", "xlsx"):
            check_package(data, name, LIMITS)
        try:
            parsed = parse(data, Path(name), found, LIMITS)
        except (AlignError, MemoryError, RecursionError):
            raise
        except Exception as error:
            # A library that gives up on a damaged file is turned into one line by the reader;
            # so would our own faults be, and these must show.
            last = traceback.extract_tb(error.__traceback__)[-1]
            if Path(last.filename).is_relative_to(_ROOT / "align"):
                raise
            raise ReadError("library", file=name) from error
        made, _ = load(dump(parsed))
        return understood(made)

    return enter


def understood(made: object) -> object:
    """A document's records, written and read as the store does it."""
    from align.records import Document, Reading
    from align.records_json import from_plain, to_plain
    from align.segment import segment

    assert isinstance(made, Document)
    reading = segment(made)
    text = json.dumps(to_plain(reading), ensure_ascii=False).encode()
    assert from_plain(Reading, json.loads(text)) == reading
    return reading


def packed(part: str, package: bytes, enter: Target) -> Target:
    """A target whose bytes are one part of a package: the fuzzer need not learn to zip."""
    with zipfile.ZipFile(io.BytesIO(package)) as whole:
        parts = {i.filename: whole.read(i) for i in whole.infolist()}

    def wrapped(data: bytes) -> object:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name, content in parts.items():
                made.writestr(name, data if name == part else content)
        return enter(out.getvalue())

    return wrapped


def part_of(package: bytes, part: str) -> bytes:
    """One part of a package."""
    with zipfile.ZipFile(io.BytesIO(package)) as whole:
        return whole.read(part)


# --- seeds -------------------------------------------------------------------------------------

COURSE = (
    ("单元", "任务", "教学内容", "学时", "理论学时", "实践学时"),
    ("收寄", "上门收件", "能核对寄件人身份并登记；会检查寄递物品", "4", "1", "3"),
    ("收寄", "包装称重", "1. 选择包装材料 2. 称重并计算资费", "6", "2", "4"),
    ("合计", "", "", "10", "3", "7"),
)
CERTIFICATE = (
    ("工作领域", "工作任务", "职业技能要求"),
    ("1 收件", "1.1 验视", "1.1.1 能核对寄件人身份信息并登记\n1.1.2 能检查寄递物品"),
    ("1 收件", "1.2 封装", "1.2.1 能按物品选择包装材料"),
)
_WORDS = (
    "课程名称", "学时", "学分", "单元", "项目", "任务", "教学内容", "合计", "初级", "中级", "高级",
    "工作领域", "工作任务", "职业技能要求", "表1", "1.1.1", "（一）", "①", "第一章", "课程代码",
    "职业技能等级标准", "课程标准", "人才培养方案", "教学进程表", "；", "\u3000", "\u202e",
    "\ufffe",
)  # fmt: skip


def docx_seed(rows: Sequence[Sequence[str]], title: str) -> bytes:
    """A standard as Word writes it: a title, a list, a table with merged cells."""
    import docx

    d = docx.Document()
    d.add_heading(title, 1)
    d.add_paragraph("课程代码：K01  学分：2  总学时：10")
    d.add_paragraph("初级", style="List Number")
    table = d.add_table(rows=len(rows), cols=len(rows[0]))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    out = io.BytesIO()
    d.save(out)
    return out.getvalue()


def xlsx_seed(rows: Sequence[Sequence[str]]) -> bytes:
    """The same as a workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([int(c) if c.isdigit() else c for c in row])
    sheet["G2"] = "=SUM(D2:D3)"
    sheet.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf_seed() -> bytes:
    """A page with lines of text in a ruled table."""
    steps = [b"BT /F1 12 Tf 72 760 Td (Course 1.1.1 hours 10) Tj ET"]
    for k in range(4):
        y = 600 + 30 * k
        steps.append(
            b"72 %d m 372 %d l S BT /F1 10 Tf 80 %d Td (1.%d task) Tj ET" % (y, y, y + 8, k)
        )
    steps += [b"%d 600 m %d 690 l S" % (x, x) for x in (72, 172, 372)]
    return _pdf(b"\n".join(steps))


def _pdf(content: bytes) -> bytes:
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for i, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)


def _table(rows: Sequence[Sequence[str]], mark: str) -> bytes:
    return "\n".join(mark.join(c.replace("\n", " ") for c in row) for row in rows).encode()


def _markdown() -> bytes:
    lines = ["# 《快递》课程标准", "", "- 学分：2", "- 总学时：10", ""]
    for k, row in enumerate(COURSE):
        lines.append("| " + " | ".join(row) + " |")
        if k == 0:
            lines.append("|" + "---|" * len(row))
    return "\n".join(lines).encode()


def targets() -> dict[str, Fuzzed]:
    """Every reader by name."""
    from align import imports
    from align.credit.rules import RuleSet, parse_rules, rules_text
    from align.export.compare_read import read_side

    words = tuple(w.encode() for w in _WORDS)
    course = docx_seed(COURSE, "《快递收派》课程标准")
    certificate = docx_seed(CERTIFICATE, "快递职业技能等级标准")
    book = xlsx_seed(COURSE)
    body, sheet = "word/document.xml", "xl/worksheets/sheet1.xml"
    numbering = "word/numbering.xml"
    head = b"certificate_id,item_id,course_id,unit_id,score,probability,decided\n"
    case = {"CFDocument": {"identifier": "d", "title": "t"}, "CFItems": [
        {"identifier": "i", "fullStatement": "x", "educationLevel": ["初级"]}],
        "CFAssociations": [{"associationType": "isChildOf", "sequenceNumber": 1,
                            "originNodeURI": {"identifier": "i"},
                            "destinationNodeURI": {"identifier": "d"}}]}  # fmt: skip
    sssom = (
        b"#curie_map:\n#  item: https://x/item/\n#mapping_set_id: https://x/s\n#license: l\n"
        b"subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tother\n"
        b"item:c/i\tskos:closeMatch\tunit:k/u\tsemapv:ManualMappingCuration\t0.5\ta=1|b=2\n"
    )
    return {
        "docx": Fuzzed(document("docx"), (course, certificate)),
        "docx-text": Fuzzed(
            packed(body, course, document("docx")),
            (part_of(course, body), part_of(certificate, body)),
            (*words, b"<w:p>", b"</w:p>", b"<w:gridSpan w:val=", b"<w:vMerge/>", b'"0"', b'"-1"'),
        ),
        "docx-lists": Fuzzed(
            packed(numbering, course, document("docx")), (part_of(course, numbering)[:6_000],)
        ),
        "xlsx": Fuzzed(document("xlsx"), (book,)),
        "xlsx-sheet": Fuzzed(
            packed(sheet, book, document("xlsx")), (part_of(book, sheet),),
            (*words, b'r="XFD1048576"', b'r="A0"', b't="s"', b't="d"', b"<v>1e999</v>", b"-1"),
        ),
        "pdf": Fuzzed(
            document("pdf"), (pdf_seed(),), (b"/Rotate 90", b"-1", b"1e99", b"nan", b"[", b"<<")
        ),
        "csv": Fuzzed(document("csv"), (_table(COURSE, ","), _table(CERTIFICATE, ",")), words),
        "tsv": Fuzzed(document("tsv"), (_table(CERTIFICATE, "\t"),), words),
        "md": Fuzzed(document("md"), (_markdown(),), (*words, b"|", b"```", b"# ", b"- ", b"---")),
        "exchange": Fuzzed(
            lambda data: imports.read_words(data, "x"),
            (json.dumps(case).encode(), sssom, head + b"c,i,k,u,1,0.5,2\n"),
            (b"NaN", b"1e999", b"null", b"[]", b"{}", b"skos:exactMatch", b"extensions"),
        ),
        "rules": Fuzzed(
            lambda data: parse_rules(data.decode("utf-8", "replace"), "x.toml"),
            (rules_text(RuleSet()).replace("# [", "[").encode(),),
            (b"nan", b"inf", b"[]", b"true", b'"x"', b"1979-05-27", b"99999999999999999999"),
        ),
        "earlier": Fuzzed(
            lambda data: read_side(*(data.split(b"\x00", 1) * 2)[:2], label="x"),
            (b'{"run":{"id":"r","model":"m","settings_version":"1","tool_version":"1","sources":'
             b'[],"levels":[],"parameters":[["a",1]]}}\x00proposal_id,action\nitem:1,covered\n',),
        ),
    }  # fmt: skip
