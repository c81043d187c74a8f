"""Words and pieces of Chinese vocational text, shared by the steps that compare it."""

from __future__ import annotations

import re
from functools import lru_cache

# Frame words carry the grammar of a standard, not its subject: every line of every
# certificate has them (docs/matching.md), so they say nothing about overlap.
FRAME_WORDS: tuple[str, ...] = (
    "能够", "可以", "具备", "掌握", "熟练", "熟悉", "理解", "了解", "认识", "知道", "学会", "会",
    "能", "根据", "按照", "依据", "通过", "利用", "运用", "使用", "采用", "进行", "完成", "实现",
    "相关", "有关", "相应", "基本", "常见", "常用", "主要", "各种", "各类", "一般", "要求", "需求",
    "方法", "知识", "技能", "能力", "内容", "工作", "任务", "独立", "正确", "准确", "及时", "并",
    "及其", "以及", "及", "等", "的", "和", "与", "或", "对", "在", "中", "为", "将", "其",
)  # fmt: skip
_FRAME = frozenset(FRAME_WORDS)
_MARKS = re.compile(r"[^\w+#.]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[.+#\-][A-Za-z0-9]+)*[+#]*|\d+(?:\.\d+)*")
_HAN = re.compile(r"[\u3400-\u9fff]+")
# 能为瓷器、… : what stands before the first of the listed things is no part of it.
_CAN = re.compile(
    r"^(?:能够|能|会|可以)(?!力|议|话)(?:为|对|将|把|使用|运用|利用|采用)?"
    r"\s*(?=[\u3400-\u9fffA-Za-z]{2})"
)
# 能根据重量、形状… : such a list says after what the work is done, not what is done.
_AFTER = re.compile(r"^(?:能够|能|会)?(?:按照?|根据|依据|依照|结合|针对|参照|以)")
_CLAUSE = re.compile(r"[，,；;。]")
_JOINING = frozenset({"、", "和", "与", "及", "以及", "或", "或者", "及其"})
# Words that end like a joining word and are none; others (机和) are the segmenter's slip.
_WHOLE = frozenset(
    {"参与", "给与", "涉及", "普及", "波及", "触及", "顾及", "提及", "危及", "惠及", "温和"}
    | {"柔和", "饱和", "缓和", "总和", "调和", "中和", "平和"}
)
# A longer part is a clause of its own, not one of several things.
LONGEST_PART = 14
_OPEN = re.compile(r"[（(][^（()）]*[)）]")


@lru_cache(maxsize=65536)
def content_text(text: str) -> str:
    """The text without frame words and punctuation, lower case: what it is about.

    rjieba cuts first, so that 会计 or 需求分析 keeps its characters where 会 and 需求 are dropped.
    """
    import rjieba

    words = rjieba.cut(_MARKS.sub(" ", text.lower()))
    return " ".join("".join(" " if w in _FRAME else w for w in words).split())


@lru_cache(maxsize=65536)
def cut_words(text: str) -> tuple[str, ...]:
    """The content words of a text, as rjieba cuts them (maximum probability), in order."""
    import rjieba

    return tuple(w for w in rjieba.cut(content_text(text)) if w[:1].isalnum())


def latin_terms(text: str) -> tuple[str, ...]:
    """Latin technical terms and numbers, lower case, in order (``mysql``, ``c++``, ``5g``)."""
    return tuple(m.group().lower() for m in _LATIN.finditer(text))


def han_runs(text: str) -> tuple[str, ...]:
    """Unbroken runs of Han characters."""
    return tuple(_HAN.findall(text))


def bigrams(text: str) -> frozenset[str]:
    """Han character bigrams (single characters for runs of one) and Latin terms."""
    found = set(latin_terms(text))
    for run in han_runs(text):
        found.update([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return frozenset(found)


@lru_cache(maxsize=65536)
def scope_parts(text: str) -> tuple[str, ...]:
    """The objects, tools or steps a requirement lists, each as printed; () when it lists none.

    ``能使用 MySQL、Oracle 创建表和索引`` → ``MySQL``, ``Oracle 创建表``, ``索引``.  Words are cut
    by rjieba first, so that 及时 or 参与 is not torn at 及 and 与.
    """
    import rjieba

    parts: list[str] = []
    for clause in _CLAUSE.split(_OPEN.sub("", text)):
        if _AFTER.match(clause):
            continue
        pieces = [""]
        for word in rjieba.cut(clause):
            if word in _JOINING:
                pieces.append("")
            elif len(word) == 2 and word[1] in "和与及或" and word not in _WHOLE:
                pieces[-1] += word[0]
                pieces.append("")
            else:
                pieces[-1] += word
        if len(pieces) > 1:
            trimmed = (_CAN.sub("", p.strip(' .：:“”"')) for p in pieces)
            parts += [p for p in trimmed if len(content_text(p)) >= 2 and len(p) <= LONGEST_PART]
    return tuple(parts) if len(parts) > 1 else ()
