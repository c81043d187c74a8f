"""A kept run recalculated as a run of its own, and the way back, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

from align import pipeline, snapshot
from align.embed import HashingEmbedder
from align.gather import gather
from align.snapshot import AS_SHIPPED, Snapshot
from tests.kit import MATCHER, SETTINGS, write_files


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = write_files(tmp_path_factory.mktemp("again"))
    (found,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    return snapshot.dump(pipeline.run(found, HashingEmbedder(), MATCHER, SETTINGS))


@pytest.fixture
def snap(kept: bytes) -> Snapshot:
    return snapshot.load(kept)


def test_a_loaded_run_gives_the_same_bytes_again(kept: bytes, snap: Snapshot) -> None:
    assert snapshot.dump_again(snap) == kept


def test_other_settings_make_another_run_and_the_way_back_is_exact(
    kept: bytes, snap: Snapshot
) -> None:
    other = SETTINGS.with_values(link_threshold=0.5)
    made = snapshot.recalculated(snap, other)
    assert made.run.id != snap.run.id
    assert made.run.settings_version == other.version
    assert dict(made.run.parameters)["link_threshold"] == 0.5
    assert made.run.model == snap.run.model
    assert snapshot.recalculated(snap, other).run == made.run
    again = snapshot.load(snapshot.dump_again(made))
    back = snapshot.result(snapshot.recalculated(again, SETTINGS))
    assert back.proposals == snapshot.result(snap).proposals
    assert back.coverage == snapshot.result(snap).coverage
    assert snapshot.result(again).proposals == snapshot.result(made).proposals


def test_a_calibration_is_named_in_the_run_and_never_laid_over_another(snap: Snapshot) -> None:
    first = snapshot.recalculated(snap, SETTINGS, (1.4, -0.3))
    assert snapshot.calibration_of(first.run.model) == (1.4, -0.3)
    assert snapshot.calibration_of(snap.run.model) == AS_SHIPPED
    second = snapshot.recalculated(first, SETTINGS, (0.8, 0.2))
    straight = snapshot.recalculated(snap, SETTINGS, (0.8, 0.2))
    assert second.run.model == straight.run.model
    assert np.allclose(
        [m.probability for m in second.candidates],
        [m.probability for m in straight.candidates],
        atol=1e-6,
    )
    back = snapshot.recalculated(first, SETTINGS)
    assert back.run.model == snap.run.model
    assert [m.probability for m in back.candidates] == pytest.approx(
        [m.probability for m in snap.candidates], abs=1e-6
    )


def test_between_two_calibrations() -> None:
    assert snapshot.between((1.4, -0.3), (1.4, -0.3)) == AS_SHIPPED
    slope, intercept = snapshot.between((2.0, 1.0), (1.0, 3.0))
    for odds in (-2.0, 0.0, 2.0):
        assert slope * (2.0 * odds + 1.0) + intercept == pytest.approx(odds + 3.0)
