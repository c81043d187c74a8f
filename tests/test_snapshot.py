"""A run kept and opened again: the same without decisions, and what people decided holds."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from align import pipeline, snapshot
from align.decisions import Grade, Pair
from align.embed import HashingEmbedder
from align.errors import ReadError
from align.gather import gather
from align.graph import item_node, unit_node
from align.links import pair_of
from align.records import Action, Course, CoverageState, Match, Proposal, Reading
from align.records_json import from_plain, to_plain
from align.snapshot import Snapshot
from tests.kit import MATCHER, ROOT, SETTINGS, write_files
from tests.review_kit import said


def run_of(folder: Path) -> pipeline.Result:
    """A run on files really written, one of which is no document."""
    write_files(folder)
    (folder / "course_standards/快递/坏的.docx").write_bytes(b"no document")
    (found,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    return pipeline.run(found, HashingEmbedder(), MATCHER, SETTINGS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("set")


@pytest.fixture(scope="module")
def made(folder: Path) -> pipeline.Result:
    return run_of(folder)


@pytest.fixture(scope="module")
def kept(made: pipeline.Result) -> bytes:
    return snapshot.dump(made)


@pytest.fixture(scope="module")
def snap(kept: bytes) -> Snapshot:
    return snapshot.load(kept)


def proposal(result: pipeline.Result, item_id: str) -> Proposal:
    return next(p for p in result.proposals if p.item_ids == (item_id,) and "item:" in p.id)


def share(result: pipeline.Result, item_id: str) -> tuple[float, CoverageState]:
    found = next(c for c in result.coverage if c.id.endswith(f"|{item_id}"))
    return found.share, found.state


# --- kept and opened ------------------------------------------------------------------------


def test_without_decisions_every_file_is_the_runs_own_byte_for_byte(
    made: pipeline.Result, snap: Snapshot, tmp_path: Path
) -> None:
    again = snapshot.result(snap)
    names = list(pipeline.FORMAT_FILES)
    first = pipeline.write(made, tmp_path / "first", formats=names)
    second = pipeline.write(again, tmp_path / "second", formats=names)
    assert [p.name for p in first] == [p.name for p in second]
    assert len(first) >= 8
    for a, b in zip(first, second, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name
    assert again.plan == made.plan
    assert (again.matches, again.run, dict(again.parts)) == (
        made.matches,
        made.run,
        dict(made.parts),
    )


def test_equal_runs_are_kept_as_equal_bytes(kept: bytes, tmp_path: Path) -> None:
    assert snapshot.dump(run_of(tmp_path)) == kept


def test_what_was_read_can_still_be_told_and_no_path_of_the_machine_is_kept(
    kept: bytes, snap: Snapshot, folder: Path
) -> None:
    names = {f.path.name: f for f in snap.gathered.files}
    assert names["坏的.docx"].error is not None and "坏的.docx" in names["坏的.docx"].error.line()
    reading = names["快件收派实务.csv"].reading
    assert reading is not None and [c.name for c in reading.courses] == ["快件收派实务"]
    assert str(folder) not in json.dumps(json.loads(gzip.decompress(kept)), ensure_ascii=False)
    assert snap.programme.name == "快递运营"


def test_the_probability_of_every_pair_is_kept_candidate_or_not(
    made: pipeline.Result, snap: Snapshot
) -> None:
    (matching,) = made.matchings
    for i, item in enumerate(matching.items):
        for j, unit in enumerate(matching.units):
            told = snap.probability((item.certificate_id, item.id, unit.course_id, unit.id))
            assert told == pytest.approx(matching.figures(i, j)[1], abs=2e-5)
    assert snap.probability(("证", "没有", "课", "没有")) is None


def test_all_pairs_of_a_run_do_not_become_candidates(folder: Path) -> None:
    (found,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    narrow = SETTINGS.with_values(candidates=3)
    every = pipeline.run(found, HashingEmbedder(), MATCHER, narrow, all_pairs=True)
    assert len(every.matches) > len(every.candidates)
    assert snapshot.load(snapshot.dump(every)).candidates == every.candidates


@pytest.mark.parametrize("cut", [0, 1, 20, 400, -1])
def test_damaged_bytes_are_refused_with_a_way_out(kept: bytes, cut: int) -> None:
    with pytest.raises(ReadError, match="重新运行"):
        snapshot.load(kept[:cut])


def test_other_data_and_a_newer_version_are_refused(kept: bytes) -> None:
    with pytest.raises(ReadError, match="重新运行"):
        snapshot.load(gzip.compress(b"[1, 2]"))
    data = json.loads(gzip.decompress(kept))
    del data["run"]["id"]
    with pytest.raises(ReadError, match="重新运行"):
        snapshot.load(gzip.compress(json.dumps(data).encode()))
    data["snapshot"] = snapshot.VERSION + 1
    with pytest.raises(ReadError, match="升级"):
        snapshot.load(gzip.compress(json.dumps(data).encode()))


def test_opening_and_deciding_load_no_model_library(kept: bytes, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(kept)
    code = (
        "import sys; from pathlib import Path; from align import snapshot\n"
        "s = snapshot.load(Path(sys.argv[1]).read_bytes())\n"
        "u, i = list(s.units)[-1], list(s.items)[0]\n"
        "snapshot.result(s, {(*i, *u): 2})\n"
        "print(','.join(sorted({'torch', 'transformers', 'sentence_transformers'}"
        " & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


# --- decided links --------------------------------------------------------------------------


def linked_pair(snap: Snapshot) -> Match:
    """The surest link of the run."""
    return max(snap.candidates, key=lambda m: m.probability)


def test_a_decided_none_removes_the_link_and_the_probability_stays(snap: Snapshot) -> None:
    m = linked_pair(snap)
    pairs = [p for p in snap.positions if p[:2] == (m.certificate_id, m.item_id)]
    before = snapshot.result(snap)
    assert proposal(before, m.item_id).action is not Action.SUPPLEMENT
    now = snapshot.result(snap, dict.fromkeys(pairs, 0))
    edge = now.graph.edges[
        unit_node(m.course_id, m.unit_id), item_node(m.certificate_id, m.item_id)
    ]
    assert (edge["strength"], edge["decided"]) == (0.0, 0)
    assert edge["probability"] == round(m.probability, 6)
    p = proposal(now, m.item_id)
    assert p.action is Action.SUPPLEMENT
    assert "教师已确认" in p.reason and "未讲授此项" in p.reason
    assert p.probability == m.probability, "what the machine said stands"
    assert not p.unsure, "nothing is left that could be unsure"
    assert not p.confirmed, "that no candidate teaches it is not yet that nobody does"
    assert share(now, m.item_id) == (0.0, CoverageState.UNMAPPED)


def test_a_decided_full_link_covers_the_item_also_where_the_machine_listed_nothing(
    snap: Snapshot,
) -> None:
    narrow = replace(snap, candidates=())
    item, unit = ("快件处理员", "中级-2.1.2"), ("快件收派实务", "快件收派实务#1")
    item = next(k for k in narrow.items if k[1] == item[1])
    pair: Pair = (*item, *unit)
    alone = snapshot.result(narrow)
    assert proposal(alone, item[1]).action is Action.SUPPLEMENT
    now = snapshot.result(narrow, {pair: 2})
    (m,) = now.matches
    assert (m.grade, m.features, pair_of(m)) == (2, (), pair)
    assert m.probability == pytest.approx(snap.probability(pair), abs=2e-5)
    assert m.evidence[0].unit_text in narrow.units[unit].points
    assert m.evidence[0].competency_text == narrow.items[item].printed
    p = proposal(now, item[1])
    assert (p.action, p.confirmed, p.unsure) == (Action.COVERED, True, False)
    assert "教师已确认完整讲授" in p.reason
    assert share(now, item[1]) == (1.0, CoverageState.COVERED)
    half = snapshot.result(narrow, {pair: 1})
    p = proposal(half, item[1])
    assert (p.action, p.confirmed) == (Action.EXTEND, False), "a measure needs a verdict"
    assert "教师已确认讲到一部分" in p.reason
    assert share(half, item[1]) == (SETTINGS.part_credit, CoverageState.PARTLY)


def test_decisions_on_another_runs_lines_are_passed_over(snap: Snapshot) -> None:
    grades: dict[Pair, Grade] = {("别的证书", "初级-1.1.1", "课", "课#1"): 2}
    assert snapshot.result(snap, grades).proposals == snapshot.result(snap).proposals


def test_what_is_missing_follows_the_links(snap: Snapshot) -> None:
    """An item that lists several things: another unit linked by a person shows other parts."""
    key = next(k for k, parts in snap.parts.items() if len(parts) > 1)
    before = dict(snapshot.result(snap).parts[key])
    strangers = [u for u in snap.units if u not in snap.linked_units[key]]
    now = dict(snapshot.result(snap, {(*key, *strangers[0]): 1}).parts[key])
    assert list(now) == list(before)
    assert all(now[part] >= before[part] for part in before), "more units show no less"
    none: dict[Pair, Grade] = {(*key, *u): 0 for u in snap.linked_units[key]}
    assert key not in snapshot.result(snap, none).parts


@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_deciding_quickly_gives_what_building_anew_gives(
    snap: Snapshot, data: st.DataObject
) -> None:
    pair = st.tuples(st.sampled_from(list(snap.items)), st.sampled_from(list(snap.units))).map(
        lambda p: (*p[0], *p[1])
    )
    grades = data.draw(st.dictionaries(pair, st.sampled_from([0, 1, 2]), max_size=12))
    quick = snapshot.result(snap, grades)
    slow = pipeline.apply(
        snap.gathered, quick.matches, quick.parts, snap.run, snap.settings
    )  # no base graph
    assert nx.utils.graphs_equal(quick.graph, slow.graph)
    assert list(quick.graph.edges) == list(slow.graph.edges), "exports follow this order"
    assert (quick.proposals, quick.coverage) == (slow.proposals, slow.coverage)
    shuffled = dict(data.draw(st.permutations(list(grades.items()))))
    assert snapshot.result(snap, shuffled).matches == quick.matches
    for p, grade in grades.items():
        edge = quick.graph.edges[unit_node(*p[2:]), item_node(*p[:2])]
        assert edge["strength"] == (0.0, SETTINGS.part_credit, 1.0)[grade]


# --- verdicts -------------------------------------------------------------------------------


def test_an_accepted_supplement_makes_unmapped_not_covered_and_nothing_else_does(
    snap: Snapshot,
) -> None:
    before = snapshot.result(snap)
    open_ones = [p for p in before.proposals if p.action is Action.SUPPLEMENT]
    assert open_ones, "the sample has an item that no unit teaches"
    p = open_ones[0]
    assert share(before, p.item_ids[0])[1] is CoverageState.UNMAPPED
    for verdict, state in (
        ("accept", CoverageState.NOT),
        ("reject", CoverageState.UNMAPPED),
    ):
        word = said(1, p.id, Action.SUPPLEMENT, verdict)
        now = snapshot.result(snap, verdicts={p.id: word})
        assert share(now, p.item_ids[0]) == (0.0, state)
        heard = proposal(now, p.item_ids[0])
        assert heard.action is Action.SUPPLEMENT, "what the rules propose stays"
        assert (heard.confirmed, heard.unsure) == (verdict == "accept", False)
        assert now.verdicts == {p.id: word} and not now.stale
    assert CoverageState.NOT not in {c.state for c in before.coverage}


def test_a_verdict_on_what_is_proposed_differently_now_is_stale(snap: Snapshot) -> None:
    p = next(p for p in snapshot.result(snap).proposals if p.action is Action.SUPPLEMENT)
    word = said(1, p.id, Action.SUPPLEMENT)
    pair: Pair = (p.certificate_id, p.item_ids[0], *next(iter(snap.units)))
    now = snapshot.result(
        snap, {pair: 2}, {p.id: word, "unit:不再有": said(2, "unit:不再有", Action.EXEMPT)}
    )
    assert now.verdicts == {}
    assert set(now.stale) == {p.id, "unit:不再有"}
    assert share(now, p.item_ids[0])[1] is CoverageState.COVERED
    assert snapshot.result(snap, {}, {p.id: word}).verdicts == {p.id: word}, "and back again"


# --- records as data ------------------------------------------------------------------------

# Damaged files give lone surrogates, sheets give line ends of every kind.  (Two halves of one
# character side by side are that character.)
TEXT = st.text(st.characters(exclude_categories=()), max_size=12).filter(
    lambda s: s.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") == s
)


@how(max_examples=60, deadline=None)
@given(
    st.one_of(
        *(
            st.from_type(kind)
            for kind in (Course, Match, Reading)
        )
    )
)  # fmt: skip
def test_every_record_comes_back_as_it_was(record: object) -> None:
    text = json.dumps(to_plain(record), ensure_ascii=True)
    back = from_plain(type(record), json.loads(text))
    assert json.dumps(to_plain(back), ensure_ascii=True) == text
    assert back == record or "NaN" in text  # which equals nothing


@given(TEXT, st.floats(allow_nan=False, allow_infinity=False))
def test_wild_text_and_numbers_come_back_as_they_were(text: str, number: float) -> None:
    course = Course(text, text, (), credits=number, nature=text)
    found = from_plain(Course, json.loads(json.dumps(to_plain(course), ensure_ascii=True)))
    assert found == course and type(found.credits) is float


def test_a_field_of_a_later_version_is_passed_over_and_a_missing_one_is_refused() -> None:
    assert from_plain(Course, {"id": "a", "name": "b", "units": [], "later": 1}).name == "b"
    with pytest.raises(TypeError):
        from_plain(Course, {"id": "a"})
    with pytest.raises(TypeError):
        to_plain({1, 2})
