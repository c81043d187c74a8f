"""The labelled samples that travel: whole, of people's labels, and never fitted on themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from align import evaluate, labelled
from align.errors import ReadError
from align.labels import read_actions, read_links
from align.places import labels_folder
from align.records import Action
from align.tune import Goal, expected_calibration_error, precision_recall, suggest

MATCHER = Path(__file__).resolve().parent.parent / "models" / "matcher.json"
PROGRAMMES = ("现代家政服务与管理", "现代物流管理", "软件技术")


def test_the_samples_are_the_labelled_programmes_whole() -> None:
    found = labelled.samples()
    assert found.programmes == PROGRAMMES
    assert len(found.table) == 90 * 88 + 94 * 90 + 91 * 117
    assert int(found.table.linked.sum()) == 164 + 142 + 140
    assert found.table.shown.probability.size == 10 * (90 + 94 + 91)
    assert len(found.decided) == 90 + 94 + 91
    assert all(Action.EXEMPT not in pair for pair in found.decided)
    assert set(found.table.weight.tolist()) == {1.0}


@pytest.mark.parametrize("name", PROGRAMMES)
def test_what_the_machine_said_is_of_a_fit_that_left_the_programme_out(name: str) -> None:
    """The file holds the very figures that the matcher tells of a programme left out."""
    told = json.loads(MATCHER.read_text(encoding="utf-8"))
    lines = (labels_folder() / f"{name}_left_out.tsv").read_text(encoding="utf-8").splitlines()
    head, *rows = (line.split("\t") for line in lines)
    items = [row[0] for row in rows]
    links = read_links(labels_folder() / f"{name}_links.tsv", set(items), set(head[2:]))
    grades = evaluate.grade_matrix(links, items, head[2:])
    said = np.array([[float(x) for x in row[2:]] for row in rows])
    figures = told["left_out_figures"][name]
    found = evaluate.pair_figures(said, grades, figures["threshold"])
    found |= evaluate.ranking_figures(said, grades) | evaluate.calibration_figures(said, grades)
    for key in ("hit@1", "average_precision", "f1_at_threshold", "ece"):
        assert found[key] == pytest.approx(figures[key], abs=0.002), key
    actions = read_actions(labels_folder() / f"{name}_actions.tsv", set(items))
    acted = evaluate.action_figures([row[1] for row in rows], [actions[i] for i in items])
    assert acted["action_accuracy"] == pytest.approx(
        told["left_out_actions"][name]["action_accuracy"], abs=0.0001
    )


def test_the_samples_are_enough_for_a_threshold_and_their_calibration_is_of_candidates() -> None:
    t = labelled.samples().table
    found = suggest(t, Goal("recall", 0.9))
    assert found.recall.value == pytest.approx(0.9, abs=0.03)
    assert found.recall.n == len(t)
    assert precision_recall(t, found.threshold)[1] >= 0.9
    # Over all pairs, nearly all of them far from a link, it would look five times smaller.
    assert expected_calibration_error(t) == pytest.approx(expected_calibration_error(t.shown))
    assert expected_calibration_error(t) > 0.01


def test_damaged_samples_are_said_to_be_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelled, "labels_folder", lambda: tmp_path)
    labelled.samples.cache_clear()
    with pytest.raises(ReadError, match="重新安装"):
        labelled.samples()
    (tmp_path / "某专业_left_out.tsv").write_text(
        "item_id\tproposed\t课#1\n初级-1\tcovered\n", encoding="utf-8"
    )
    with pytest.raises(ReadError, match="第2行"):
        labelled.samples()
    labelled.samples.cache_clear()
