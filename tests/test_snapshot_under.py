"""A kept run under other settings is what a new run under them would be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from align import pipeline, snapshot
from align.embed import HashingEmbedder
from align.gather import Gathered, gather
from align.settings import Settings
from align.snapshot import Snapshot, reach, recalibrated, under
from tests.kit import MATCHER, SETTINGS, write_files


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    folder = write_files(tmp_path_factory.mktemp("under"))
    (found,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    return found


def run(gathered: Gathered, settings: Settings) -> pipeline.Result:
    return pipeline.run(gathered, HashingEmbedder(), MATCHER, settings)


@pytest.fixture(scope="module")
def snap(gathered: Gathered) -> Snapshot:
    return snapshot.load(snapshot.dump(run(gathered, SETTINGS)))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"link_threshold": 0.1, "full_threshold": 0.2},
        {"link_threshold": 0.8, "full_threshold": 0.9},
        {"covered_share": 0.5, "part_credit": 0.8},
        {"missing_similarity": 0.8},
        {"depth_gap": 2, "practice_share": 0.9},
        {"exempt_course_share": 0.5, "unsure_low": 0.0, "unsure_high": 1.0},
    ],
)
def test_other_settings_give_what_a_new_run_under_them_gives(
    gathered: Gathered, snap: Snapshot, changes: dict[str, float]
) -> None:
    other = SETTINGS.with_values(**changes)
    fresh = run(gathered, other)
    shown = snapshot.result(under(snap, other))
    assert shown.proposals == fresh.proposals
    assert shown.coverage == fresh.coverage
    assert dict(shown.parts) == dict(fresh.parts)


def test_a_calibration_moves_every_probability_and_keeps_their_order(snap: Snapshot) -> None:
    lower = under(snap, snap.settings, (1.0, -1.0))
    before = [m.probability for m in snap.candidates]
    after = [m.probability for m in lower.candidates]
    assert all(b < a for a, b in zip(before, after, strict=True))
    assert np.argsort(before, kind="stable").tolist() == np.argsort(after, kind="stable").tolist()
    pair = snapshot.Snapshot.probability
    some = snap.candidates[0]
    key = (some.certificate_id, some.item_id, some.course_id, some.unit_id)
    assert pair(lower, key) == pytest.approx(
        float(recalibrated(pair(snap, key), (1.0, -1.0))), abs=1e-4
    )


def test_the_shipped_calibration_changes_nothing(snap: Snapshot) -> None:
    same = under(snap, snap.settings, snapshot.AS_SHIPPED)
    assert same.candidates == snap.candidates
    assert recalibrated(0.3, snapshot.AS_SHIPPED) == pytest.approx(0.3)
    assert 0 < recalibrated(0.0, (2.0, 0.0)) < recalibrated(1.0, (2.0, 0.0)) < 1


def test_how_low_a_threshold_the_kept_run_can_answer_for(snap: Snapshot) -> None:
    """On these few lines every pair is listed, so any threshold will do; with a shorter list
    the best pair left out is the limit."""
    assert reach(snap) == 0.0
    ranked = sorted(snap.candidates, key=lambda m: -m.probability)
    short = dataclasses.replace(snap, candidates=tuple(m for m in ranked if m is not ranked[3]))
    assert reach(short) == pytest.approx(ranked[3].probability, abs=1e-4)
