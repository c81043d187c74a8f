"""比较: two runs of the workspace, or an earlier results folder, and why they differ."""

from __future__ import annotations

from collections import Counter
from functools import partial

import streamlit as st

from align import papers
from align.errors import AlignError
from align.export.compare_docx import comparison_csv, comparison_docx
from align.papers import Edition, Papers
from align.plan.compare import Comparison, PlanChange, Side, compare
from align.ui import wiring
from align.ui.components import html
from align.ui.components.compare_words import cause_words, ground
from align.ui.components.compare_words import value as value_words
from align.ui.components.export_row import Desk, Offer, more_files
from align.ui.components.pager import paged, pager
from align.ui.ledger_words import Words
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import clock, language, t

_ROWS = 15
_FILES = "files"
#: What a comparison calls its fields, in the words of the screens.
_FIELDS = {
    "关系": "pick.action", "课程": "pick.course", "单元": "diff.units", "学时": "back.hours",
    "学分": "back.credits", "审核": "diff.cause_decision", "证书原文": "compare.item_text",
}  # fmt: skip


def comparison(look: Look, said: Said, may: bool) -> None:
    """The whole view."""
    html.section(t("diff.title"), t("diff.about"))
    space = said.workspace
    found = papers.editions(wiring.store(), said.person, space)
    known = {e.key: e for e in found}
    keys = list(known)
    left, right = st.columns(2)
    with left:
        before = _choice("diff.before", [*keys, _FILES], known, _first(found, space.run_id))
        files = _files() if before == _FILES else None
    with right:
        after = _choice("diff.after", keys, known, keys[0])
    if before == after:
        st.info(t("diff.same_run"))
        return
    if before == _FILES and files is None:
        return
    try:
        old = files if files is not None else _side(said, known[before])
        new = _side(said, known[after])
    except AlignError as error:
        st.error(error.line())
        return
    c = compare(old, new)
    _summary(c)
    _differences(c)
    _changes(c, look)
    state = ("diff", before, after, str(said.eyes), old.run_id)
    offers = [
        Offer(
            t(f"diff.{suffix}"), t(f"diff.{suffix}.note"), f"{t('diff.file')}.{suffix}",
            f"{space.name}-{t('diff.file')}.{suffix}", partial(_made, make, c), f"diff.{suffix}",
        )
        for suffix, make in (("docx", comparison_docx), ("csv", comparison_csv))
    ]  # fmt: skip
    more_files(Desk(said, Papers(), state, may), offers, "diff")


def _made(make: object, c: Comparison, _: Papers) -> bytes:
    return comparison_docx(c) if make is comparison_docx else comparison_csv(c)


def _first(found: list[Edition], run_id: str) -> str:
    """What one most likely wants to look back at: the run before; else the machine's own."""
    earlier = [e.key for e in found if e.run.id != run_id]
    return earlier[0] if earlier else found[-1].key


def _choice(label: str, keys: list[str], known: dict[str, Edition], first: str) -> str:
    chosen = st.selectbox(
        t(label), keys, index=keys.index(first), key=f"{label}.{language()}.{len(keys)}",
        format_func=lambda k: _label(known[k]) if k in known else t("diff.files"),
        placeholder=t("pick.none"),
    )  # fmt: skip
    return chosen or first


def _label(e: Edition) -> str:
    what = t("diff.decided", n=e.words) if e.decided else t("diff.machine")
    when = clock(e.made, day=True) if e.made else ""
    return " · ".join(x for x in (when, what, e.run.id[:10]) if x)


def _side(said: Said, e: Edition) -> Side:
    space, store = said.workspace, wiring.store()
    # The comparison's documents are in the language of the plan: so is the label in them.
    label = f"{'已审核' if e.decided else '机器建议'} {e.run.id}"
    return wiring.bench().once(
        ("side", store.address, space.id, e.key, said.eyes if e.decided else ""),
        lambda: papers.side(store, said.person, space, e, label),
    )


def _files() -> Side | None:
    given = st.file_uploader(
        t("diff.upload"), type=["json", "csv"], key="diff.upload", accept_multiple_files=True
    )
    if not given:
        return None
    try:
        return papers.side_of_files({f.name: f.getvalue() for f in given}, "先前的结果文件夹")
    except AlignError as error:
        st.error(error.line())
        return None


# --- what differs -------------------------------------------------------------------------------


def _summary(c: Comparison) -> None:
    kinds = Counter(x.kind for x in c.changes)
    causes = Counter(kind for x in c.changes for kind in {cause.kind for cause in x.causes})
    html.show(
        html.cards(
            [
                (t("diff.changed"), str(kinds["changed"]), "", ""),
                (t("diff.added"), str(kinds["added"]), "", ""),
                (t("diff.removed"), str(kinds["removed"]), "", ""),
                (t("diff.same"), str(c.same), t("diff.moved", n=c.moved) if c.moved else "", ""),
            ]
        )
    )
    if causes:
        told = t("comma").join(f"{t(f'diff.cause_{k}')} {n}" for k, n in causes.items())
        html.show(f'<p class="al-note">{html.esc(t("diff.causes", what=told))}</p>')


def _differences(c: Comparison) -> None:
    html.section(t("diff.ground"))
    if not c.differences:
        html.show(f'<p class="al-note">{html.esc(t("diff.only_decisions"))}</p>')
        return
    html.show(
        html.table(
            [t("diff.kind"), t("diff.what"), t("diff.before"), t("diff.after")],
            [
                [html.esc(t(f"diff.cause_{d.kind}")), *map(html.esc, ground(d))]
                for d in c.differences
            ],
            (0,),
        )
    )  # fmt: skip


def _changes(c: Comparison, look: Look) -> None:
    html.section(t("diff.rows"))
    if not c.changes:
        html.show(f'<p class="al-note">{html.esc(t("diff.none"))}</p>')
        return
    words = Words({}, {}, look, {})
    shown = paged(c.changes, "diff.rows", _ROWS, (c.old.label, c.new.label))
    html.show(
        html.table(
            [t("diff.kind"), t("back.what"), t("diff.fields"), t("diff.why")],
            [
                [html.tag(t(f"diff.{x.kind}")), html.esc(words.thing(x.subject)), _fields(x, look),
                 _why(x)]
                for x in shown
            ],
            (0,),
        )
    )  # fmt: skip
    if len(c.changes) > _ROWS:
        pager(c.changes, "diff.rows", _ROWS)


def _fields(x: PlanChange, look: Look) -> str:
    none = t("audit.none")

    def told(what: str, a: str, b: str) -> str:
        if what == "单元":
            return _rows_moved(a, b, look)
        before, after = (_short(value_words(what, v)) or none for v in (a, b))
        return f"{before} → {after}"

    lines = (f"{t(_FIELDS[what])}{t('diff.colon')}{told(what, a, b)}" for what, a, b in x.fields)
    return "<br>".join(map(html.esc, lines))


def _rows_moved(before: str, after: str, look: Look) -> str:
    """Content rows that went and came, by their tasks; their ids say nothing to a person."""
    tasks = {key[1]: unit.task or unit.content for key, unit in look.units.items()}
    old, new = (dict.fromkeys(x for x in ids.split("、") if x) for ids in (before, after))
    gone = [f"−{tasks.get(x, x)}" for x in old if x not in new]
    come = [f"+{tasks.get(x, x)}" for x in new if x not in old]
    return t("comma").join([*gone, *come])


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= 90 else flat[:89] + "…"


def _why(x: PlanChange) -> str:
    return "<br>".join(
        html.esc(("" if cause.sure else t("diff.perhaps")) + t(f"diff.cause_{cause.kind}"))
        + (f"<br><small>{html.esc(_short(words))}</small>" if (words := cause_words(cause)) else "")
        for cause in x.causes
    )
