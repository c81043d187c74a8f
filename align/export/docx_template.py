"""A college's own Word template, filled with the plan (docxtpl).

A template is a program of sorts: it runs in Jinja's sandbox, every text is escaped, and a name
it uses that the plan does not have is an error, not a blank.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from align.errors import UsageError
from align.export.docx_grid import Line, TableRow, table
from align.export.docx_parts import (
    PORTRAIT_MM,
    SMALL,
    document_bytes,
    heading,
    new_document,
    same_zip,
    text,
)
from align.export.template_rules import environment
from align.export.template_words import words_of
from align.export.views import matrix_picture, task_picture
from align.plan.nouns import Plan

if TYPE_CHECKING:
    from docxtpl import DocxTemplate
    from jinja2 import Undefined

_HELP = "请对照 docs/formats.md 中的“方案模板”改正，或用 align template 取得一份可以改的模板。"
_CONTEXT = 60


def fill(template: bytes, plan: Plan, *, name: str = "模板.docx") -> bytes:
    """The plan in a college's own template.

    Parameters
    ----------
    template : bytes
        A docx file with the placeholders of docs/formats.md; checked before against harm.
    name : str
        The file's name, for messages.

    Returns
    -------
    bytes
        A docx file; the same for the same plan and template.

    Raises
    ------
    UsageError
        The file is no Word document, a tag is wrong, or a name in it is unknown.
    """
    from jinja2 import StrictUndefined

    def words(document: DocxTemplate) -> dict[str, Any]:
        return {**words_of(plan), **_pictures(document, plan)}

    return filled(template, words, StrictUndefined, name=name)


def filled(
    template: bytes,
    words: Callable[[DocxTemplate], Mapping[str, Any]],
    undefined: type[Undefined],
    *,
    name: str,
) -> bytes:
    """A template with these words in it.

    Parameters
    ----------
    words : callable
        Gives every name for the opened template: a picture belongs to its document.
    undefined : type
        What becomes of a name that is none.

    Raises
    ------
    UsageError
        As :func:`fill`.
    """
    import zipfile

    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError
    from lxml.etree import XMLSyntaxError

    try:
        document = DocxTemplate(io.BytesIO(template))
        document.init_docx()
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UsageError(
            "模板不是 Word 文档", file=name, expected=".docx 文件", remedy=_HELP
        ) from error
    known = words(document)
    try:
        document.render(dict(known), environment(undefined), autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except TemplateSyntaxError as error:
        raise UsageError(
            "模板中有写错的标记", file=name, place=_near(error), got=error.message, remedy=_HELP
        ) from error
    except UndefinedError as error:
        raise UsageError(
            "模板用了没有的名称", file=name, place=_near(error), got=error.message,
            expected="、".join(known), remedy=_HELP,
        ) from error  # fmt: skip
    except SecurityError as error:
        raise UsageError(
            "模板中有不允许的做法", file=name, got=error.message, remedy=_HELP
        ) from error
    except (TemplateError, XMLSyntaxError, TypeError, ValueError) as error:
        raise UsageError(
            "模板填不出来", file=name, place=_near(error), got=" ".join(str(error).split())[:200],
            remedy="标记须整个在一段之内；按行重复的用 {%tr for … %}，各占表格的一行。" + _HELP,
        ) from error  # fmt: skip
    return same_zip(out.getvalue())


def _near(error: Exception) -> str | None:
    """The words around the fault, as docxtpl tells them."""
    around = " ".join(" ".join(getattr(error, "docx_context", ())).split())
    at = around.find("{")
    return f"“{around[max(0, at) : max(0, at) + _CONTEXT]}”附近" if around else None


def _pictures(document: DocxTemplate, plan: Plan) -> dict[str, list[Any]]:
    """The coverage heatmap and the graph of every certificate, as wide as a page."""
    from docx.shared import Mm
    from docxtpl import InlineImage

    threshold = next((s.value for s in plan.settings if s.name == "link_threshold"), 0.0)
    found: dict[str, list[Any]] = {"热力图": [], "关联图": []}
    for matrix in plan.matrices:
        if not any(map(any, matrix.values)):
            continue
        for key, canvas in (
            ("热力图", matrix_picture(matrix, threshold)),
            ("关联图", task_picture(matrix, threshold)),
        ):
            scale = min(PORTRAIT_MM / canvas.width, 215 / canvas.height, 0.265)
            found[key].append(
                InlineImage(document, io.BytesIO(canvas.png()), width=Mm(canvas.width * scale))
            )
    return found


_TABLES: tuple[tuple[str, str, tuple[tuple[str, float], ...]], ...] = (
    (
        "三、课程与证书对照表",
        "课程对照",
        (("课程", 50), ("性质", 20), ("学时", 18), ("学分", 18), ("各等级", 50)),
    ),
    (
        "四、融通内容分析表",
        "措施",
        (("编号", 20), ("证书原文", 34), ("关系", 14), ("课程", 24), ("措施", 24), ("理由", 40)),
    ),
    (
        "五、学分转换表",
        "学分转换",
        (("证书", 34), ("等级", 16), ("课程", 34), ("性质", 16), ("学分", 14), ("状态", 42)),
    ),
    ("附件 本校设置", "设置", (("名称", 34), ("数值", 20), ("含义", 66), ("来源", 36))),
)


def sample_template() -> bytes:
    """A short template to start from: cover, pictures, the main tables, signatures, the run."""
    document = new_document("书证融通实施方案模板", "{{ 标记 }}")
    text(document, "{{ 学校 }}", "Title")
    text(document, "{{ 专业 }}专业书证融通实施方案", "Title")
    heading(document, "一、编制依据", 1)
    text(document, "{%p for 证 in 证书 %}")
    text(document, "《{{ 证.名称 }}》{{ 证.等级 }}：{{ 证.要求数 }} 条技能要求。")
    text(document, "{%p endfor %}")
    heading(document, "二、覆盖情况", 1)
    text(document, "{%p for 图 in 热力图 %}")
    text(document, "{{ 图 }}", "AlignPicture")
    text(document, "{%p endfor %}")
    for title, name, columns in _TABLES:
        heading(document, title, 1)
        table(
            document,
            [column for column, _ in columns],
            [
                TableRow([Line(f"{{%tr for 行 in {name} %}}", SMALL)]),
                TableRow([Line(f"{{{{ 行.{column} }}}}", SMALL) for column, _ in columns]),
                TableRow([Line("{%tr endfor %}", SMALL)]),
            ],
            [width for _, width in columns],
            together=False,  # its rows will be many
        )
    heading(document, "六、签署", 1)
    text(document, "{%p for 人 in 签署 %}")
    text(document, "{{ 人 }}：　　　　　　　　年　月　日")
    text(document, "{%p endfor %}")
    last = "运行 {{ 运行.编号 }}，设置版本 {{ 运行.设置版本 }}，账本首部 {{ 运行.账本首部 }}。"
    text(document, last, "AlignNote")
    return document_bytes(document)
