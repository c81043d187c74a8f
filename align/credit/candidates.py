"""Which courses a certificate could replace: covered share, credits, and what stands against it.

Credits come from the course (its standard or the programme plan), never from a similarity.
A level includes the levels below it, so a course is measured against the items of a level and
of all levels below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from align.credit.rules import BY_NAME, RuleSet
from align.decisions import Pair
from align.records import Certificate, Course, Unit

# Words by which plans mark a block of practice; matched within the course's category or nature.
_PRACTICE_BLOCKS = ("集中实践", "实践环节", "顶岗实习", "岗位实习", "毕业设计", "实训周")
#: A unit counts as covered from this share on, as in proposals (setting ``covered_share``).
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Bank:
    """What the directory of recognised results says of a certificate's level.

    ``credits`` is the credit bank's figure, None where it gives none.
    """

    credits: float | None = None
    nature: str = ""  # 必修 / 选修 where the directory says


@dataclass(frozen=True, slots=True)
class Block:
    """Why a rule does not let a conversion pass, and by how much.

    ``rule`` is a rule's name, or ``not-approved`` / ``no-credits`` for the two conditions that
    always hold.  ``figures`` are the values within ``words``, in their order, for whoever says
    the same in another language.
    """

    rule: str
    words: str
    got: float | None = None
    limit: float | None = None
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One course that a level of a certificate might replace.

    Parameters
    ----------
    share : float
        Covered share (0..1) of the course by hours; by units where hours are not all given.
    unit_share : float
        The same by units.
    open_units : tuple of Unit
        Units that the level does not cover.
    blocks : tuple of Block
        What stands against it by itself; empty: it may be chosen.
    grade : float or None
        Grade to be entered, where a rule gives one.
    derived : bool
        Whether the credits were worked out from the hours, because no document states them.
    """

    certificate_id: str
    certificate: str
    level: str
    course_id: str
    course: str
    nature: str
    category: str
    credits: float | None
    hours: float | None
    covered_hours: float | None
    share: float
    unit_share: float
    open_units: tuple[Unit, ...]
    approved: bool
    blocks: tuple[Block, ...] = ()
    grade: float | None = None
    derived: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """(certificate id, level, course id)."""
        return self.certificate_id, self.level, self.course_id


def candidates(
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    strengths: Mapping[Pair, float],
    rules: RuleSet,
    *,
    approved: Mapping[tuple[str, str], str],
    bank: Mapping[tuple[str, str], Bank] | None = None,
    covered_share: float,
    hours_per_credit: float | None = None,
) -> tuple[Candidate, ...]:
    """Every course that some level covers at least in part, with what stands against it.

    Parameters
    ----------
    strengths : mapping of Pair to float
        How much of the competency a unit teaches (0..1), for linked pairs; see
        :func:`align.links.strength`.
    approved : mapping of (certificate id, course id) to str
        Exemptions the committee has accepted, each with its note.
    bank : mapping of (certificate id, level) to Bank, optional
        The directory's figures.
    covered_share : float
        Share (0..1) from which a unit counts as covered.
    hours_per_credit : float, optional
        Works out the credits of a course whose documents state hours alone, to the half credit.

    Returns
    -------
    tuple of Candidate
        By certificate, level from the lowest, course in the order given.
    """
    found = []
    by_unit: dict[tuple[str, str, str], list[tuple[str, float]]] = defaultdict(list)
    for (certificate_id, item_id, course_id, unit_id), strength in strengths.items():
        if strength > 0:
            by_unit[certificate_id, course_id, unit_id].append((item_id, strength))
    for certificate in certificates:
        level_of = {i.id: i.level for i in certificate.competencies}
        for top, level in enumerate(certificate.levels):
            reached = set(certificate.levels[: top + 1])
            for course in courses:
                shares = {}
                for unit in course.units:
                    linked = by_unit.get((certificate.id, course.id, unit.id), [])
                    shares[unit.id] = _joined(
                        [s for item_id, s in linked if level_of.get(item_id) in reached]
                    )
                if not any(shares.values()):
                    continue
                candidate = _candidate(
                    certificate, level, course, shares, covered_share, hours_per_credit
                )
                note = approved.get((certificate.id, course.id))
                found.append(
                    _judged(candidate, rules, note, (bank or {}).get((certificate.id, level)))
                )
    return tuple(found)


def _joined(strengths: Sequence[float]) -> float:
    """Share covered by several links together: ``1 - prod(1 - strength)``, as in the graph."""
    rest = 1.0
    for strength in strengths:
        rest *= 1.0 - strength
    return 1.0 - rest


def _candidate(
    certificate: Certificate,
    level: str,
    course: Course,
    shares: Mapping[str, float],
    covered_share: float,
    hours_per_credit: float | None,
) -> Candidate:
    unit_share = sum(shares.values()) / len(course.units)
    timed = all(u.hours for u in course.units)
    hours = course.hours or sum(u.hours or 0.0 for u in course.units) or None
    taught = sum(u.hours or 0.0 for u in course.units)
    share = sum(shares[u.id] * (u.hours or 0.0) for u in course.units) / taught if timed else None
    derived = course.credits is None and bool(hours and hours_per_credit)
    credits = course.credits
    if derived and hours and hours_per_credit:
        credits = round(hours / hours_per_credit * 2) / 2
    return Candidate(
        certificate.id,
        certificate.name,
        level,
        course.id,
        course.name,
        course.nature,
        course.category,
        credits,
        hours,
        None if share is None else share * taught,
        unit_share if share is None else share,
        unit_share,
        tuple(u for u in course.units if shares[u.id] < covered_share - _EPSILON),
        False,
        derived=derived,
    )


def _judged(c: Candidate, rules: RuleSet, note: str | None, bank: Bank | None) -> Candidate:
    """The candidate with what stands against it by itself, whatever else is chosen."""
    blocks = [b for check in _CHECKS if (b := check(c, rules, note, bank or Bank())) is not None]
    grade = rules.of_level("grade", "grades", c.level) if rules.on("grade") else None
    assert not isinstance(grade, tuple)
    return replace(c, approved=note is not None, blocks=tuple(blocks), grade=grade)


def _not_approved(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    return Block("not-approved", "委员会尚未同意免修这门课程") if note is None else None


def _no_credits(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    if c.credits:
        return None
    return Block("no-credits", "课程标准与人才培养方案都没有写学分")


def _share(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    if not rules.on("candidate-share"):
        return None
    limit = rules.number("candidate-share", "share")
    if c.share >= limit - _EPSILON:
        return None
    return Block(
        "candidate-share", f"覆盖份额 {c.share:.1%}，低于学校设置的 {limit:.0%}", c.share, limit
    )


def _compulsory(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    if not rules.on("compulsory-only") or "必修" in c.nature:
        return None
    return Block("compulsory-only", f"课程性质为“{c.nature or '未写明'}”，不是必修")


def _practice(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    words = f"{c.category} {c.nature}"
    if not rules.on("no-practice-block") or not any(w in words for w in _PRACTICE_BLOCKS):
        return None
    return Block("no-practice-block", f"课程类别为“{c.category or c.nature}”，属集中实践")


def _elective(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    if (
        not rules.on("elective-not-compulsory")
        or "选修" not in bank.nature
        or "必修" not in c.nature
    ):
        return None
    return Block("elective-not-compulsory", "学习成果的性质为选修，课程为必修")


def _category(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    if not rules.on("level-category"):
        return None
    wanted = rules.of_level("level-category", "categories", c.level)
    assert not isinstance(wanted, float)
    if wanted is not None and any(w in c.category for w in wanted):
        return None
    got = f"课程类别为“{c.category or '未写明'}”"
    if wanted is None:
        return Block("level-category", f"规则没有写{c.level}可免修哪类课程；{got}")
    return Block("level-category", f"{c.level}只免修{'、'.join(wanted)}；{got}")


def _whole(c: Candidate, rules: RuleSet, note: str | None, bank: Bank) -> Block | None:
    if not rules.on("knowledge-whole") or not c.open_units or (note or "").strip():
        return None
    names = "、".join(u.task or u.content[:20] for u in c.open_units)
    return Block(
        "knowledge-whole", f"未覆盖的单元没有写明如何补修：{names}", float(len(c.open_units)), 0.0
    )


_CHECKS = (
    _not_approved,
    _no_credits,
    _share,
    _compulsory,
    _practice,
    _elective,
    _category,
    _whole,
)


def rule_name(rule: str) -> str:
    """A block's rule in Chinese."""
    always = {
        "not-approved": "须经委员会同意",
        "no-credits": "须有学分",
        "course-once": "一门课程一次",
        "fewer-credits": "总学分不会更多",
        "other-choice": "另一种选法",
    }
    return always.get(rule) or BY_NAME[rule].zh
