"""Certificate standards as PDF, in both shapes, typeset by typst.

Tables run over pages with their header repeated; merged 工作领域/工作任务 cells print their
text on one of those pages only; rows may break in the middle: all as in the issuers' files.
"""

from __future__ import annotations

from pathlib import Path

from tests.samples import certificate_words as words
from tests.samples.source import SampleCertificate

PRELUDE = """
#set document(title: "{title}", date: none)
#set page(paper: "a4", margin: (top: 2.8cm, bottom: 2.5cm, x: 2.6cm))
#set text(font: ("Times New Roman", "Liberation Serif", "Noto Serif CJK SC"), size: 11.5pt,
  lang: "zh", region: "cn")
#set par(justify: true, leading: 0.9em, spacing: 1.1em, first-line-indent: (amount: 2em, all: true))
#set table(stroke: 0.5pt, inset: (x: 5pt, y: 5pt))
#show table: set text(size: 10pt)
#show table: set par(first-line-indent: 0pt, leading: 0.65em)
#show heading: set text(font: ("Noto Sans CJK SC",), weight: "medium")
#show heading.where(level: 1): set text(size: 15pt)
#show heading.where(level: 2): set text(size: 12.5pt)
#show heading.where(level: 3): set text(size: 11.5pt)
#show heading: set block(above: 1.4em, below: 1em)
#show outline.entry: set par(first-line-indent: 0pt)
#let black(body) = text(font: ("Noto Sans CJK SC",), weight: "medium", body)
#let head(body) = table.cell(fill: rgb("#E7ECF2"), align: center + horizon, black(body))
#let middle(body) = align(center, body)
"""


def write(certificate: SampleCertificate, path: Path) -> None:
    """Typesets the certificate in the shape its head names.

    Raises
    ------
    RuntimeError
        No Chinese fonts are installed.
    """
    import typst

    families = set(typst.Fonts().families())
    for wanted in ("Noto Serif CJK SC", "Noto Sans CJK SC"):
        if wanted not in families:
            raise RuntimeError(f"font {wanted} is not installed (Debian: fonts-noto-cjk)")
    body = _national(certificate) if certificate.head["shape"] == "national" else _x(certificate)
    source = PRELUDE.replace("{title}", certificate.name) + body
    path.write_bytes(typst.compile(source.encode(), format="pdf"))


def quote(text: str) -> str:
    """Text as a typst string, so that no character of it is markup."""
    return '#"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _x(certificate: SampleCertificate) -> str:
    """The 1+X shape: 1 范围 … 6 职业技能要求, one table per level."""
    head = certificate.head
    name = certificate.name.removesuffix("标准")
    parts = [
        _cover(certificate, f"标准代码：{head['code']}", f"（{head['date']} {head['version']}版）"),
        _front(),
        "#align(center, black(text(size: 16pt, [前　　言])))\n",
        *(quote(text.format(issuer=head["issuer"])) + "\n" for text in words.PREFACE),
        "#pagebreak()",
        f"= 1 范围\n{quote(head['scope'])}\n",
        f"= 2 规范性引用文件\n{quote(words.REFERENCE_LEAD)}\n",
        *(quote(text) + "\n" for text in words.REFERENCES[certificate.name]),
        f"= 3 术语和定义\n{quote(words.SUBJECTS[0])}\n",
        *(
            f"== 3.{i} {term}\n{quote(meaning)}\n"
            for i, (term, meaning) in enumerate(head["terms"], start=1)
        ),
        "= 4 适用院校专业\n" + quote("、".join(head["majors"]) + "。") + "\n",
        "= 5 面向职业岗位（群）\n",
        *(quote(f"【{name}】（{job['level']}）：{job['text']}") + "\n" for job in head["jobs"]),
        "= 6 职业技能要求\n== 6.1 职业技能等级划分\n",
        quote(words.LEVEL_LEAD.format(name=name)) + "\n",
        *(
            quote(f"【{name}】（{level}）：{note}") + "\n"
            for level, note in head["level_notes"].items()
        ),
        "== 6.2 职业技能等级要求描述\n",
    ]
    for index, level in enumerate(certificate.levels, start=1):
        parts.append(_caption(f"表{index} {name}要求（{level}）"))
        rows: list[str] = []
        for area, tasks in certificate.areas(level):
            total = sum(len(items) for _, items in tasks)
            rows.append(_cell(area, total))
            for task, items in tasks:
                rows.append(_cell(task, len(items)))
                rows += [f"[{quote(f'{item.number} {item.text}。')}]" for item in items]
        parts.append(_table(["工作领域", "工作任务", "职业技能要求"], "(2.6cm, 3.2cm, 1fr)", rows))
    parts.append("= 参考文献\n")
    parts += [quote(f"[{i}] {text}") + "\n" for i, text in enumerate(words.LITERATURE, start=1)]
    return "\n".join(parts)


def _national(certificate: SampleCertificate) -> str:
    """The national shape: 1 职业概况, 2 基本要求, 3 工作要求, 4 权重表."""
    head = certificate.head
    trade = certificate.name.removesuffix("职业技能标准")
    levels = "、".join(certificate.levels)
    overview = [
        ("1.1 职业名称", trade),
        ("1.2 职业编码", head["code"]),
        ("1.3 职业定义", words.DEFINITION),
        ("1.4 职业技能等级", f"本职业共设三个等级，分别为：{levels}。"),
        ("1.5 普通受教育程度", "初中毕业（或相当文化程度）。"),
    ]  # fmt: skip
    parts = [
        _cover(certificate, f"职业编码：{head['code']}", f"（{head['version']}）"),
        _front(),
        "= 1 职业概况\n",
        *(f"== {title}\n{quote(text)}\n" for title, text in overview),
        "== 1.6 面向岗位\n",
        *(quote(f"{job['level']}：{job['text']}") + "\n" for job in head["jobs"]),
        "== 1.7 术语\n",
        *(quote(f"{term}：{meaning}") + "\n" for term, meaning in head["terms"]),
        "== 1.8 适用专业\n" + quote("、".join(head["majors"]) + "。") + "\n",
        "= 2 基本要求\n== 2.1 职业道德\n",
        *(quote(f"（{i}）{text}") + "\n" for i, text in enumerate(words.ETHICS, start=1)),
        "== 2.2 基础知识\n",
    ]
    for number, (title, lines) in enumerate(words.BASICS.items(), start=1):
        parts.append(f"=== 2.2.{number} {title}\n")
        parts += [quote(f"（{i}）{text}。") + "\n" for i, text in enumerate(lines, start=1)]
    parts += [
        "= 3 工作要求\n",
        quote(f"本标准对{levels}的技能要求和相关知识要求依次递进，高级别涵盖低级别的要求。") + "\n",
    ]
    for index, level in enumerate(certificate.levels, start=1):
        parts.append(f"== 3.{index} {level}\n{quote(head['level_notes'][level])}\n")
        parts.append(_work(certificate, level))
    parts.append("= 4 权重表\n")
    for number, (title, key) in enumerate(
        [("理论知识权重表", "theory"), ("技能要求权重表", "skill")], start=1
    ):
        parts.append(f"== 4.{number} {title}\n{_weights(certificate, key)}")
    parts.append(quote("注：基本要求的内容融入各职业功能一并考核，不单列权重。") + "\n")
    return "\n".join(parts)


def _work(certificate: SampleCertificate, level: str) -> str:
    rows: list[str] = []
    for area, tasks in certificate.areas(level):
        rows.append(_cell(area, sum(len(items) for _, items in tasks)))
        for task, items in tasks:
            rows.append(_cell(task, len(items)))
            knowledge = _knowledge([i.knowledge for i in items if i.knowledge], items[0].number)
            for index, item in enumerate(items):
                rows.append(f"[{quote(f'{item.number} {item.text}')}]")
                if index == 0:
                    rows.append(f"table.cell(rowspan: {len(items)})[{knowledge}]")
    header = ["职业功能", "工作内容", "技能要求", "相关知识要求"]
    return _table(header, "(2.2cm, 2.8cm, 1fr, 4.2cm)", rows)


def _knowledge(cells: list[str], first: str) -> str:
    """相关知识要求 of a task: one numbered paragraph each."""
    task = first.rpartition(".")[0]
    lines = [line for cell in cells for line in cell.split("；")]
    return " #parbreak() ".join(
        quote(f"{task}.{i} {line}") for i, line in enumerate(lines, start=1)
    )


def _weights(certificate: SampleCertificate, key: str) -> str:
    """Areas down, levels across; an area of one level only has a dash in the others."""
    names: list[str] = []
    share: dict[tuple[str, str], int] = {}
    for row in certificate.head["weights"]:
        name = row["area"].partition(" ")[2]
        if name not in names:
            names.append(name)
        share[name, row["level"]] = row[key]
    label = "相关知识要求" if key == "theory" else "技能要求"
    rows = [f"table.cell(rowspan: {len(names)}, align: horizon)[#middle[{quote(label)}]]"]
    for name in names:
        rows.append(f"[{quote(name)}]")
        rows += [f"[#middle[{share.get((name, level), '—')}]]" for level in certificate.levels]
    rows.append("table.cell(colspan: 2)[#middle[合计]]")
    rows += [
        f"[#middle[{sum(v for (_, at), v in share.items() if at == level)}]]"
        for level in certificate.levels
    ]
    header = ["项目", "职业功能", *(f"{level}（%）" for level in certificate.levels)]
    return _table(header, "(2.6cm, 1fr, 2.2cm, 2.2cm, 2.2cm)", rows)


def _cover(certificate: SampleCertificate, code: str, version: str) -> str:
    head = certificate.head
    return f"""
#page(numbering: none)[
  #set par(first-line-indent: 0pt)
  #black(text(size: 13pt)[{quote(code)}])
  #v(6cm)
  #align(center)[
    #black(text(size: 26pt)[{quote(certificate.name)}])
    #v(0.6cm)
    #text(size: 15pt)[{quote(version)}]
    #v(9cm)
    #black(text(size: 15pt)[{quote(head["issuer"])}　制定])
    #v(0.2cm)
    #text(size: 13pt)[{quote(head["date"])}　发布]
  ]
]
"""


def _front() -> str:
    """Contents with dotted leaders; pages are counted from here."""
    return (
        '#set page(numbering: "1")\n#counter(page).update(1)\n'
        "#align(center, black(text(size: 16pt)[目　　次]))\n"
        "#outline(title: none, depth: 2, indent: 1.5em)\n#pagebreak()\n"
    )


def _caption(text: str) -> str:
    line = f"align(center, black(text(size: 10.5pt)[{quote(text)}]))"
    return f"#block(above: 1.4em, below: 0.8em, sticky: true, width: 100%)[#{line}]\n"


def _cell(text: str, rows: int) -> str:
    return f"table.cell(rowspan: {rows}, align: horizon)[{quote(text)}]"


def _table(header: list[str], columns: str, rows: list[str]) -> str:
    heads = ", ".join(f"head[{name}]" for name in header)
    return f"#table(columns: {columns}, table.header({heads}),\n  " + ",\n  ".join(rows) + ",\n)\n"
