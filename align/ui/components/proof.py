"""记录: proving the ledger whole, and checking a receipt, with the result in words."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import streamlit as st

from align.access import allowed
from align.errors import AlignError, UsageError
from align.store import Broken, ReceiptCheck, Verification, verify_receipt
from align.ui import wiring
from align.ui.components import html
from align.ui.components.committee_approval import receipt_button
from align.ui.words import clock, t
from align.ui.words.zh import ZH

_LARGEST = 1_000_000  # a receipt is a few kilobytes
#: What a finding of the proof means, by words that stand in it.
_MEANINGS = (
    ("条目缺失", "gap"),
    ("与前一条接不上", "chain"),
    ("条目内容被改动", "entry"),
    ("截去", "cut"),
    ("链头记录", "head"),
    ("链被重写", "rewritten"),
    ("签名", "signature"),
    ("没有任何条目", "foreign"),
    ("与条目不符", "row"),
    ("不见了", "gone"),
)


_WARNINGS = (
    (r"第 (?P<seq>\d+) 条（(?P<kind>.+)，(?P<time>.+)）之后没有签名的链头；.*", "event"),
    (r"最后 (?P<n>\d+) 条之后没有签名的链头（应每 (?P<every>\d+) 条签一次）；.*", "tail"),
    (r"签名密钥不在 (?P<file>.+)，只能用签名自带的公钥核对", "key"),
    (r"(?P<file>.+) 中有一行读不出", "line"),
)


def prove(college: str) -> None:
    """The button, and what came of it."""
    html.section(t("audit.proof"), t("audit.proof_note"))
    if st.button(t("audit.verify"), key="audit.verify", type="primary", icon=":material/verified:"):
        with st.spinner(t("audit.verifying")):
            found = wiring.store().verify(college)
        st.session_state["verification"] = (college, found)
    kept = st.session_state.get("verification")
    if isinstance(kept, tuple) and kept[0] == college:
        _result(kept[1])


def _result(found: Verification) -> None:
    if found.whole:
        st.success(t("audit.whole", n=found.checked, heads=found.heads_checked))
    else:
        first = found.first_broken
        assert first is not None
        st.error(t("audit.broken", seq=first.seq, n=len(found.problems)))
        rows = [
            [str(p.seq), html.esc(_when(p)), html.esc(t(f"broken.{meaning(p.what)}")),
             html.esc(p.what)]
            for p in found.problems[:50]
        ]  # fmt: skip
        heads = [t("audit.col_seq"), t("audit.col_time"), t("audit.means"), t("audit.found")]
        html.show(html.table(heads, rows, numbers=(0, 1)))
        html.show(f'<div class="al-draft">{html.esc(t("audit.broken_do"))}</div>')
    for warning in found.warnings:
        html.show(f'<p class="al-note">{html.esc(t("audit.warning", what=_warning(warning)))}</p>')


def _warning(words: str) -> str:
    """A warning of the proof in the language of the screens; another one as it is."""
    for pattern, name in _WARNINGS:
        if found := re.fullmatch(pattern, words):
            told = found.groupdict()
            if "kind" in told:
                event = f"event.{told['kind']}"
                told |= {"kind": t(event) if event in ZH else told["kind"],
                         "time": _beijing(told["time"])}  # fmt: skip
            return t(f"warn.{name}", **told)
    return words


def _beijing(time: str) -> str:
    """A time of the ledger in Beijing; what was tampered with is shown as it stands."""
    try:
        return clock(datetime.fromisoformat(time), day=True)
    except ValueError:
        return time


def _when(p: Broken) -> str:
    return _beijing(p.time)


def meaning(what: str) -> str:
    """The word for a finding, under which its explanation stands."""
    return next((name for words, name in _MEANINGS if words in what), "other")


# --- receipts -----------------------------------------------------------------------------------


def receipts(college: str) -> None:
    """Check a receipt that somebody has kept; sign one for the chain as it stands."""
    html.section(t("receipt.title"), t("receipt.note"))
    given = st.file_uploader(t("receipt.upload"), type=["json"], key="receipt.file")
    if given is not None:
        _checked(college, given.getvalue())
    if allowed(wiring.who(), "receipt", college):
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(t("receipt.make"), key="receipt.make"):
                st.session_state["receipt.made"] = (
                    college, wiring.store().receipt(wiring.who(), college)
                )  # fmt: skip
            kept = st.session_state.get("receipt.made")
            if isinstance(kept, tuple) and kept[0] == college:
                receipt_button(kept[1], f"账本回执-{kept[1]['seq']}.json", "receipt.now")


def _checked(college: str, data: bytes) -> None:
    try:
        receipt = _read(data)
        found = verify_receipt(receipt, wiring.store().keys.known_public() or "")
    except AlignError as error:
        st.error(error.line())
        return
    if not found.genuine:
        st.error(t("receipt.false"))
        html.show(f'<p class="al-note">{html.esc(found.problem)}</p>')
        return
    state, words = _in_chain(college, found)
    {"good": st.success, "bad": st.error, "open": st.warning}[state](words)
    html.show(
        html.facts(
            [
                (t("audit.col_seq"), str(found.seq)),
                (t("audit.col_time"), html.esc(_beijing(found.time))),
                (t("audit.col_event"), html.esc(t(f"event.{found.kind}") if found.kind else "")),
                (t("approve.digest"), f"<code>{html.esc(found.digest)}</code>"
                 if found.digest else ""),
            ]
        )
    )  # fmt: skip


def _read(data: bytes) -> dict[str, Any]:
    try:
        if len(data) > _LARGEST:
            raise ValueError
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            "这不是账本回执", expected="导出或批准时下载的 JSON 文件", remedy="请选择回执文件。"
        ) from error
    if not isinstance(found, dict):
        raise UsageError("这不是账本回执", expected="导出或批准时下载的 JSON 文件")
    return found


def _in_chain(college: str, found: ReceiptCheck) -> tuple[str, str]:
    """Whether the chain here still holds what the receipt says."""
    if found.college_id != college:
        return "open", t("receipt.elsewhere")
    entries = wiring.store().entries(
        wiring.who(), college_id=college, before_seq=found.seq + 1, limit=1
    )
    same = bool(entries) and entries[0].seq == found.seq and entries[0].hash == found.hash
    if same or found.seq == 0:
        return "good", t("receipt.good", seq=found.seq)
    return "bad", t("receipt.bad", seq=found.seq)
