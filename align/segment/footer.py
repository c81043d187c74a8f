"""Rows that close a content table: they hold hours, not content."""

from __future__ import annotations

import re

from align.records import Row
from align.segment.words import bare

_FOOTER = re.compile(
    r"(?:(?:课程|期末|期中|总|阶段|综合|机动|学期)?(?:总结|复习|考试|考核|测试|测验|机动|答疑|"
    r"合计|总计|小计|共计)"
    r"(?:与|和|及|、|，|/)?)+(?:学时|课时|时间|周)?|(?:学时|课时|总)(?:总计|合计|小计|数)|"
    r"总(?:学时|课时)(?:数)?|(?:复习|机动)(?:周|课)"
)
_ORDINAL = re.compile(
    r"^(?:\d+|第?[一二三四五六七八九十]+)?(?:专题|项目|模块|单元|任务|章|情境|"
    r"学习情境)?[一二三四五六七八九十\d]*[、.．：:]*"
)
_BRACKETED = re.compile(r"[（(][^（()）]*[)）]")


def is_footer(text: str) -> bool:
    """Whether a cell says 期末考试, 总结与复习, 学时总计 or the like, and nothing else."""
    whole = _BRACKETED.sub("", bare(text))
    return any(
        _FOOTER.fullmatch(t.strip("：:。；;"))
        for t in (whole, _ORDINAL.sub("", whole, count=1))
        if t
    )


def is_sum(row: Row) -> bool:
    """Whether a row sums the hours of others."""
    return any(re.search(r"总计|合计|小计|共计|总学时|总课时", bare(c.text)) for c in row.cells)
