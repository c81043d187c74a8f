"""Two folders become what is compared: files really written, read, joined per programme."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from align import pipeline
from align.embed import HashingEmbedder
from align.errors import ReadError, UsageError
from align.gather import Gathered, gather, read_files, within_levels
from tests.kit import (
    COURIER,
    CUSTOMERS,
    FILES,
    MATCHER,
    PARCELS,
    SETTINGS,
    WEB,
    certificate,
    item,
    write_files,
)

COURSES, CERTS = "course_standards", "cert_standards"


def found(folder: Path, **more: object) -> dict[str, Gathered]:
    """What is gathered, by programme id."""
    return {
        g.programme.id: g
        for g in gather(folder / COURSES, folder / CERTS, **more)  # type: ignore[arg-type]
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two programmes, written once; tests that change a file copy it."""
    return write_files(tmp_path_factory.mktemp("set"))


@pytest.fixture(scope="module")
def both(folder: Path) -> dict[str, Gathered]:
    """What is gathered of the unchanged set."""
    return found(folder)


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """A copy of the set that a test may change."""
    return Path(shutil.copytree(folder, tmp_path / "set"))


def names(g: Gathered) -> tuple[list[str], list[str]]:
    return [c.name for c in g.courses], [c.name for c in g.certificates]


def test_each_programme_has_its_own_courses_and_certificates(both: dict[str, Gathered]) -> None:
    assert names(both["快递"]) == (["快件收派实务", "快递客户服务"], ["快件处理员"])
    assert names(both["网站"]) == (["网页设计"], ["网页制作"])
    assert both["快递"].programme.name == "快递运营"
    assert {f.path.name for f in both["网站"].files} == {"网页设计.csv", "网页制作.csv"}


def test_nothing_is_matched_across_programmes(both: dict[str, Gathered]) -> None:
    for g in both.values():
        result = pipeline.run(g, HashingEmbedder(), MATCHER, SETTINGS, all_pairs=True)
        courses = {c.id for c in g.courses}
        certificates = {c.id for c in g.certificates}
        assert {m.course_id for m in result.matches} == courses
        assert {m.certificate_id for m in result.matches} == certificates
        assert {p.course_id for p in result.proposals} <= courses
        items, units = result.matchings[0].items, result.matchings[0].units
        assert len(result.matches) == len(items) * len(units), "all pairs, each once"


def test_another_certificate_changes_nothing_for_the_first(both: dict[str, Gathered]) -> None:
    g = both["快递"]
    alone = pipeline.run(g, HashingEmbedder(), MATCHER, SETTINGS)
    more = replace(g, certificates=(*g.certificates, *both["网站"].certificates))
    together = pipeline.run(more, HashingEmbedder(), MATCHER, SETTINGS)
    first = g.certificates[0].id

    def own(result: pipeline.Result) -> list[object]:
        return [
            *(m for m in result.matches if m.certificate_id == first),
            *(p for p in result.proposals if p.certificate_id == first),
        ]

    assert own(together) == own(alone)
    assert len(together.matches) > len(alone.matches)


def test_levels_given_on_the_call_override_the_programmes_own(own: Path) -> None:
    toml = own / COURSES / "快递" / "programme.toml"
    toml.write_text('certificates = ["快件处理员"]\nlevels = ["初级"]\n', encoding="utf-8")
    (cert,) = found(own, programme="快递")["快递"].certificates
    assert cert.levels == ("初级",)
    assert {i.level for i in cert.competencies} == {"初级"}
    (cert,) = found(own, programme="快递", levels=["中级"])["快递"].certificates
    assert cert.levels == ("初级", "中级"), "a higher level includes those below it"


def test_a_level_takes_in_all_below_it_and_none_above() -> None:
    levels = ("初级", "中级", "高级")
    cert = certificate(*(item("1.1.1", level=level) for level in levels), levels=levels)
    assert within_levels(cert, ()) == cert
    assert within_levels(cert, ["中级"]).levels == ("初级", "中级")
    assert [i.level for i in within_levels(cert, ["中级"]).competencies] == ["初级", "中级"]
    assert within_levels(cert, ["高级", "初级"]) == cert
    # One certificate of several may lack the level: it is taken whole, and gather says so.
    assert within_levels(cert, ["特级"]) == cert


def test_a_level_no_certificate_has_is_refused(own: Path) -> None:
    with pytest.raises(UsageError, match=r"证书没有所选的等级；实际为 特级；应为 初级、中级$"):
        found(own, programme="快递", levels=["特级"])


def test_a_level_that_one_programme_lacks_does_not_stop_the_others(own: Path) -> None:
    toml = own / "course_standards/快递/programme.toml"
    toml.write_text('certificates = ["快件处理员"]\nlevels = ["初级"]\n', encoding="utf-8")
    every = found(own, levels=["中级"])
    (cert,) = every["快递"].certificates
    assert cert.levels == ("初级", "中级")
    assert "level-missing" not in {p.code for p in every["快递"].problems}
    (web,) = every["网站"].certificates
    assert web.levels == ("初级",), "taken whole"
    (said,) = [p for p in every["网站"].problems if p.code == "level-missing"]
    assert said.severity == "error"
    assert "网站" in said.message and "中级" in said.message and "有：初级" in said.message
    # The programme's own range holds where the call's does not fit.
    web_toml = own / "course_standards/网站/programme.toml"
    web_toml.write_text('certificates = ["网页制作.csv"]\nlevels = ["初级"]\n', encoding="utf-8")
    (said,) = [p for p in found(own, levels=["中级"])["网站"].problems if p.code == "level-missing"]
    assert "programme.toml" in said.message
    with pytest.raises(UsageError, match=r"特级.*初级"):
        found(own, levels=["特级"])


def test_a_level_no_certificate_has_beside_one_that_some_have_is_warned_of(own: Path) -> None:
    g = found(own, programme="快递", levels=["初级", "特级"])["快递"]
    (warning,) = [p for p in g.problems if p.code == "name-unused"]
    assert "特级" in warning.message
    assert "初级、中级" in warning.message


def test_a_programme_without_any_course_says_that_its_result_means_nothing(own: Path) -> None:
    shutil.copy(own / CERTS / "网页制作.csv", own / COURSES / "网站" / "网页设计.csv")
    g = found(own)["网站"]
    assert g.courses == ()
    (problem,) = [p for p in g.problems if p.code == "no-courses"]
    assert problem.severity == "error"
    assert "网站" in problem.message


def test_all_pairs_are_listed_and_change_nothing_else(both: dict[str, Gathered]) -> None:
    few = SETTINGS.with_values(candidates=3)
    some, every = (
        pipeline.run(both["快递"], HashingEmbedder(), MATCHER, few, all_pairs=b)
        for b in (False, True)
    )
    assert len(every.matches) > len(some.matches)
    assert every.graph.number_of_edges() == some.graph.number_of_edges() == len(some.matches)
    assert (every.proposals, every.plan) == (some.proposals, some.plan)


def test_names_that_fit_nothing_are_warned_of(own: Path) -> None:
    toml = own / COURSES / "快递" / "programme.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text + '\nleave_out = ["军事里论"]\n', encoding="utf-8")
    problems = found(own, programme="快递")["快递"].problems
    (warning,) = [p for p in problems if p.code == "name-unused"]
    assert "leave_out" in warning.message
    assert "军事里论" in warning.message


def test_one_certificate_of_a_file_can_be_left_out(own: Path) -> None:
    file = own / CERTS / "快件处理员.csv"
    more = "网页制作员,900102,1.0,初级,1 页面,1.1 结构,1.1.1,能使用HTML标签搭建页面结构\n"
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    toml = own / COURSES / "快递" / "programme.toml"
    for words, left in (("证书：900102", ["快件处理员"]), ("证书：快件处理员", ["网页制作员"])):
        toml.write_text(
            f'certificates = ["快件处理员.csv"]\nleave_out = ["{words}"]\n', encoding="utf-8"
        )
        g = found(own, programme="快递")["快递"]
        assert [c.name for c in g.certificates] == left
        assert not [p for p in g.problems if p.code == "name-unused"]
    toml.write_text(
        'certificates = ["快件处理员.csv"]\nleave_out = ["证书：900101", "证书：900102"]\n',
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match="没有留下任何证书"):
        found(own, programme="快递")


def test_what_is_left_out_is_not_compared_but_still_listed(own: Path) -> None:
    toml = own / COURSES / "快递" / "programme.toml"
    for left_out in ('"快递客户服务"', '"快递客户服务.md"'):
        toml.write_text(
            f'certificates = ["快件处理员"]\nleave_out = [{left_out}]\n', encoding="utf-8"
        )
        g = found(own, programme="快递")["快递"]
        assert names(g)[0] == ["快件收派实务"]
        assert "快递客户服务.md" in {f.path.name for f in g.files}


def test_a_programme_without_a_file_meets_every_certificate(own: Path) -> None:
    (own / COURSES / "网站" / "programme.toml").unlink()
    g = found(own, programme="网站")["网站"]
    assert sorted(names(g)[1]) == ["快件处理员", "网页制作"]


def test_a_programme_may_be_asked_for_by_folder_or_name(folder: Path) -> None:
    assert list(found(folder, programme="快递运营")) == list(found(folder, programme="快递"))
    with pytest.raises(UsageError, match=r"--programme.*烹饪.*快递、网站"):
        found(folder, programme="烹饪")


def test_certificates_that_are_not_there_are_named_with_what_would_be(own: Path) -> None:
    toml = own / COURSES / "网站" / "programme.toml"
    toml.write_text('certificates = ["不存在.pdf"]\n', encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        found(own)
    line = caught.value.line()
    for words in ("网站", "不存在.pdf", "certificates", "标准代码"):
        assert words in line


def test_a_folder_without_any_certificate_says_what_to_do(own: Path) -> None:
    for path in (own / CERTS).iterdir():
        path.write_bytes(b"")
    with pytest.raises(UsageError, match=r"没有读到任何证书.*快件处理员\.csv.*align read"):
        found(own)
    shutil.rmtree(own / CERTS)
    with pytest.raises(UsageError, match="找不到证书标准文件夹"):
        found(own)


def test_one_broken_file_is_listed_and_the_others_go_on(own: Path) -> None:
    (own / COURSES / "快递" / "坏.docx").write_bytes(b"PK\x03\x04broken")
    (own / CERTS / "空.csv").write_bytes(b"")
    g = found(own, programme="快递")["快递"]
    assert names(g)[0] == ["快件收派实务", "快递客户服务"]
    errors = {f.path.name: f.error for f in g.files if f.error}
    assert set(errors) == {"坏.docx", "空.csv"}
    for name, error in errors.items():
        assert isinstance(error, ReadError)
        assert name in error.line()
        assert "\n" not in error.line()


def test_files_come_back_in_the_order_given_whatever_becomes_of_them(own: Path) -> None:
    empty = own / "空.csv"
    empty.write_bytes(b"")
    good = own / COURSES / "网站" / "网页设计.csv"
    told: list[tuple[str, int, int]] = []
    found = read_files([empty, good, own / "无.csv"], progress=lambda *step: told.append(step))
    assert [f.path.name for f in found] == ["空.csv", "网页设计.csv", "无.csv"]
    assert [f.reading is None for f in found] == [True, False, True]
    assert all((f.reading is None) == (f.error is not None) for f in found)
    assert told, "long reading shows where it stands"
    assert all(0 <= done <= total == 3 for _, done, total in told)


def test_the_same_course_twice_is_told_and_kept_apart(own: Path) -> None:
    (own / COURSES / "快递" / "快件收派实务（副本）.csv").write_text(PARCELS, encoding="utf-8")
    g = found(own, programme="快递")["快递"]
    ids = [c.id for c in g.courses]
    assert len(ids) == len(set(ids)) == 3
    (problem,) = [p for p in g.problems if p.code == "course-twice"]
    assert "快件收派实务" in problem.message
    assert "leave_out" in problem.message
    second = next(c for c in g.courses if c.id not in ("快件收派实务", "快递客户服务"))
    assert second.name == "快件收派实务"
    assert all(u.course_id == second.id for u in second.units)
    result = pipeline.run(g, HashingEmbedder(), MATCHER, SETTINGS)
    assert result.graph.number_of_nodes() == 4 + 4 + 3 + 8


def test_the_same_certificate_twice_is_kept_apart(own: Path) -> None:
    (own / CERTS / "快件处理员二.csv").write_text(COURIER, encoding="utf-8")
    g = found(own, programme="快递")["快递"]
    ids = [c.id for c in g.certificates]
    assert len(ids) == len(set(ids)) == 2
    assert all(i.certificate_id == c.id for c in g.certificates for i in c.competencies)


def test_the_files_names_and_contents_decide_not_their_dates_or_folders(
    folder: Path, tmp_path: Path
) -> None:
    other = write_files(tmp_path / "别处" / "深", dict(reversed(list(FILES.items()))))
    for a, b in zip(found(folder).values(), found(other).values(), strict=True):
        assert a.courses == b.courses
        assert a.certificates == b.certificates


def test_a_file_in_the_folder_itself_is_a_programme_beside_the_others(own: Path) -> None:
    (own / COURSES / "散课.md").write_text(CUSTOMERS, encoding="utf-8")
    assert list(found(own)) == ["快递", "网站", COURSES]


def test_the_runs_record_changes_with_everything_that_decides_the_result(
    own: Path, both: dict[str, Gathered]
) -> None:
    g = both["网站"]
    base = pipeline.run(g, HashingEmbedder(), MATCHER, SETTINGS).run
    assert dict(base.sources).keys() == {"网页设计.csv", "网页制作.csv"}
    assert all(len(sha) == 64 for _, sha in base.sources)
    assert base.model == f"{HashingEmbedder().identity} + {MATCHER.version}"
    assert base.settings_version == SETTINGS.version
    again = pipeline.run(g, HashingEmbedder(), MATCHER, SETTINGS).run
    assert again == base
    settings = SETTINGS.with_values(link_threshold=0.31)
    changed = pipeline.run(g, HashingEmbedder(), MATCHER, settings).run
    matcher = replace(MATCHER, version="m-other")
    refitted = pipeline.run(g, HashingEmbedder(), matcher, SETTINGS).run
    (own / CERTS / "网页制作.csv").write_text(WEB + "\n", encoding="utf-8")
    edited = pipeline.run(
        found(own, programme="网站")["网站"], HashingEmbedder(), MATCHER, SETTINGS
    ).run
    assert len({r.id for r in (base, changed, refitted, edited)}) == 4


def test_folders_inside_each_other_are_refused(own: Path) -> None:
    with pytest.raises(UsageError, match="包在里面"):
        gather(own, own / CERTS)


def test_a_certificate_among_the_courses_is_said(own: Path) -> None:
    certificate_file = next(p for p in (own / CERTS).iterdir() if p.is_file())
    copy = own / COURSES / "快递" / certificate_file.name
    copy.write_bytes(certificate_file.read_bytes())
    problems = found(own, programme="快递")["快递"].problems
    assert [p.source for p in problems if p.code == "certificate-among-courses"] == [copy.name]


def test_no_course_at_all_is_an_error(own: Path) -> None:
    certificate_file = next(p for p in (own / CERTS).iterdir() if p.is_file())
    for path in sorted((own / COURSES).rglob("*")):
        if path.is_file() and path.suffix != ".toml":
            path.unlink()
    (own / COURSES / "快递" / certificate_file.name).write_bytes(certificate_file.read_bytes())
    with pytest.raises(UsageError, match="没有读到任何课程"):
        gather(own / COURSES, own / CERTS)


def test_earlier_results_are_no_programme(own: Path) -> None:
    result = own / COURSES / "output"
    result.mkdir()
    (result / "run.json").write_text("{}", encoding="utf-8")
    (result / "matches.csv").write_text("item_id,unit_id\n", encoding="utf-8")
    assert "output" not in found(own)
