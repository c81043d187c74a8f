"""阈值: what the reviewed pairs say, or, where they are too few, the labelled samples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from align import tune
from align.labelled import samples
from align.places import models_folder
from align.records import Action
from align.tune import Figure, Table, TooFewError
from align.tune.goals import FEWEST
from align.ui import wiring
from align.ui.components import html
from align.ui.components.tune_charts import calibration_curve, threshold_curve
from align.ui.tuning import Own
from align.ui.words import language, percent, t
from align.ui.words.zh import ZH

V = TypeVar("V")
NAMES = ("precision", "recall", "f1", "ece")


def figures(found: Own, threshold: float) -> None:
    """Everything that speaks for or against the thresholds, each with its number of pairs."""
    lack = too_few(found)
    if lack is None:
        _of(found.table, found.version, threshold, t("tune.own_pairs"), t("tune.interval"))
        _confusion(found.decided, found.rejected)
        return
    told = samples_words()
    html.show(f'<div class="al-draft">{html.esc(lacking(lack))}<br>{html.esc(told)}</div>')
    shipped = samples()
    _of(shipped.table, "samples", threshold, t("tune.sample_pairs"), t("tune.interval_samples"))
    _left_out()
    if found.decided or sum(found.rejected.values()):
        _confusion(found.decided, found.rejected)
    else:
        _confusion(shipped.decided, {}, t("tune.confusion_samples"))


def samples_words() -> str:
    """What the labelled samples are, and that they are not the college's own."""
    shipped = samples()
    return t("tune.shipped", names=t("comma").join(shipped.programmes), n=f"{len(shipped.table):,}",
             linked=int(shipped.table.linked.sum()))  # fmt: skip


def too_few(found: Own) -> TooFewError | None:
    """Why the college's own pairs say nothing yet; None where they do."""
    try:
        tune.enough(found.table, links=FEWEST, others=FEWEST)
    except TooFewError as error:
        return error
    return None


def basis(found: Own) -> None:
    """On how many pairs all this rests, and how they came to be reviewed."""
    linked = int(found.table.linked.sum())
    told = t(
        "tune.basis", n=len(found.table), linked=linked, spaces=found.workspaces, drawn=found.drawn
    )
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    if len(found.table) and not found.drawn:
        html.show(f'<div class="al-draft">{html.esc(t("tune.flatters"))}</div>')


def lacking(error: TooFewError) -> str:
    """What there is and what is needed, in the language of the screens."""
    named = "goal.too_few_exempt" if "免修" in error.what else "tune.too_few"
    if language() == "zh":
        got, expected = (str(x).replace("；", "、") for x in (error.got, error.expected))
        return t(named, got=got, expected=expected)
    words = {
        "有关联的配对": "linked pairs", "无关联的配对": "pairs without a link",
        "涉及的技能要求": "competencies with a reviewed pair",
        "已决定的免修建议": "decided exemptions", "涉及的课程": "courses they belong to",
        "至少": " at least", "；": "; ",
    }  # fmt: skip
    got, expected = str(error.got), str(error.expected)
    for chinese, english in words.items():
        got, expected = got.replace(chinese, english), expected.replace(chinese, english)
    return t(named, got=got, expected=expected)


def figure(value: Figure) -> str:
    """A figure with its interval: ``81% (75–86%)``."""
    if value.value != value.value:
        return "—"
    if value.low != value.low:
        return f"{100 * value.value:.1f}%"
    return f"{100 * value.value:.1f}% ({100 * value.low:.1f}–{100 * value.high:.1f}%)"


def _of(table: Table, version: str, threshold: float, name: str, note: str) -> None:
    html.section(t("tune.at", threshold=f"{threshold:g}"), note)
    at = remembered("at", (version, threshold), lambda: tune.at_threshold(table, threshold))
    html.show(
        html.cards(
            (
                t(f"tune.{figure_name}"),
                f"{100 * value.value:.1f}%",
                t("tune.card", low=f"{100 * value.low:.1f}", high=f"{100 * value.high:.1f}",
                  n=f"{value.n:,}"),
                "",
            )
            for figure_name, value in ((x, at[x]) for x in NAMES)
        )
    )  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        html.section(t("tune.curve"))
        points = remembered("curve", version, lambda: tune.curve(table))
        threshold_curve(points, threshold, f"tune.curve.{language()}")
    with right:
        html.section(t("tune.calibration"))
        calibration_curve([(name, tune.calibration(table))], f"tune.ece.{language()}")


# --- what was measured when the matcher was made ------------------------------------------------


def _left_out() -> None:
    data = wiring.bench().once(("matcher.json", str(models_folder())), _matcher)
    rows = []
    for field, f in data.get("left_out_figures", {}).items():
        size = next((x for x in data.get("fitted_on", []) if x.startswith(f"{field}:")), "")
        rows.append(
            [
                html.esc(_field(field)), f"{f['threshold']:g}",
                *(percent(f[k]) for k in ("precision_at_threshold", "recall_at_threshold",
                                          "f1_at_threshold")),
                f"{f['ece']:.3f}", html.esc(_size(size.partition(": ")[2])),
            ]
        )  # fmt: skip
    if rows:
        html.section(t("tune.left_out"), t("tune.left_out_note"))
        heads = ["field", "threshold", "precision", "recall", "f1", "ece", "size"]
        html.show(html.table([t(f"tune.{h}") for h in heads], rows, numbers=(1, 2, 3, 4, 5)))


def _field(name: str) -> str:
    """A labelled programme by its name; those fitted on besides the samples have one here."""
    return t(f"field.{name}") if f"field.{name}" in ZH else name


def _size(told: str) -> str:
    numbers = [x for x in told.replace(",", "").split() if x.isdigit()]
    return t("tune.size_of", items=numbers[0], units=numbers[1], links=numbers[2]) if len(
        numbers
    ) == 3 else told  # fmt: skip


def _matcher() -> Mapping[str, Any]:
    data = json.loads((models_folder() / "matcher.json").read_text(encoding="utf-8"))
    return data if isinstance(data, dict) else {}


# --- actions ------------------------------------------------------------------------------------


def _confusion(
    decided: Sequence[tuple[Action, Action]], rejected: Mapping[Action, int], note: str = ""
) -> None:
    html.section(t("tune.confusion"), note or t("tune.confusion_note"))
    counts = Counter(decided)
    away = {a: rejected.get(a, 0) for a in Action}
    if not decided and not sum(away.values()):
        html.show(f'<p class="al-note">{html.esc(t("tune.no_verdicts"))}</p>')
        return
    rows = []
    for proposed in Action:
        cells = [counts[action, proposed] for action in Action]
        total = sum(cells) + away[proposed]
        if total:
            numbers = [f"<b>{n}</b>" if a is proposed else str(n) for a, n in
                       zip(Action, cells, strict=True)]  # fmt: skip
            rows.append([html.action_tag(proposed), *numbers, str(away[proposed]), str(total)])
    heads = [t("tune.proposed"), *(t(f"action.{a}") for a in Action), t("verdict.reject"),
             t("tune.total")]  # fmt: skip
    html.show(html.table(heads, rows, numbers=range(1, len(heads))))
    accuracy = tune.confusion(decided).accuracy
    told = t("tune.accuracy", figure=figure(accuracy), n=accuracy.n,
             rejected=sum(away.values()))  # fmt: skip
    html.show(f'<p class="al-note">{html.esc(told)}</p>')


def remembered(name: str, key: Hashable, make: Callable[[], V]) -> V:
    """A value of this session, made anew when its key has changed; one is kept of each name."""
    kept = st.session_state.get(f"remembered.{name}")
    if isinstance(kept, tuple) and kept[0] == key:
        found: V = kept[1]
        return found
    made = make()
    st.session_state[f"remembered.{name}"] = (key, made)
    return made
