"""Small pieces of HTML; every text from a document is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from html import escape

import streamlit as st

from align.records import Action, Evidence
from align.ui.theme import ACTIONS
from align.ui.words import percent, t


def show(html: str) -> None:
    """Put HTML on the page."""
    st.html(html)


#: Streamlit's keys are dead while an input has the focus; a click on a radio or a check box gives
#: it one.  Only a pointer's click has a ``detail``: choosing with the arrow keys keeps its place.
_FREE_KEYS = """<script>
if (!window.alignFreeKeys) {
  window.alignFreeKeys = true;
  document.addEventListener("click", (event) => {
    if (!event.detail) return;
    setTimeout(() => {
      const at = document.activeElement;
      if (at && at.matches("input[type=radio], input[type=checkbox]")) at.blur();
    });
  }, true);
}
</script>"""


def free_keys() -> None:
    """Let the keys of the page answer after a click on a radio or a check box, too."""
    st.html(_FREE_KEYS, unsafe_allow_javascript=True)  # a constant: nothing of a document in it


def esc(text: str) -> str:
    """Text of a document as harmless HTML, its line breaks kept."""
    return escape(text).replace("\n", "<br>")


def header(title: str, lead: str) -> None:
    """A page's title and the sentence below it."""
    st.title(title, anchor=False)
    show(f'<p class="al-lead">{esc(lead)}</p>')


def section(title: str, note: str = "") -> None:
    """A heading inside a page, with a quiet note."""
    told = f'<p class="al-note">{esc(note)}</p>' if note else ""
    show(f'<div class="al-section"><h2>{esc(title)}</h2>{told}</div>')


def draft() -> None:
    """Says that nobody has reviewed this."""
    show(f'<div class="al-draft">{t("app.draft")}</div>')


def tag(text: str, colours: tuple[str, str] | None = None, kind: str = "al-plain") -> str:
    """A word in a coloured box."""
    if colours is None:
        return f'<span class="al-tag {kind}">{esc(text)}</span>'
    ink, ground = colours
    return f'<span class="al-tag" style="color:{ink};background:{ground}">{esc(text)}</span>'


def action_tag(action: Action, count: int | None = None) -> str:
    """An action in its colour, with how often it occurs."""
    name = t(f"action.{action}")
    return tag(name if count is None else f"{name} {count}", ACTIONS[action])


def unsure_tag(unsure: bool) -> str:
    """The mark of a proposal to be looked at first."""
    return tag(t("unsure"), kind="al-unsure") if unsure else ""


def track(share: float) -> str:
    """A bar as long as the share (0..1)."""
    width = min(max(share, 0.0), 1.0) * 100
    return f'<span class="al-track"><i style="width:{width:.1f}%"></i></span>'


def bar(name: str, share: float) -> str:
    """A named bar with its percentage."""
    return f'<div class="al-bar"><em>{esc(name)}</em>{track(share)}<u>{percent(share)}</u></div>'


def probability(value: float) -> str:
    """A probability as bar and figure."""
    return f'<span class="al-prob">{track(value)}{percent(value)}</span>'


def cards(entries: Iterable[tuple[str, str, str, str]]) -> str:
    """Figures side by side: (name, figure, small print, colour or "")."""
    given = list(entries)
    columns = f"grid-template-columns:repeat({len(given)},minmax(0,1fr))"
    # On a narrow screen more than five stand in two rows.
    kind = "al-cards" + (f" al-rows{(len(given) + 1) // 2}" if len(given) > 5 else "")
    return f'<div class="{kind}" style="{columns}">' + "".join(
        f'<div class="al-card"><span>{esc(name)}</span>'
        f'<b style="color:{colour or "inherit"}">{esc(figure)}</b><small>{esc(small)}</small></div>'
        for name, figure, small, colour in given
    ) + "</div>"  # fmt: skip


def facts(entries: Iterable[tuple[str, str]]) -> str:
    """Names and values under each other; values are HTML already."""
    inner = "".join(f"<dt>{esc(k)}</dt><dd>{v}</dd>" for k, v in entries if v)
    return f'<dl class="al-facts">{inner}</dl>'


def whole(words: Iterable[str]) -> str:
    """Words one after the other, each kept on one line."""
    return t("comma").join(f'<span class="al-keep">{esc(word)}</span>' for word in words)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table; cells are HTML already, ``numbers`` are columns that must not wrap."""
    head = "".join(f"<th>{esc(h)}</th>" for h in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="al-n">{cell}</td>' if k in numbers else f"<td>{cell}</td>"
            for k, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="al-scroll"><table class="al-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def quote(label: str, text: str, cite: str) -> str:
    """A quotation with where it stands; ``text`` is HTML already."""
    return f'<div class="al-quote"><label>{esc(label)}</label>{text}<cite>{esc(cite)}</cite></div>'


def marked(text: str, words: Iterable[str]) -> str:
    """Escaped text with the words marked, whatever their case; the longest wins."""
    wanted = sorted({w for w in words if w.strip()}, key=lambda w: (-len(w), w))
    if not wanted:
        return esc(text)
    pattern = re.compile("|".join(re.escape(w) for w in wanted), re.IGNORECASE)
    out, end = [], 0
    for found in pattern.finditer(text):
        out += [esc(text[end : found.start()]), f"<mark>{esc(found.group())}</mark>"]
        end = found.end()
    return "".join(out) + esc(text[end:])


def shared_words(evidence: Iterable[Evidence]) -> list[tuple[str, str]]:
    """Every pair of words that ties the two sides, once; parts of longer ones left out."""
    pairs = list(dict.fromkeys(pair for e in evidence for pair in e.shared))
    return [
        (a, b)
        for a, b in pairs
        if not any((a, b) != (c, d) and a in c and b in d for c, d in pairs)
    ]


def difference(old: str, new: str) -> str:
    """The new text as HTML, what was not in the old one marked, what is gone struck out."""
    out = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what in {"delete", "replace"}:
            out.append(f"<del>{esc(old[i:j])}</del>")
        if what in {"insert", "replace"}:
            out.append(f"<mark>{esc(new[k:m])}</mark>")
        elif what == "equal":
            out.append(esc(new[k:m]))
    return "".join(out)
