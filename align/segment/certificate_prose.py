"""Standards whose requirements stand in numbered lines and not in a table."""

from __future__ import annotations

import re

from align.records import Document
from align.segment.collect import Notes
from align.segment.items import Entry, Number
from align.segment.levels import level_in
from align.segment.recognise import label
from align.segment.words import bare, line, title

_NUMBERED = re.compile(
    r"^\s*(\d{1,2}(?:\s*[.．]\s*\d{1,2}){0,3})(?![\d.．])\s*[、.．:：]?\s*(\S.*)$", re.DOTALL
)
_BEGIN = re.compile(r"职业技能(?:等级)?要求|工作要求")
_END = re.compile(r"^(?:参考文献|附录|\d?\s*权重表)")


def prose_entries(document: Document, notes: Notes) -> list[Entry]:
    """Requirements in lines such as ``1.1.1 能…`` below lines ``1.1 …`` and ``1 …``.

    Used only where no table of requirements was found.  Reading starts at the chapter
    职业技能要求 (where there is one) and a level heading.
    """
    entries: list[Entry] = []
    begun = not any(_BEGIN.search(bare(p.text)) and len(p.text) < 40 for p in document.passages)
    level, area, task = "", "", ""
    for passage in document.passages:
        text = label(passage)
        if len(text) < 45 and _BEGIN.search(bare(text)):
            begun = True
        if not begun:
            continue
        if _END.match(bare(text)):
            break
        found = _NUMBERED.match(text)
        if (
            len(text) < 45
            and (own := level_in(text))
            and not (found and found.group(1).count(".") == 2)
        ):
            level, area, task = own, "", ""
            continue
        if not found or not level:
            continue
        number: Number = tuple(int(n) for n in re.split(r"\s*[.．]\s*", found.group(1)))
        if len(number) == 1:
            area = title(text)
        elif len(number) == 2:
            task = title(text)
        elif len(number) == 3:
            entries.append(
                Entry(
                    level, area, task, number, line(found.group(2)), passage.printed, passage.place
                )
            )
        else:
            notes.keep(passage)
            notes.warn(
                "line-not-placed",
                f"编号 {found.group(1)} 多于三级，未计为职业技能要求",
                passage.place,
            )
    return entries
