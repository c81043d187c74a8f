"""What a course standard says of the course itself: code, nature, credits, hours, term."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from align.records import Block, Passage, Place, Row, Table
from align.segment.words import bare, distinct, first_number, is_blank, title

_CODE = re.compile(
    r"(?:课程)?(?:代码|编码|编号)[：:\s]*"
    r"([A-Za-z]{0,4}\d[A-Za-z0-9]*(?:-\d+(?:\.\d+)?)?"
    r"(?:\s*[、,，/ ]?\s*[A-Za-z]{1,4}\d{4,}-\d+)*)"
)
_SUFFIX = re.compile(r"-(\d+(?:\.\d+)?)\s*$")
_CREDITS = (
    # not the label behind other hours: 学时：40 学分：2.5
    re.compile(r"(\d+(?:\.\d+)?)\s*个?学分(?!数?\s*[为：:]\s*\d)"),
    re.compile(r"学分[数为：:\s]*(\d+(?:\.\d+)?)"),
)
_HOURS = re.compile(
    r"(?P<before>理论(?:教学|学时|课时)?|实践(?:教学|学时|课时)?|实训|每学期|每周|周|"
    r"含[^，。；\d]{0,4}|共计|总计|共|总)?"
    r"[ \t]*[：:为]?[ \t]*(?P<a>\d+(?:\.\d+)?)[ \t]*个?(?:学时|课时)"
    r"(?!数?[ \t]*[为：:][ \t]*\d)"
    r"|(?P<kind>理论|实践|实训|总|参考|课程|周)?(?:学时|课时)(?:数|为)?[ \t]*[：:为]?[ \t]*"
    r"(?P<b>\d+(?:\.\d+)?)(?![\d.]|[ \t]*个?学分(?!数?[ \t]*[为：:][ \t]*\d))"
    r"|(?P<half>理论|实践|实训)(?:教学)?[ \t]*[：:]?[ \t]*"
    r"(?P<c>\d+(?:\.\d+)?)(?=[ \t，,、；;）)+]|$)"
)
_ABOUT = re.compile(r"学分|学时|课时")
_ABOUT_HEADING = re.compile(r"参考?学分|学分.{0,3}学时|学时.{0,3}学分|课程(?:学时|学分)")
_LABELS: dict[str, re.Pattern[str]] = {
    "name": re.compile(r"课程名称|课程(?:中文)?名"),
    "code": re.compile(r"课程(?:代码|编码|编号)|代码"),
    "nature": re.compile(r"(?:课程)?性质|修读(?:性质|方式)|选课性质"),
    "category": re.compile(r"课程(?:类别|类型|属性|模块)"),
    "credits": re.compile(r"(?:参考|课程)?学分(?:数)?"),
    "hours": re.compile(r"(?:总|参考|课程|计划)?(?:学时|课时)(?:数)?"),
    "theory_hours": re.compile(r"(?:其中)?理论(?:教学)?(?:学时|课时)?"),
    "practice_hours": re.compile(r"(?:其中)?(?:实践|实训|实验)(?:教学)?(?:学时|课时)?"),
    "semester": re.compile(r"(?:开课|开设|授课|建议)?学期"),
}
_LABELLED = re.compile(
    r"([\u4e00-\u9fff]{2,12})\s*[：:]\s*([^\s；;，,。：:）)]+(?:\s*[、]\s*[^\s；;，,。：:）)]+)*)"
)
_CHECKED = "☑☒√✓✔■●▣R"
_UNCHECKED = "□☐○◻◯£¨"
_NATURE = re.compile(r"公共必修|专业必修|必修|限选|限定选修|任选|任意选修|公共选修|专业选修|选修")
_CATEGORY = re.compile(
    r"(?:公共基础|公共|专业群?平台|专业基础|专业核心|专业拓展|专业方向|专业选修|专业必修|"
    r"职业能力|综合实践|集中实践|素质拓展)课"
)


@dataclass(frozen=True, slots=True)
class CourseMeta:
    """What was found; empty or None where the document is silent."""

    name: str = ""
    code: str = ""
    nature: str = ""
    category: str = ""
    credits: float | None = None
    hours: float | None = None
    theory_hours: float | None = None
    practice_hours: float | None = None
    semester: str = ""
    code_credits: float | None = None
    place: Place = field(default_factory=Place)


def read_meta(heading: str, blocks: Sequence[Block]) -> CourseMeta:
    """Gathers what the title, the 课程概要 table and the text say of one course.

    Parameters
    ----------
    heading : str
        The title line (``《X》课程标准（代码：B120045-3）``).
    blocks : sequence of Passage or Table
        The course's part of the document.

    Returns
    -------
    CourseMeta
        What stands in the 概要 table goes before what the text says; the suffix of the code
        is given apart (``code_credits``), since it often contradicts the text.
    """
    meta = CourseMeta()
    for block in blocks:
        if isinstance(block, Table):
            found = _from_table(block)
            meta = _fill(meta, found)
    passages = [b for b in blocks if isinstance(b, Passage)]
    if code := _CODE.search(heading):
        meta = _fill(
            meta, CourseMeta(code=_first_code(code.group(1)), code_credits=_suffixes(code.group(1)))
        )
    meta = _fill(_fill(meta, _from_labels(passages)), _from_text(passages))
    if meta.code and meta.code_credits is None:
        meta = replace(meta, code_credits=_suffixes(meta.code))
    if meta.credits is None:
        meta = replace(meta, credits=meta.code_credits)
    return meta


def checked(text: str) -> str:
    """The option that is ticked (``£选修 R必修`` → ``必修``); the text itself without boxes.

    Word's box fonts come out as ``£`` and ``R``; R is a tick only beside a ``£`` or another
    box, or right before a Chinese character.
    """
    boxes = any(c in text for c in "☑☒☐□£¨■")
    ticks = [c for c in _CHECKED if c != "R" and c in text]
    letter = bool(re.search(r"(?:^|[\s\u4e00-\u9fff）)])R\s*(?=[\u4e00-\u9fffA-C])", text))
    if not (boxes or ticks or letter):
        return title(text)
    ticked = "".join(c for c in _CHECKED if c != "R") + ("R" if letter or "£" in text else "")
    every = ticked + _UNCHECKED
    if text.strip()[0] in every:
        pairs = re.findall(rf"([{every}])\s*([^{every}]*)", text)
        chosen = [words for mark, words in pairs if mark in ticked and words.strip()]
    else:  # the box stands behind: 必修√ 选修
        chosen = re.findall(rf"([^\s{every}]+)\s*[{ticked}]", text)
    return "、".join(title(words).strip("、，；;/") for words in chosen)


def _from_table(table: Table) -> CourseMeta:
    values: dict[str, str] = {}
    for row in table.rows[
        :30
    ]:  # an overview is short; a content table of thousands of rows is none
        for key, value in _pairs(row):
            values.setdefault(key, value)
    if "name" not in values and len(values) < 3:
        return CourseMeta()
    code = re.sub(r"\s", "", values.get("code", ""))
    return CourseMeta(
        name=title(values.get("name", "")).strip("《》"),
        code=_first_code(code) if code else "",
        nature=_nature(checked(values.get("nature", ""))),
        category=checked(values.get("category", "")),
        credits=first_number(values.get("credits", "")),
        hours=first_number(values.get("hours", "")),
        theory_hours=first_number(values.get("theory_hours", "")),
        practice_hours=first_number(values.get("practice_hours", "")),
        semester=_term(values.get("semester", "")),
        code_credits=_suffixes(code),
        place=table.place,
    )


def _pairs(row: Row) -> list[tuple[str, str]]:
    """Label and value of neighbouring cells, or of one cell (``学分：4``)."""
    cells = [c.text for _, c in distinct(row)]
    pairs = []
    for i, text in enumerate(cells):
        label, colon, rest = bare(text).partition("：")
        key = next((k for k, p in _LABELS.items() if p.fullmatch(label.strip(":"))), None)
        if key is None:
            continue
        if colon and rest:
            pairs.append((key, text.partition("：")[2]))
        elif i + 1 < len(cells) and not is_blank(cells[i + 1]) and not _is_label(cells[i + 1]):
            pairs.append((key, cells[i + 1]))
    return pairs


def _is_label(text: str) -> bool:
    return any(p.fullmatch(bare(text).strip("：:")) for p in _LABELS.values())


def _from_labels(passages: Sequence[Passage]) -> CourseMeta:
    """Lines such as ``课程性质：必修 课程类别：专业核心课`` near the front."""
    values: dict[str, str] = {}
    meta = CourseMeta()
    for passage in passages[:40]:
        if len(passage.text) > 120 or not re.search(r"[：:]", passage.text):
            continue
        for label, value in _LABELLED.findall(passage.text):
            key = next((k for k, p in _LABELS.items() if p.fullmatch(label)), None)
            if key is not None:
                values.setdefault(key, value)
                if key == "hours":
                    meta = _fill(meta, amounts(passage.text))
    code = bare(values.get("code", ""))
    return _fill(
        CourseMeta(
            code=_first_code(code) if re.search(r"\d", code) else "",
            nature=_nature(checked(values.get("nature", ""))),
            category=checked(values.get("category", "")),
            credits=first_number(values.get("credits", "")),
            semester=_term(values.get("semester", "")),
            code_credits=_suffixes(code),
        ),
        meta,
    )


def _term(text: str) -> str:
    """``第3学期`` → ``3``; a list of terms stays a list."""
    return re.sub(r"第|学期", "", title(checked(text))).strip()


def _from_text(passages: Sequence[Passage]) -> CourseMeta:
    meta = CourseMeta()
    for i, passage in enumerate(passages):
        if _ABOUT_HEADING.search(bare(passage.text)) and len(passage.text) < 60:
            after = [p.text for p in passages[i + 1 : i + 3] if _ABOUT.search(p.text)]
            meta = _fill(meta, amounts("\n".join([passage.text, *after])))
            if meta.credits is not None or meta.hours is not None:
                meta = replace(meta, place=passage.place)
                break
    for passage in passages[:25]:
        text = bare(passage.text)
        if not re.search(r"本课程|课程性质|《|该课程", text):
            continue
        if not meta.category and (c := _CATEGORY.search(text)):
            meta = replace(meta, category=c.group())
        if not meta.nature and (n := re.search(r"(必修|限选|任选|选修)(?:的)?(?:课|性质)", text)):
            meta = replace(meta, nature=_nature(n.group(1)))
    return meta


def amounts(text: str) -> CourseMeta:
    """Credits and hours a piece of text states (``4学分 64学时``, ``总课时32，2学分``).

    Hours named 理论 or 实践 are those; where no total is given it is their sum.
    """
    credits = next((float(m.group(1)) for p in _CREDITS if (m := p.search(text))), None)
    total = theory = practice = None
    for m in _HOURS.finditer(text):
        kind = m.group("before") or m.group("kind") or m.group("half") or ""
        value = float(m.group("a") or m.group("b") or m.group("c"))
        if kind.startswith("理论"):
            theory = value if theory is None else theory
        elif kind.startswith(("实践", "实训")):
            practice = value if practice is None else practice
        elif kind.startswith(("每", "含", "周")):
            continue
        elif total is None:
            total = value
    if total is None and (theory is not None or practice is not None):
        total = (theory or 0.0) + (practice or 0.0)
    if total is not None and total < (theory or 0.0) + (practice or 0.0):
        theory = practice = None  # 实践 counted on top of the course: not a split of its hours
    return CourseMeta(credits=credits, hours=total, theory_hours=theory, practice_hours=practice)


def _fill(meta: CourseMeta, other: CourseMeta) -> CourseMeta:
    changes = {
        name: getattr(other, name)
        for name in CourseMeta.__dataclass_fields__
        if getattr(meta, name) in ("", None, Place()) and getattr(other, name) not in ("", None)
    }
    return replace(meta, **changes) if changes else meta


def _nature(text: str) -> str:
    found = _NATURE.search(text)
    if not found:
        return ""
    word = found.group()
    if "限" in word:
        return "限选"
    return "必修" if "必修" in word else "选修"


def _first_code(text: str) -> str:
    return re.split(r"[\s、,，/]", text.strip())[0]


def _suffixes(text: str) -> float | None:
    """Credits from the code's suffix; those of several codes together are summed."""
    found = [
        float(m.group(1))
        for c in re.split(r"[\s、,，/]+", text.strip())
        if (m := _SUFFIX.search(c))
    ]
    return sum(found) if found else None
