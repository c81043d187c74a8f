"""Which column of a table holds what: headers of one or two rows, in many wordings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from align.records import Cell, Row, Table
from align.segment.words import arabic, bare, plain

Vocabulary = Mapping[str, re.Pattern[str]]


def _words(**patterns: str) -> dict[str, re.Pattern[str]]:
    return {role: re.compile(pattern, re.IGNORECASE) for role, pattern in patterns.items()}


_PLACE = r"(?:项目|模块|单元|学习情境|教学情境|情境|情景|专题|主题|领域|章节|篇章|章|案例)"
# What is taught, named by its parts: 知识点、技能点 / 主要知识点和技能点 / 知识与技能目标.
_PART = (
    r"(?:主要|核心|重要|关键|重点|教学|学习|课程|专业|职业|岗位|相关|理论|实践|实训|授课|讲授|训练)*"
    r"(?:(?:知识|技能|能力|技术|内容)(?:点|要点|目标|内容|要求|提要|概要)?|要点|应知|应会)"
)
_MORE = rf"(?:{_PART}|(?:素质|素养|态度)(?:点|目标|要求)?)"
_COMPOUND = (
    rf"(?:{_PART}(?:[、，,/／+＋与及和以]+{_MORE})+|(?:专业|主要)?知识点?技能点?(?:要点)?|应知应会)"
    r"(?:[与及和、]?(?:教学|学习|课程)?(?:要求|标准|目标|设计|安排))*(?:名称|描述|说明)?"
)
COURSE_WORDS: Vocabulary = _words(
    id=r"编号|单元编号|id|unit_?id",
    index=r"序号|周次|次序|课次|no\.?|#",
    course=r"课程|课程名称|所属课程|course|course_?name",
    code=r"课程代码|课程编码|课程编号|code|course_?code",
    nature=r"课程性质|性质|nature",
    category=r"课程类别|课程类型|category|kind",
    credits=r"学分|参考学分|credits?",
    semester=r"开课学期|开设学期|学期|semester",
    course_hours=r"课程学时|course_?hours",
    section=rf"(?:教学|学习|实训|体育|训练)?{_PLACE}(?:名称|内容|标题)?|section|unit|module|chapter",
    task=r"(?:教学|学习|工作|实训|典型工作|训练|单元)?(?:任务|子任务|课题)(?:名称|分解)?"
    r"|子(?:模块|项目|情境|单元|任务)(?:名称)?|节|节次|task|lesson|topic",
    content=r"(?:主要|教学|学习|课程|实训|授课|讲授|实践|理论|训练|任务|具体)*内容"
    r"(?:[、，与及和]?(?:教学|学习|课程)?(?:要求|要点|教学|标准|目标|设计|安排|提要|概要|描述|说明))*"
    r"|(?:教学|学习|内容)要点|(?:主要|核心|教学|学习)*知识点(?:名称)?|应知|应会"
    rf"|{_COMPOUND}|教学要求|contents?|points?",
    knowledge=r"(?:专业|理论)?知识(?:内容|点|目标|要点)?[与及和]?(?:教学)?(?:要求)?|knowledge",
    skill=r"(?:专业|职业|实践)?(?:技能|能力)(?:内容|点|目标|要点|训练)?[与及和]?(?:教学)?(?:要求|内容)?|skills?",
    quality=r"(?:素质|素养|思政|课程思政|素质思政|德育|职业素养)(?:内容|点|目标|元素|要素|要点|融入点)?[与及和]?(?:教学)?(?:要求)?"
    r"|quality",
    focus=r"(?:教学)?(?:重点|难点|重难点|重点难点)|(?:教学)?重点[、与和及/](?:教学)?难点|考核(?:点|要点)",
    hours=r"(?:参考|建议|计划|教学|总|单元|任务|学习)*(?:学时|课时)(?:数|分配|安排|建议|合计)?|hours|total_?hours",
    theory=r"理论(?:教学|讲授)?(?:学时|课时)?|讲授(?:学时|课时)?|theory|theory_?hours",
    practice=r"(?:课内)?(?:实践|实训|实验|上机|实操)(?:教学|操作)?(?:学时|课时)?|practice|practice_?hours",
    total=r"合计|小计|总计|共计|total",
)
CERTIFICATE_WORDS: Vocabulary = _words(
    certificate=r"证书|证书名称|certificate|certificate_?name",
    code=r"标准代码|证书代码|code",
    version=r"版本|标准版本|version",
    issuer=r"制定单位|发布单位|颁证部门|发证机构|培训评价组织|issuer",
    level=r"(?:证书|职业技能|技能|职业|考核)?(?:等级|级别)|level",
    area=r"工作领域|职业功能|领域|area",
    task=r"工作任务|工作内容|任务|task",
    id=r"编号|id|item_?id",
    number=r"条目编号|项目编号|number",
    text=r"(?:职业)?技能要求(?:描述)?|专业能力要求|职业能力要求|职业技能|能力要求|技能内容"
    r"|requirements?|text",
    knowledge=r"(?:相关|专业)知识(?:要求)?|知识要求|knowledge",
    weight=r"(?:技能)?(?:权重|比重)|weight",
)
# Titles that show a table to be about goals or marks, whatever else it names.
_OTHER_TABLE = re.compile(
    r"目标类型|目标描述|考核方式|考核标准|考核形式|考核项目|考评|评价方式|评分|分值|比例|比重|"
    r"权重|成绩"
)
_SUB_TITLE = re.compile(r"理论|实践|实训|实验|上机|讲授|合计|小计|总计|讲课|其他")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's header stands and what its columns hold.

    ``first`` and ``after`` are row indices: header rows are ``rows[first:after]``; ``roles`` maps
    a role of the vocabulary to its columns, left to right; ``titles`` are the columns' titles.
    """

    first: int
    after: int
    roles: Mapping[str, tuple[int, ...]]
    titles: tuple[str, ...]

    def has(self, *roles: str) -> bool:
        """Whether all the roles have a column."""
        return all(self.roles.get(r) for r in roles)

    def any(self, *roles: str) -> bool:
        """Whether any of the roles has a column."""
        return any(self.roles.get(r) for r in roles)

    def cells(self, row: Row, *roles: str) -> list[Cell]:
        """The cells of a row under the given roles, left to right, each merged region once."""
        columns = sorted(c for r in roles for c in self.roles.get(r, ()))
        seen: dict[tuple[int, int], Cell] = {}
        for column in columns:
            cell = row.cells[column]
            seen.setdefault(cell.origin, cell)
        return list(seen.values())

    def text(self, row: Row, *roles: str) -> str:
        """The text of those cells, one below the other."""
        return "\n".join(c.text.strip() for c in self.cells(row, *roles) if c.text.strip())

    def repeats(self, row: Row) -> bool:
        """Whether a row is the header once more (after a page break)."""
        own = [bare(c.text) for c in row.cells if bare(c.text)]
        return bool(own) and all(
            any(bare(c.text) in (t, *t.split("/")) for t in self.titles)
            for c in row.cells
            if bare(c.text)
        )


def find_header(table: Table, words: Vocabulary, *, search: int = 5) -> Header | None:
    """The header of a table in the given vocabulary, or None if it has none.

    A header is the first of the leading rows in which at least two columns have a known title;
    a second row below it belongs to it when it only divides merged titles further
    (``参考学时`` → ``理论 | 实践 | 合计``).
    """
    for first, row in enumerate(table.rows[:search]):
        known = {r for c in _titles_of(row) if (r := _role(c, words)) is not None}
        if len(known) >= 2:
            return _header(table, words, first)
    return None


def is_assessment(header: Header) -> bool:
    """Whether the table is about goals or marks, and not about content."""
    return any(_OTHER_TABLE.search(t) for t in header.titles) and not header.any("hours", "theory")


def _titles_of(row: Row) -> list[str]:
    return [c.text for c in row.cells]


def _role(text: str, words: Vocabulary) -> str | None:
    own = plain(text)
    for candidate in (own, bare(text)):
        for role, pattern in words.items():
            if candidate and pattern.fullmatch(candidate):
                return role
    return None


def _header(table: Table, words: Vocabulary, first: int) -> Header:
    after = first + 1
    while after < len(table.rows) and after - first < 3 and _divides(table, first, after):
        after += 1
    titles: list[str] = []
    roles: dict[str, list[int]] = {}
    for column in range(table.width):
        parts: list[str] = []
        for row in table.rows[first:after]:
            text = row.cells[column].text
            if bare(text) and bare(text) not in parts:
                parts.append(bare(text))
        titles.append("/".join(parts))
        role = _column_role(parts, words)
        if role is not None:
            roles.setdefault(role, []).append(column)
    fixed = {role: tuple(columns) for role, columns in roles.items()}
    return Header(first, after, fixed, tuple(titles))


def _column_role(parts: list[str], words: Vocabulary) -> str | None:
    for part in reversed(parts):
        role = _role(part, words)
        if role == "total":
            return "hours" if len(parts) > 1 else role
        if role is not None:
            return role
    return None


def _divides(table: Table, first: int, index: int) -> bool:
    """Whether row ``index`` only divides the titles of the row above it."""
    above, row = table.rows[index - 1], table.rows[index]
    divided = False
    for column, cell in enumerate(row.cells):
        upper = above.cells[column]
        if cell.origin == upper.origin or not cell.text.strip():
            continue
        spans = sum(c.origin == upper.origin for c in above.cells) > 1
        if not (spans or _SUB_TITLE.fullmatch(plain(cell.text)[:2])):
            return False
        divided = True
    return divided


def is_number(text: str) -> bool:
    """Whether a cell is meant as hours: ``6``, ``2/4``, ``4（2）``, ``8学时``, ``四``, ``-3``."""
    return bool(
        re.fullmatch(
            r"[-−－]?\d+(?:\.\d+)?(?:学时|课时|节|"
            r"h)?(?:[/+＋、（(]\d+(?:\.\d+)?[）)]?)?(?:[（(][^（()）]*[）)])?",
            arabic(text),
        )
    )
