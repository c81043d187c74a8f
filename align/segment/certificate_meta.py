"""What the cover of a certificate standard says: name, code, version, issuer, date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from align.records import Document, Passage, Place
from align.segment.recognise import certificate_name, stem
from align.segment.words import bare, title

_CODE = re.compile(
    r"(?:标准代码|职业编码|标准编号|证书代码|"
    r"标准号)[：:\s]*([A-Za-z0-9][A-Za-z0-9./\-]*(?:\s*/\s*[A-Za-z]?[\d.\-—]+)?)"
)
_GZB = re.compile(r"GZB\s*[\d\-—]+")
_VERSION = re.compile(r"(?:[Vv]\s*)(\d+(?:\.\d+)*)|(\d+(?:\.\d+)+)\s*版|(\d{4}\s*年?\s*版)")
_IN_BRACKETS = re.compile(r"[（(][^（()）]*\d[^（()）]*[)）]")
_VERSION_LABEL = re.compile(r"版本(?:号)?[：:\s]*([^，。；\s]{1,16})")
_ISSUER = re.compile(
    r"(?:制定单位|发布单位|制订单位|开发单位|起草单位|发布机构|培训评价组织|"
    r"颁布单位)[：:\s]*(.{2,60}?)(?=$|[，。；、])"
    r"|^(.{4,60}?)\s*(?:制定|制订|发布|颁布|编制)$"
)
_DATE = re.compile(
    r"(\d{4})\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?|(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?"
)
_STANDARD = re.compile(r"职业技能(?:等级)?标准|国家职业(?:技能)?标准")
_FRONT = re.compile(
    r"^(?:目\s*[次录]|前\s*言|1\s*范围|一、\s*范围|1\s*职业概况|1[.、]?\s*职业概况)"
)


@dataclass(frozen=True, slots=True)
class CertificateMeta:
    """What was found; empty where the document is silent."""

    name: str
    code: str = ""
    version: str = ""
    issuer: str = ""
    date: str = ""
    place: Place = field(default_factory=Place)


def read_certificate_meta(document: Document) -> CertificateMeta:
    """Name, code, version, issuer and date from the cover; the file's name where it has none."""
    cover = _cover(document.passages)
    texts = [title(p.text) for p in cover]
    code = _search(_CODE, texts) or next(
        (bare(m.group()) for t in texts if (m := _GZB.search(t))), ""
    )
    dates = [m for t in texts if (m := _DATE.search(t))]
    return CertificateMeta(
        name=_name(texts, document),
        code=code,
        version=_version(texts),
        issuer=_issuer(texts),
        date=_date(dates[0]) if dates else "",
        place=cover[0].place if cover else Place(),
    )


def _cover(passages: Sequence[Passage]) -> list[Passage]:
    """The passages before 目次, 前言 or the first chapter, twenty-five at most."""
    found: list[Passage] = []
    for passage in passages[:25]:
        if found and _FRONT.match(passage.text.strip()):
            break
        found.append(passage)
    return found


def _name(texts: Sequence[str], document: Document) -> str:
    for i, text in enumerate(texts):
        found = _STANDARD.search(bare(text))
        if not found:
            continue
        before = certificate_name(_IN_BRACKETS.sub("", text.split("：")[-1]))
        if before and len(before) <= 40 and not re.search(r"[，。]|规定|适用", before):
            return before
        # The name stands on its own line, before (1+X) or after (national) these words.
        national = "国家" in found.group()
        order = (i + 1, i - 1, i + 2, i + 3) if national else (i - 1, i + 1, i - 2)
        for j in order:
            if 0 <= j < len(texts):
                name = certificate_name(texts[j])
                if (
                    name
                    and len(name) <= 40
                    and not re.search(r"代码|编码|制定|发布|\d{4}年|GZB", name)
                ):
                    return name
    for here, below in zip(document.passages, document.passages[1:], strict=False):
        if re.fullmatch(r"(?:[\d.]+)?职业名称", bare(here.text)) and len(below.text) <= 30:
            return title(below.text)
    return certificate_name(document.source.title) or certificate_name(stem(document))


def _version(texts: Sequence[str]) -> str:
    """``2.0`` of ``（2021年 2.0版）``, else ``2021年版``."""
    labelled = _search(_VERSION_LABEL, texts)
    if labelled:
        return labelled
    found = next((m for t in texts if (m := _VERSION.search(bare(t)))), None)
    return next((g for g in found.groups() if g), "") if found else ""


def _issuer(texts: Sequence[str]) -> str:
    for text in texts:
        found = _ISSUER.search(text)
        if found and not _DATE.match(text):
            return re.sub(r"\s+(?:组织|联合|共同)$", "", found.group(1) or found.group(2)).strip(
                "：: "
            )
    return ""


def _date(found: re.Match[str]) -> str:
    parts = [g for g in found.groups() if g]
    return "-".join([parts[0], *(p.zfill(2) for p in parts[1:])])


def _search(pattern: re.Pattern[str], texts: Sequence[str]) -> str:
    return next((bare(m.group(1)) for t in texts if (m := pattern.search(t))), "")
