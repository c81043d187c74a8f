"""SSSOM, CASE, Parquet and matches.csv: other programs accept them, and they come back whole."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from align.errors import ReadError, UsageError
from align.export.case import case_packages, case_zip
from align.export.case_read import read_case
from align.export.exchange import LIMIT, Origin, PairRow, decoded, encoded
from align.export.parquet import matches_parquet
from align.export.sssom import number, sssom_tsv
from align.export.sssom_read import read_sssom
from align.export.tables import matches_csv
from align.export.tables_read import read_matches_csv
from align.export.words import clean, guard, one_line, unguard
from align.links import pair_of
from align.records import Action, Certificate, Course, Place, Proposal
from align.settings import Settings
from tests import kit
from tests import plan_records as given_
from tests.case_schema import PACKAGE
from tests.exchange_kit import (
    HOSTILE,
    all_certificates,
    all_courses,
    decision,
    pairs_of,
    tidy,
    verdict,
    wild,
)

COURSES, CERTIFICATES = given_.courses(), given_.certificates()
RUN, SETTINGS = given_.run(), Settings()
ORIGIN = Origin("https://course.example.edu.cn/align", date(2026, 5, 1), college="示例职业技术学院")
MATCHES = given_.matches()
slow = how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def sssom(*, decisions: Any = (), origin: Origin = ORIGIN, matches: Any = MATCHES) -> bytes:
    return sssom_tsv(matches, COURSES, CERTIFICATES, SETTINGS, RUN, origin, decisions)


def table(data: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """(metadata lines, rows) as a reader that knows nothing of us sees them."""
    text = data.decode("utf-8")
    head = [line for line in text.split("\n") if line.startswith("#")]
    body = text[sum(len(line) + 1 for line in head) :]
    return head, list(csv.DictReader(io.StringIO(body, newline=""), delimiter="\t"))


# --- SSSOM: what it says ---------------------------------------------------------------------


def test_a_row_for_every_candidate_and_every_decision() -> None:
    first, second, third = MATCHES[0], MATCHES[1], MATCHES[2]
    new = ("coldchain", "高级-2.2.1", "冷库运营实务", "冷库运营实务#3")
    said = [
        decision(pair_of(first), 2, "教得全"),
        decision(pair_of(second), 0),
        decision(pair_of(second), 1, reviewer="p-9", id="d2"),
        decision(pair_of(third), None),  # taken back: the machine's row stands again
        decision(new, 1, probability=None),
    ]
    _, rows = table(sssom(decisions=said))
    assert len(rows) == len(MATCHES) - 2 + 4
    people = [r for r in rows if r["mapping_justification"] == "semapv:ManualMappingCuration"]
    assert sorted(r["predicate_id"] + r["predicate_modifier"] for r in people) == [
        "skos:closeMatch", "skos:relatedMatch", "skos:relatedMatch", "skos:relatedMatchNot",
    ]  # fmt: skip
    assert all(r["reviewer_label"] == "王老师" and not r["confidence"] for r in people)
    (full_one,) = [r for r in people if r["predicate_id"] == "skos:closeMatch"]
    assert full_one["comment"] == "教得全" and full_one["mapping_date"] == "2026-03-04"
    assert f"probability={number(0.4)}" in full_one["other"]
    machine = [r for r in rows if r["mapping_justification"] == "semapv:CompositeMatching"]
    assert len(machine) == len(MATCHES) - 2
    assert all(0 <= float(r["confidence"]) <= 1 and not r["predicate_modifier"] for r in machine)
    full = {r["predicate_id"] for r in machine if float(r["confidence"]) >= SETTINGS.full_threshold}
    assert full == {"skos:closeMatch"}
    part = {r["predicate_id"] for r in machine if float(r["confidence"]) < SETTINGS.full_threshold}
    assert part == {"skos:relatedMatch"}


def test_a_grade_without_a_decision_is_a_persons_row_without_a_name() -> None:
    match = replace(MATCHES[0], grade=0)
    _, (row,) = table(sssom(matches=[match]))
    assert row["predicate_modifier"] == "Not" and "confidence" not in row
    (back,) = read_sssom(sssom(matches=[match])).rows
    assert (back.grade, back.probability) == (0, round(match.probability, 4))


def test_the_head_names_the_set_and_never_a_day_that_nobody_gave() -> None:
    head, _ = table(sssom())
    assert '#mapping_date: "2026-05-01"' in head and "#mapping_tool: shuzheng-align" in head
    assert '#  item: "https://course.example.edu.cn/align/competency/"' in head
    undated, _ = table(sssom(origin=Origin()))
    assert not any("date" in line for line in undated)
    assert '#license: "https://w3id.org/sssom/license/unspecified"' in undated
    decided, _ = table(sssom(decisions=[decision(pair_of(MATCHES[0]), 2)]))
    version = "#mapping_set_version: "
    assert [x for x in head if x.startswith(version)] != [x for x in decided if version in x]


def test_the_file_does_not_hang_on_the_order_of_its_input() -> None:
    said = [decision(pair_of(m), 1) for m in MATCHES[:5]]
    assert sssom(decisions=said) == sssom(decisions=said[::-1], matches=MATCHES[::-1])


# --- SSSOM: sssom-py accepts it -----------------------------------------------------------------

# In a process of its own: importing sssom-py takes five seconds, changes an option of pandas for
# everybody and warns of it, and warnings are errors here.
SSSOM_PY = """
import json, logging, sys
heard = []
class Heard(logging.Handler):
    def emit(self, record):
        heard.append(record.getMessage())
logging.getLogger().addHandler(Heard(logging.WARNING))
from sssom.parsers import parse_sssom_table
from sssom.validators import validate
found = []
for path in sys.argv[1:]:
    heard.clear()
    msdf = parse_sssom_table(path)
    reports = validate(msdf, fail_on_error=False)
    found.append({
        "rows": len(msdf.df), "heard": list(heard), "first": msdf.df.iloc[:1].to_dict("records"),
        "wrong": [r.message for report in reports.values() for r in report.results],
        "checks": len(reports), "comments": [c for c in msdf.df.get("comment", [])],
    })
print(json.dumps(found))
"""


def test_sssom_py_reads_every_row_and_finds_nothing_wrong(tmp_path: Path) -> None:
    notes = [t for t in HOSTILE if clean(t).strip()]
    hostile = [
        decision(("证/书", note, "课|程", f"#{k}"), k % 3, note, reviewer=note, reviewer_name=note)
        for k, note in enumerate(notes)
    ]
    files = {
        "plain": (sssom(origin=Origin()), len(MATCHES)),
        "hostile": (sssom(decisions=hostile), len(MATCHES) + len(hostile)),
        "people": (sssom(matches=(), decisions=hostile[:2]), 2),
        "programme": (sssom(origin=replace(ORIGIN, programme='a: "b"\\\n# 𠮷\x85')), len(MATCHES)),
        "broken": (sssom().replace(b"semapv:Composite", b"semapv:Guessed"), len(MATCHES)),
    }
    for name, (data, _) in files.items():
        (tmp_path / f"{name}.sssom.tsv").write_bytes(data)
    paths = [str(tmp_path / f"{name}.sssom.tsv") for name in files]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SSSOM_PY, *paths],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = dict(zip(files, json.loads(done.stdout), strict=True))
    assert found.pop("broken")["wrong"], "the checks can fail"
    for name, said in found.items():
        assert said["wrong"] == [] and said["checks"] == 3, (name, said["wrong"][:3])
        assert said["heard"] == [], name
        assert said["rows"] == files[name][1], name
    assert found["plain"]["first"][0]["subject_label"] == "能检查冷藏车厢密封、清洁与排水"
    # What pandas takes for "no value" or a line end is its reading, the rest is as written.
    read = {c for c in found["hostile"]["comments"] if c}
    wanted = {guard(n) for n in notes if not {"\r", "\n"} & set(n)} - {"null", "NA", "nan"}
    assert wanted - read == set()


# --- SSSOM: it comes back -----------------------------------------------------------------------


@slow
@given(pairs_of(), all_courses(), all_certificates(), wild)
def test_sssom_comes_back_whole(
    found: Any, courses: tuple[Course, ...], certificates: tuple[Certificate, ...], name: str
) -> None:
    matches, decisions = found
    origin = replace(ORIGIN, programme=name or "专业")
    data = sssom_tsv(matches, courses, certificates, SETTINGS, RUN, origin, decisions)
    back = read_sssom(data)
    assert back.problems == ()
    title = clean(f"{origin.programme}：职业技能要求与课程内容对照")
    assert dict(back.about)["mapping_set_title"] == title
    decided = {d.pair for d in decisions}
    listed = {pair_of(m): m for m in matches}
    machine = {r.pair: r for r in back.rows if r.grade is None}
    assert machine.keys() == listed.keys() - decided
    for pair, row in machine.items():
        assert (row.probability, row.score) == (listed[pair].probability, listed[pair].score)
    said = sorted((r for r in back.rows if r.grade is not None), key=str)
    wanted = sorted((_row(d, listed) for d in decisions), key=str)
    kept = [
        PairRow(
            r.pair, r.probability, r.grade, r.reviewer, r.reviewer_name, r.note, r.time, r.stage
        )
        for r in said
    ]
    assert sorted(kept, key=str) == wanted
    texts = {(c.id, i.id): clean(i.text) for c in certificates for i in c.competencies}
    for row in back.rows:
        assert row.item == texts.get((row.pair[0], row.pair[1]), clean(row.pair[1]))


def _row(d: Any, listed: Any) -> PairRow:
    return PairRow(
        d.pair, d.probability, d.grade, d.reviewer, clean(d.reviewer_name), clean(d.note), d.time,
        d.stage,
    )  # fmt: skip


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_identifiers_of_any_text_come_back(parts: list[str]) -> None:
    assert decoded(encoded(*parts)) == tuple(parts)
    assert encoded(*parts).isascii()


@given(wild)
def test_a_guarded_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == clean(text)


def test_words_and_similarity_come_back() -> None:
    match = next(m for m in MATCHES if m.unit_id == "冷库运营实务#1" and m.item_id == "初级-1.1.1")
    (row,) = read_sssom(sssom(matches=[match])).rows
    assert row.words == ("温度", "货位=储位")
    assert row.similarity == round(match.evidence[0].similarity, 4)
    assert row.unit == COURSES[1].units[0].content
    assert dict(row.other)["subject_category"] == "初级 / 1 到货验收 / 1.1 车辆与货品查验"


OTHERS = """#curie_map:
#  a: "https://course.example.edu.cn/align/competency/"
#  b: https://course.example.edu.cn/align/unit/
#mapping_set_id: https://other.example/1
#license: https://creativecommons.org/licenses/by/4.0/
#mapping_tool: elsewhere
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tpredicate_modifier\textra
a:c/1\tskos:exactMatch\tb:k/1\tsemapv:LexicalMatching\t0.75\t\t甲
a:c/1\tskos:broadMatch\tb:k/2\tsemapv:MappingReview\t\t\t
a:c/2\tskos:exactMatch\tb:k/1\tsemapv:ManualMappingCuration\t\tNot\t
a:c/2\tskos:exactMatch\tb:k/2\tsemapv:LexicalMatching\t0.9\tNot\t
a:c/3\towl:sameAs\tb:k/1\tsemapv:LexicalMatching\t0.9\t\t
x:c/3\tskos:exactMatch\tb:k/1\tsemapv:LexicalMatching\t0.9\t\t
a:c/4\tskos:exactMatch\tb:k/1\tsemapv:LexicalMatching\t7\t\t
"""


def test_another_programs_file_is_read_as_far_as_it_speaks_of_our_pairs() -> None:
    found = read_sssom(OTHERS.encode())
    assert [(r.pair[1], r.pair[3], r.grade, r.probability, r.line) for r in found.rows] == [
        ("1", "1", None, 0.75, 8),
        ("1", "2", 1, None, 9),
        ("2", "1", 0, None, 10),
        ("4", "1", None, None, 14),
    ]
    assert dict(found.rows[0].other)["extra"] == "甲"
    assert dict(found.rows[0].other)["mapping_tool"] == "elsewhere"
    assert [(p.code, p.severity, str(p.place)) for p in found.problems] == [
        ("machine-not", "error", "第11行"),
        ("unknown-predicate", "error", "第12行"),
        ("foreign-identifier", "error", "第13行"),
        ("no-number", "warning", "第14行"),
    ]


def test_what_somebody_changed_in_the_file_counts() -> None:
    data = sssom(matches=MATCHES[:1], decisions=[decision(pair_of(MATCHES[0]), 2)])
    changed = data.replace(b"skos:closeMatch", b"skos:relatedMatch")
    found = read_sssom(b"\xef\xbb\xbf" + changed.replace(b"\n", b"\r\n"))
    assert found.rows[0].grade == 1
    assert [p.code for p in found.problems] == ["grade-differs"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是 SSSOM 对照表：缺少列|文件里没有对照表"),
        (b"a\tb\n", "不是 SSSOM 对照表：缺少列.*subject_id"),
        ("证书与课程".encode("gbk"), "不是 UTF-8"),
        (b"#a: [\nsubject_id\n", "文件头读不懂"),
        (b"#- a\nsubject_id\n", "文件头读不懂"),
        (b"#a: " + b"[" * 50_000 + b"\nsubject_id\n", "文件头读不懂"),
        (b"#" + b"x" * 200_000 + b"\n", "文件头太长"),
        (b"x" * (LIMIT + 1), "文件太大"),
        (sssom(matches=MATCHES[:1]) + b'"' + b"x" * 200_000, "表格读不懂"),
    ],
)
def test_what_is_no_sssom_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_sssom(data, "对照.tsv")


# --- CASE ------------------------------------------------------------------------------------


def packages(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"decisions": (), "verdicts": {}, "origin": ORIGIN, **more}
    return case_packages(MATCHES, COURSES, CERTIFICATES, given_.proposals(), SETTINGS, RUN, **given)


def check(found: dict[str, Any]) -> None:
    """The published schema holds, and every association has its two ends."""
    validator = jsonschema.Draft202012Validator(PACKAGE)
    names: set[str] = set()
    for name, package in found.items():
        for error in validator.iter_errors(json.loads(json.dumps(package))):
            raise AssertionError(f"{name}: {error.json_path}: {error.message}")
        things = [package["CFDocument"], *package["CFItems"], *package["CFAssociations"]]
        names |= {t["identifier"] for t in [package["CFDocument"], *package["CFItems"]]}
        identifiers = [t["identifier"] for t in things]
        assert len(identifiers) == len(set(identifiers)), name
        datetime.fromisoformat(package["CFDocument"]["lastChangeDateTime"])
    for name, package in found.items():
        for a in package["CFAssociations"]:
            tree = a["associationType"] == "isChildOf"
            ends = [a[e]["identifier"] in names for e in ("originNodeURI", "destinationNodeURI")]
            assert all(ends) or not tree, name
            group = a.get("CFAssociationGroupingURI")
            if group:
                groups = package["CFDefinitions"]["CFAssociationGroupings"]
                assert group["identifier"] in {g["identifier"] for g in groups}


def kinds(package: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for a in package["CFAssociations"]:
        found[a["associationType"]] = found.get(a["associationType"], 0) + 1
    return found


def test_the_packages_hold_the_published_schema() -> None:
    found = packages()
    assert list(found) == [
        "certificate-1.json", "certificate-2.json", "courses.json", "crosswalk.json",
    ]  # fmt: skip
    check(found)
    check(packages(origin=Origin()))
    items = found["certificate-1.json"]["CFItems"]
    types = [i["CFItemType"] for i in items]
    assert (types.count("等级"), types.count("工作任务"), types.count("职业技能要求")) == (
        3,
        12,
        60,
    )
    assert items[-1]["uri"].startswith("https://course.example.edu.cn/align/CFItems/")
    assert packages(origin=Origin())["courses.json"]["CFDocument"]["uri"].startswith("urn:uuid:")


def test_the_schema_that_is_checked_against_can_fail() -> None:
    for spoil in ("creator", "title", "lastChangeDateTime", "uri", "identifier"):
        found = packages()
        del found["courses.json"]["CFDocument"][spoil]
        with pytest.raises(AssertionError, match=spoil):
            check(found)
    found = packages()
    found["courses.json"]["CFItems"][0]["hours"] = 4
    with pytest.raises(AssertionError, match="hours"):
        check(found)
    found = packages()
    found["crosswalk.json"]["CFAssociations"][0]["associationType"] = "补充"
    with pytest.raises(AssertionError, match="associationType"):
        check(found)


def test_the_crosswalk_has_links_and_proposals_of_their_own_types() -> None:
    walk = packages()["crosswalk.json"]
    linked = [m for m in MATCHES if m.probability >= SETTINGS.link_threshold]
    full = [m for m in linked if m.probability >= SETTINGS.full_threshold]
    found = kinds(walk)
    assert found["exactMatchOf"] == len(full)
    assert found["isRelatedTo"] == len(linked) - len(full)
    proposed = [p for p in given_.proposals() if p.action is not Action.COVERED]
    for action in ("supplement", "extend", "strengthen", "exempt"):
        mine = [p for p in proposed if p.action == action]
        ends = [len(p.item_ids) * (1 if action == "supplement" else max(1, len(p.unit_ids)))
                for p in mine if not p.id.startswith("course:")]  # fmt: skip
        ends += [len(p.item_ids) for p in mine if p.id.startswith("course:")]
        assert found[f"ext:{action}"] == sum(ends) > 0
    assert len(walk["CFDefinitions"]["CFAssociationGroupings"]) == len(proposed)
    machine = [a for a in walk["CFAssociations"] if a["associationType"] == "exactMatchOf"]
    assert {a["notes"] for a in machine} == {"机器建议，未经教师确认。"}


def test_what_people_decided_holds_in_the_crosswalk() -> None:
    first, weak = (f(MATCHES, key=lambda m: m.probability) for f in (max, min))
    proposals = {p.id: p for p in given_.proposals()}
    by_action = {p.action: p for p in given_.proposals()}
    supplement, extend = by_action[Action.SUPPLEMENT], by_action[Action.EXTEND]
    covered = by_action[Action.COVERED]
    verdicts = {
        supplement.id: verdict(supplement.id, Action.SUPPLEMENT, None),
        extend.id: verdict(extend.id, Action.EXTEND, Action.STRENGTHEN, hours=4.0),
        covered.id: verdict(
            covered.id, Action.COVERED, Action.SUPPLEMENT, course_id="物流信息技术"
        ),
    }
    said = (decision(pair_of(first), 0, "无关"), decision(pair_of(weak), 2))
    before, found = packages(), packages(decisions=said, verdicts=verdicts)
    check(found)
    walk = found["crosswalk.json"]
    assert walk["CFDocument"]["lastChangeDateTime"] == "2026-04-05T06:07:08Z"
    denied = [a for a in walk["CFAssociations"] if a["associationType"] == "ext:noMatch"]
    assert [a["notes"] for a in denied] == ["无关"]
    was, now = kinds(before["crosswalk.json"]), kinds(walk)
    assert now["ext:supplement"] == was["ext:supplement"]  # one rejected, one made of a covered
    assert now["ext:extend"] == was["ext:extend"] - len(extend.unit_ids)
    assert now["ext:strengthen"] == was["ext:strengthen"] + len(extend.unit_ids)
    for name in ("certificate-1.json", "courses.json"):
        assert found[name] == before[name], "a framework does not change with what is decided"
    back = read_case(_zip(found))
    assert back.problems == ()
    assert {p.id: p for p in back.proposals}[covered.id] == proposals[covered.id]
    heard = {v.subject: v for v in back.verdicts}
    assert heard[supplement.id].action is None and heard[supplement.id].verdict == "reject"
    assert heard[extend.id].hours == 4.0 and heard[extend.id].action is Action.STRENGTHEN
    assert heard[covered.id].course_id == "物流信息技术"
    assert heard[covered.id].time == datetime(2026, 4, 5, 6, 7, 8, tzinfo=UTC)
    people = {r.pair: r for r in back.rows if r.grade is not None}
    assert people[pair_of(first)].grade == 0 and people[pair_of(first)].note == "无关"
    assert people[pair_of(weak)].probability == said[1].probability


def _zip(found: dict[str, Any], names: Any = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names or found:
            archive.writestr(name, json.dumps(found[name]))
    return out.getvalue()


def test_the_records_come_back_equal() -> None:
    data = case_zip(MATCHES, COURSES, CERTIFICATES, given_.proposals(), SETTINGS, RUN, ORIGIN)
    again = case_zip(
        MATCHES[::-1], COURSES, CERTIFICATES, given_.proposals(), SETTINGS, RUN, ORIGIN
    )
    assert data == again
    back = read_case(data)
    assert back.problems == ()
    assert back.certificates == CERTIFICATES and back.courses == COURSES
    wanted = {p.id: p for p in given_.proposals() if p.action is not Action.COVERED}
    assert {p.id: p for p in back.proposals} == wanted
    linked = {pair_of(m): m for m in MATCHES if m.probability >= SETTINGS.link_threshold}
    assert {r.pair: r.probability for r in back.rows} == {
        k: m.probability for k, m in linked.items()
    }


@slow
@given(pairs_of(), all_courses(), all_certificates(), wild, st.data())
def test_any_case_package_holds_the_schema_and_comes_back_whole(
    found: Any, courses: tuple[Course, ...], certificates: tuple[Certificate, ...], name: str,
    data: st.DataObject,
) -> None:  # fmt: skip
    matches, decisions = found
    proposals = [
        Proposal(
            f"item:{k}", data.draw(st.sampled_from([a for a in Action if a != "covered"])),
            data.draw(wild), "c", (data.draw(wild),), data.draw(wild), (data.draw(wild),),
            data.draw(wild), 0.5, missing=(data.draw(wild),), settings=((data.draw(wild), 0.25),),
        )
        for k in range(data.draw(st.integers(0, 2)))
    ]  # fmt: skip
    origin = replace(ORIGIN, college=name, programme=name)
    made = case_packages(
        matches, courses, certificates, proposals, SETTINGS, RUN, origin, decisions
    )
    check(made)
    back = read_case(_zip(made))
    assert back.problems == ()
    assert back.certificates == tuple(map(tidy, certificates))
    assert back.courses == tuple(map(tidy, courses))
    assert sorted(back.proposals, key=str) == sorted(map(tidy, proposals), key=str)
    said = [r for r in back.rows if r.grade is not None]
    kept = [(r.grade, r.reviewer, r.reviewer_name, r.note, r.time, r.stage) for r in said]
    assert sorted(kept, key=str) == sorted(
        (
            (d.grade, clean(d.reviewer), clean(d.reviewer_name), clean(d.note), d.time, d.stage)
            for d in decisions
        ),
        key=str,
    )


def test_a_text_changed_in_another_program_is_what_is_read() -> None:
    found = packages()
    for item in found["courses.json"]["CFItems"]:
        if item["CFItemType"] == "课程内容":
            item["fullStatement"] = "会用仪器；会填表"
            item["abbreviatedStatement"] = "新任务"
            break
    found["certificate-1.json"]["CFItems"][-1]["fullStatement"] = "能培训他人"
    found["certificate-1.json"]["CFDocument"]["title"] = "改名"
    back = read_case(_zip(found))
    unit = back.courses[0].units[0]
    assert (unit.points, unit.task) == (("会用仪器", "会填表"), "新任务")
    assert back.certificates[0].competencies[-1].text == "能培训他人"
    assert back.certificates[0].name == "改名"


def test_a_crosswalk_alone_still_names_its_pairs() -> None:
    found = packages(decisions=(decision(pair_of(MATCHES[0]), 1, "一半"),))
    back = read_case(json.dumps(found["crosswalk.json"]).encode(), "crosswalk.json")
    assert (back.courses, back.certificates) == ((), ())
    assert {r.pair for r in back.rows if r.grade == 1} == {pair_of(MATCHES[0])}


def foreign() -> dict[str, Any]:
    """A framework as another publisher hands it out: CASE 1.0, no extensions."""

    def item(k: int, text: str, **more: Any) -> dict[str, Any]:
        return {"identifier": f"i{k}", "fullStatement": text, "uri": f"urn:x:i{k}",
                "lastChangeDateTime": "2020-01-01T00:00:00Z", **more}  # fmt: skip

    def child(a: str, b: str, n: int) -> dict[str, Any]:
        ends = {"originNodeURI": {"identifier": a}, "destinationNodeURI": {"identifier": b}}
        return {"associationType": "isChildOf", "sequenceNumber": n, **ends}

    return {
        "CFDocument": {"identifier": "doc", "title": "Warehouse", "creator": "Board", "uri": "u:d"},
        "CFItems": [
            item(1, "Receiving"),
            item(2, "Checks goods", humanCodingScheme="1.2", educationLevel=["初级"]),
            item(3, "Unloads goods", humanCodingScheme="1.1", educationLevel=["初级"]),
            item(4, "Storing"),
            item(5, "Puts away\ngoods"),
            item(6, ""),
        ],
        "CFAssociations": [
            child("i1", "doc", 1), child("i4", "doc", 2), child("i2", "i1", 2),
            child("i3", "i1", 1), child("i5", "i4", 1), child("i6", "i6", 1),
        ],
    }  # fmt: skip


def test_another_publishers_framework_is_a_certificate() -> None:
    (found,) = read_case(json.dumps(foreign()).encode()).certificates
    assert (found.name, found.issuer, found.levels) == ("Warehouse", "Board", ("初级",))
    assert [(c.id, c.area, c.text) for c in found.competencies] == [
        ("初级-1.1", "Receiving", "Unloads goods"),
        ("初级-1.2", "Receiving", "Checks goods"),
        ("i5", "Storing", "Puts away goods"),
    ]


def test_a_framework_that_runs_in_a_ring_ends() -> None:
    package = foreign()
    for a in package["CFAssociations"]:
        if a["originNodeURI"]["identifier"] == "i1":
            a["destinationNodeURI"]["identifier"] = "i2"
    (found,) = read_case(json.dumps(package).encode()).certificates
    assert {c.text for c in found.competencies} >= {"Unloads goods", "Puts away goods"}


def own(thing: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = thing["extensions"]["shuzheng"]
    return found


def unit_of(p: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = p["courses.json"]["CFItems"][2]
    return found


def walk_of(p: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = p["crosswalk.json"]
    return found


def group_of(p: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = walk_of(p)["CFDefinitions"]["CFAssociationGroupings"][0]
    return found


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: own(unit_of(p)).update(hours="四"), "hours"),
        (lambda p: own(unit_of(p)).update(place=7), "place"),
        (lambda p: own(walk_of(p)["CFAssociations"][0]).update(probability=3.0), "概率 3"),
        (lambda p: own(group_of(p))["proposal"].update(action="删除"), "action"),
        (lambda p: p.update({"x.json": [1]}), "没有 CFDocument"),
        (lambda p: unit_of(p).update(extensions=[]), "id"),
    ],
)
def test_what_is_wrong_in_a_package_is_left_out_and_said(spoil: Any, words: str) -> None:
    found = packages()
    spoil(found)
    back = read_case(_zip(found))
    assert back.problems and words in back.problems[0].message
    assert sum(len(c.units) for c in back.courses) >= 47
    assert back.certificates == CERTIFICATES


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * (LIMIT + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是 JSON"),
        (b"PK\x03\x04kaputt", "压缩包打不开"),
        (b"{}", "没有 CASE 框架"),
        (b"[" * 100_000, "不是 JSON"),
        (b'{"CFDocument": {"a": NaN}}', "不是 JSON"),
        (_zip({"a.txt": 1}), "没有 CASE 框架"),
        (_zip({f"{k}.json": {} for k in range(501)}), "文件太多"),
        (bomb(), "展开后太大"),
    ],
)
def test_what_is_no_case_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_case(data)


# --- csv and Parquet --------------------------------------------------------------------------


@slow
@given(pairs_of(), all_courses(), all_certificates())
def test_matches_csv_comes_back(
    found: Any, courses: tuple[Course, ...], certificates: tuple[Certificate, ...]
) -> None:
    matches, decisions = found
    grades = {d.pair: d.grade for d in decisions}
    graded = [replace(m, grade=grades.get(pair_of(m))) for m in matches]
    data = matches_csv(graded, courses, certificates)
    back = read_matches_csv(data)
    assert back.problems == ()
    wanted = {
        (tuple(map(one_line, pair_of(m))), m.probability, m.score, m.grade,
         round(m.evidence[0].similarity, 4), one_line(m.evidence[0].competency_text))
        for m in graded
    }  # fmt: skip
    got = {
        (r.pair, r.probability, r.score, r.grade, r.similarity,
         dict(r.other).get("item_quote", ""))
        for r in back.rows
    }  # fmt: skip
    assert got == wanted
    texts = {
        tuple(map(one_line, (c.id, i.id))): one_line(i.text)
        for c in certificates
        for i in c.competencies
    }
    assert all(r.item == texts.get(r.pair[:2], "") for r in back.rows)


@pytest.mark.parametrize("how_saved", ["gbk", "semicolons", "no-mark", "lf"])
def test_matches_csv_is_read_after_a_spreadsheet_has_saved_it(how_saved: str) -> None:
    text = matches_csv(MATCHES, COURSES, CERTIFICATES).decode("utf-8-sig")
    if how_saved == "semicolons":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";").writerows(rows)
        text = out.getvalue()
    data = text.encode("gb18030" if how_saved == "gbk" else "utf-8")
    data = data.replace(b"\r\n", b"\n") if how_saved == "lf" else data
    back = read_matches_csv(data)
    assert back.problems == () and len(back.rows) == len(MATCHES)
    assert back.rows == read_matches_csv(matches_csv(MATCHES, COURSES, CERTIFICATES)).rows


def test_rows_of_a_csv_that_cannot_be_taken_are_said() -> None:
    text = (
        "certificate_id,item_id,course_id,unit_id,probability,decided\r\n"
        "c,1,k,1,0.5,2\r\n,1,k,1,0.5,\r\nc,2,k,1,很高,\r\nc,3,k,1,0.5,全\r\n\r\nc,4,k,1,1.5,\r\n"
    )
    back = read_matches_csv(text.encode())
    assert [(r.pair[1], r.probability, r.grade) for r in back.rows] == [
        ("1", 0.5, 2), ("2", None, None), ("3", 0.5, None), ("4", None, None),
    ]  # fmt: skip
    assert [(p.code, p.severity, p.place) for p in back.problems] == [
        ("no-identifier", "error", Place(line=3)),
        ("no-number", "warning", Place(line=4)),
        ("no-grade", "warning", Place(line=5)),
        ("no-number", "warning", Place(line=7)),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是 matches.csv：缺少列"),
        (b"a,b\r\n1,2\r\n", "缺少列.*certificate_id"),
        (b"\xff\xfe\xff", "编码认不出"),
        (matches_csv(MATCHES, COURSES, CERTIFICATES) + b'"' + b"x" * 200_000, "表格读不懂"),
    ],
)
def test_what_is_no_matches_csv_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_matches_csv(data)


def test_parquet_has_numbers_as_numbers_and_the_rows_of_the_csv() -> None:
    graded = (replace(MATCHES[0], grade=1, probability=1 / 3), *MATCHES[1:])
    data = matches_parquet(graded, COURSES, CERTIFICATES)
    assert data == matches_parquet(graded[::-1], COURSES, CERTIFICATES)
    rows = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    written = list(
        csv.DictReader(
            io.StringIO(matches_csv(graded, COURSES, CERTIFICATES).decode("utf-8-sig"), newline="")
        )
    )
    assert list(rows[0]) == list(written[0])
    assert [(r["item_id"], r["unit_id"], r["rank"]) for r in rows] == [
        (w["item_id"], w["unit_id"], int(w["rank"])) for w in written
    ]
    (exact,) = [r for r in rows if r["decided"] is not None]
    assert (exact["decided"], exact["probability"]) == (1, 1 / 3)
    assert exact["shared_words"][1] == {"course": "货位", "certificate": "储位"}
    assert exact["features"][0] == {"name": "meaning", "value": 1.25}
    empty = pyarrow.parquet.read_table(io.BytesIO(matches_parquet([], COURSES, CERTIFICATES)))
    assert empty.num_rows == 0 and empty.schema.names == list(written[0])


# --- the command line ----------------------------------------------------------------------------


def test_align_export_writes_the_exchange_formats_and_they_are_read(tmp_path: Path) -> None:
    kit.write_files(tmp_path)
    formats = ("--format", "sssom", "--format", "case", "--format", "parquet", "--format", "csv")
    names = (
        "--base",
        "https://x.example/",
        "--date",
        "2026-09-01",
        "--license",
        "https://l.example/",
    )
    done = kit.align(
        "export", "--model", "hashing", "--programme", "快递", *formats, *names, at=tmp_path
    )
    assert done.returncode == 0, done.stderr
    out = tmp_path / "output" / "快递"
    pairs = read_matches_csv((out / "matches.csv").read_bytes()).rows
    mapped = read_sssom((out / "mapping.sssom.tsv").read_bytes())
    assert {r.pair for r in mapped.rows} == {r.pair for r in pairs} and len(pairs) > 5
    about = dict(mapped.about)
    assert (about["mapping_date"], about["license"]) == ("2026-09-01", "https://l.example/")
    found = read_case((out / "case.zip").read_bytes())
    assert [c.name for c in found.courses] == ["快件收派实务", "快递客户服务"]
    with zipfile.ZipFile(out / "case.zip") as archive:
        check({n: json.loads(archive.read(n)) for n in archive.namelist()})
        assert "https://x.example/CFItems/" in archive.read("courses.json").decode()
    assert pyarrow.parquet.read_table(out / "matches.parquet").num_rows == len(pairs)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--base", "学校", "基础网址不对"),
        ("--date", "明天", "日期不对"),
        ("--license", "随便用", "许可网址不对"),
    ],
)
def test_a_wrong_name_or_day_is_one_line_before_anything_is_read(
    tmp_path: Path, option: str, value: str, words: str
) -> None:
    done = kit.align("export", "--format", "case", option, value, at=tmp_path)
    assert done.returncode == UsageError.exit_code
    assert words in done.stderr and len(done.stderr.splitlines()) == 1
