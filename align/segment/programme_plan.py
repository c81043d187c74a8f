"""The two tables of a 人才培养方案: certificates ↔ courses, and the teaching schedule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from align.records import (
    Block,
    Document,
    Passage,
    PlanCertificate,
    PlanCourse,
    ProgrammePlan,
    Row,
    Table,
)
from align.segment.collect import Notes
from align.segment.course_meta import amounts
from align.segment.header import Header, Vocabulary, find_header
from align.segment.levels import level_in
from align.segment.recognise import label, stem
from align.segment.words import bare, first_number, is_blank, row_text, title

CERTIFICATE_TABLE: Vocabulary = {
    "name": re.compile(
        r"(?:职业资格|职业技能等级|技能等级|职业资格技能等级)?证书(?:名称|举例)?|(?:职业资格|"
        r"职业技能等级)证书(?:名称|举例)?|职业资格(?:证书)?(?:名称|举例)?"
    ),
    "level": re.compile(r"(?:考核|证书|技能)?(?:等级|级别)(?:要求)?"),
    "semester": re.compile(r"(?:考试|考核|考证|获取|取证)(?:学期|时间)|(?:建议)?学期"),
    "issuer": re.compile(r"(?:颁证|发证|颁发|认证|组织)(?:部门|机构|单位)"),
    "courses": re.compile(
        r"(?:对应|支撑|相关|融通|对接|涉及)(?:的)?(?:专业)?(?:核心)?课程(?:名称)?"
    ),
    "index": re.compile(r"序号"),
}
SCHEDULE: Vocabulary = {
    "index": re.compile(r"序号"),
    "code": re.compile(r"课程(?:代码|编码|编号)"),
    "name": re.compile(r"(?:公共(?:基础)?|专业(?:基础|核心|拓展)?|群平台)?课程(?:名称)?|科目"),
    "nature": re.compile(r"(?:课程)?性质|修读(?:性质|方式)|必修选修|考核性质"),
    "category": re.compile(r"课程(?:类别|类型|模块|属性)|类别|模块名称|模块"),
    "both": re.compile(r"学分/(?:学时|课时)"),
    "credits": re.compile(r"(?:课程|总)?学分(?:数)?"),
    "hours": re.compile(r"(?:总|计划|教学)?(?:学时|课时)(?:数|分配)?"),
    "theory": re.compile(r"(?:其中)?(?:理论|讲授)(?:教学)?(?:学时|课时)?"),
    "practice": re.compile(r"(?:其中)?(?:实践|实训|实验)(?:教学)?(?:学时|课时)?"),
    "semester": re.compile(r"(?:开课|开设|授课)(?:学期)|学期"),
    "total": re.compile(r"合计|小计|总计"),
}
_TERM = re.compile(r"^(?:第)?([一二三四五六七八\d])(?:学期)?(?:[（(/].*)?$")
_GROUP = re.compile(
    r"必修|限选|任选|选修|基础课|核心课|拓展课|平台课|实践(?:环节|教学)|公共课|模块课"
)
_SENTENCE = re.compile(r"^《([^》]+)》")
_SUM = re.compile(r"小计|合计|总计|占比|比例|学分要求")
_MARKED = re.compile(r"[*※★●▲#△◎]+")


def read_plan(document: Document, blocks: Sequence[Block], notes: Notes) -> ProgrammePlan | None:
    """What the plan's own part of the document says; None where neither table is there.

    ``blocks`` are the document without its course standards.
    """
    certificates: list[PlanCertificate] = []
    schedule: list[PlanCourse] = []
    group = ""
    heading: Passage | None = None
    tables_since = 0
    for block in blocks:
        if isinstance(block, Passage):
            if block.heading_level:
                _missing_schedule(heading, tables_since, notes)
                heading, tables_since = block, 0
            if len(block.text) < 40 and _GROUP.search(block.text):
                group = _group(block.text)
            elif _SENTENCE.match(block.text) and (found := _sentence(block, group)):
                schedule.append(found)
            continue
        tables_since += 1
        own = _group(block.caption) if _GROUP.search(block.caption) else group
        if (header := find_header(block, CERTIFICATE_TABLE)) and header.has("name"):
            certificates += _certificates(block, header, notes)
        elif header := _schedule_header(block):
            schedule += _schedule(block, header, own, notes)
        elif certificate := _example_column(block):
            certificates += certificate
    _missing_schedule(heading, tables_since, notes)
    if not certificates and not schedule:
        return None
    return ProgrammePlan(_name(document), tuple(certificates), tuple(schedule), document.source.id)


def _name(document: Document) -> str:
    for passage in document.passages[:80]:
        text = bare(passage.text)
        if found := re.search(r"专业名称[：:]\s*([^，。（(]{2,30})", text):
            return found.group(1)
    for passage in document.passages[:40]:
        text = bare(passage.text)
        if found := re.search(
            r"^(?:\d{4}级)?([^，。：\d]{2,30}?专业)(?:\d{4}级)?(?:人才培养方案)?$", text
        ):
            return found.group(1)
    return re.sub(r"人才培养方案|人培", "", stem(document)).strip(" _-")


def _missing_schedule(heading: Passage | None, tables: int, notes: Notes) -> None:
    if (
        heading is None
        or tables
        or not re.search(r"教学(?:计划|进程).{0,3}表$|证书一览表$", bare(heading.text))
    ):
        return
    notes.warn(
        "table-missing",
        f"“{title(heading.text)}”一节里没有读到表格，可能是图片或嵌入对象；学分、学时、"
        "学期以其他表为准，建议把该表改为普通表格",
        heading.place,
    )


def _certificates(table: Table, header: Header, notes: Notes) -> list[PlanCertificate]:
    found = []
    for row in _rows(table, header):
        name = title(header.text(row, "name"))
        if is_blank(name) or _SUM.search(name):
            notes.keep_row(row, table.headings)
            continue
        found.append(
            PlanCertificate(
                name=name,
                level=title(header.text(row, "level")) or level_in(name),
                semester=title(header.text(row, "semester")),
                issuer=title(header.text(row, "issuer")),
                courses=course_names(header.text(row, "courses")),
                place=row.place,
            )
        )
    return found


def _example_column(table: Table) -> list[PlanCertificate]:
    """Certificates a table of occupations names in a column 职业资格（…）证书举例."""
    for index, row in enumerate(table.rows[:2]):
        for column, cell in enumerate(row.cells):
            if not CERTIFICATE_TABLE["name"].fullmatch(
                re.sub(r"[（(][^（()）]*[)）]", "", bare(cell.text))
            ):
                continue
            return [
                PlanCertificate(title(name), level_in(name), "", "", (), below.place)
                for below in table.rows[index + 1 :]
                for name in re.split(r"[\n；;]", below.cells[column].text)
                if below.cells[column].origin[0] > index and not is_blank(name)
            ]
    return []


def course_names(text: str) -> tuple[str, ...]:
    """Names of courses in one cell: lines, 、 or 《》."""
    quoted = re.findall(r"《([^》]+)》", text)
    parts = quoted or re.split(r"[\n、，,；;]", text)
    return tuple(dict.fromkeys(title(_MARKED.sub("", p)) for p in parts if not is_blank(p)))


def _schedule_header(table: Table) -> Header | None:
    header = find_header(table, SCHEDULE)
    if header is None or not header.has("name") or not header.any("credits", "hours", "both"):
        return None
    return header


def _schedule(table: Table, header: Header, group: str, notes: Notes) -> list[PlanCourse]:
    found = []
    terms = _term_columns(table, header)
    for row in _rows(table, header):
        cells = header.cells(row, "name")
        name = title(_MARKED.sub("", cells[-1].text)) if cells else ""
        if is_blank(name) or _SUM.search(bare(name)) or name == title(header.text(row, "credits")):
            if row_text(row) and not _SUM.search(row_text(row)):
                notes.keep_row(row, table.headings)
            continue
        credits, hours = _both(header.text(row, "both"))
        category = title(header.text(row, "category")) or group
        found.append(
            PlanCourse(
                name=name.strip("《》"),
                code=bare(header.text(row, "code")),
                nature=_nature(header.text(row, "nature")) or _nature(category) or _nature(group),
                category=category,
                credits=_first(row, header, "credits", credits),
                hours=_first(row, header, "hours", hours),
                theory_hours=_first(row, header, "theory", None),
                practice_hours=_first(row, header, "practice", None),
                semester=_semester(row, header, terms),
                place=row.place,
            )
        )
    return found


def _first(row: Row, header: Header, role: str, other: float | None) -> float | None:
    columns = header.roles.get(role, ())
    value = first_number(row.cells[columns[0]].text) if columns else None
    return other if value is None else value


def _rows(table: Table, header: Header) -> list[Row]:
    return [r for r in table.rows[header.after :] if row_text(r) and not header.repeats(r)]


def _both(text: str) -> tuple[float | None, float | None]:
    """``3/48`` under 学分/学时."""
    found = re.match(r"(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)", bare(text))
    return (float(found.group(1)), float(found.group(2))) if found else (None, None)


def _term_columns(table: Table, header: Header) -> dict[int, str]:
    """Columns that each stand for one term (一 二 三 … under 学期)."""
    terms = {}
    for column, text in enumerate(header.titles):
        last = text.split("/")[-1] if "/" in text else text
        if (found := _TERM.match(last)) and (text != last or "学期" in text):
            terms[column] = found.group(1)
    return terms if len(terms) > 1 else {}


def _semester(row: Row, header: Header, terms: dict[int, str]) -> str:
    if terms:
        return "、".join(t for c, t in terms.items() if not is_blank(row.cells[c].text))
    values = list(
        dict.fromkeys(
            title(row.cells[c].text) for c in header.roles.get("semester", ()) if row.cells[c].text
        )
    )
    return values[0] if len(values) == 1 else ""


def _group(text: str) -> str:
    """``2.专业基础课（21学分）`` → ``专业基础课``."""
    core = re.sub(r"[（(][^（()）]*[)）]", "", bare(text))
    core = re.sub(
        r"^(?:表\s*\d+[.．]?|[\d一二三四五六七八九十]+[.、．]|"
        r"[（(][一二三四五六七八九十\d]+[）)])+",
        "",
        core,
    )
    return re.sub(
        r"(?<=[基础核心拓展必修限选任])课程$", "课", re.sub(r"(?:列表|一览表|设置.*|表)$", "", core)
    )


def _nature(text: str) -> str:
    flat = bare(text)
    if "限选" in flat or "限定选修" in flat:
        return "限选"
    if "任选" in flat or "选修" in flat:
        return "选修"
    return "必修" if re.search(r"必修|基础课|核心课|平台课", flat) else ""


def _sentence(passage: Passage, group: str) -> PlanCourse | None:
    """``《X》共3学分，安排在第1学期开课，理论教学48学时。`` in running text."""
    name = _SENTENCE.match(label(passage))
    said = amounts(passage.text)
    if name is None or said.credits is None:
        return None
    term = re.search(r"第([\d、，,或和至\-第]+)学期", bare(passage.text))
    return PlanCourse(
        name=title(name.group(1)),
        code="",
        nature=_nature(group),
        category=group,
        credits=said.credits,
        hours=said.hours,
        theory_hours=said.theory_hours,
        practice_hours=said.practice_hours,
        semester=term.group(1).replace("第", "") if term else "",
        place=passage.place,
    )
