"""Row by row: what a file's word would become, beside what stands; nothing is written here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from align.access import withdrawn
from align.decisions import Decision, Grade, LinkDecision, Pair
from align.errors import UsageError
from align.export.exchange import PairRow, VerdictRow
from align.export.words import clean, one_line
from align.imports.ground import Ground
from align.imports.reading import Offered
from align.records import Competency, Proposal, Unit
from align.store.words import Choice, LinkChoice, checked

State = Literal["new", "same", "conflict", "unknown", "illegal"]
Why = Literal[
    "",
    "differs",
    "proposal-changed",
    "no-pair",
    "no-proposal",
    "no-course",
    "other-text",
    "repeated",
    "not-yours",
    "two-already",
    "impossible",
]
#: Why a row is not simply new, in the words of the command line.
WHY_ZH: dict[Why, str] = {
    "": "",
    "differs": "与现有判断不同",
    "proposal-changed": "现在的建议与当时的不同",
    "no-pair": "本次运行没有这条要求或课程内容",
    "no-proposal": "本次运行没有这条建议",
    "no-course": "本次运行没有所填的课程",
    "other-text": "编号相同而文字不同，标准可能已改版",
    "repeated": "文件中对同一项有不同的判断",
    "not-yours": "这门课程没有分配给您",
    "two-already": "已有两位教师作了判断",
    "impossible": "内容不合规定",
}

Word = PairRow | VerdictRow
#: What two verdicts have to share to be one.
_MEANT = ("proposed", "verdict", "action", "course_id", "hours", "credits")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One word of the file and what would become of it.

    Parameters
    ----------
    said : PairRow or VerdictRow
    subject : str
        The pair joined by ``|``, or the proposal's id.
    state : str
        ``new``: would be saved; ``same``: stands already; ``conflict``: something else stands;
        ``unknown``: about nothing of this run; ``illegal``: can never be saved.
    choice : LinkChoice, Choice or None
        What would be saved, with its note; None for what cannot be.
    theirs : LinkDecision, Decision or None
        What stands.
    detail : str
        More on ``why``, where an error says it.
    """

    said: Word
    subject: str
    state: State
    why: Why = ""
    choice: LinkChoice | Choice | None = None
    theirs: LinkDecision | Decision | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """All words of a file, links first, in the file's order."""

    offered: Offered
    rows: tuple[Incoming, ...]

    @property
    def counts(self) -> dict[State, int]:
        """How many rows of each state; all five are named."""
        found = Counter(r.state for r in self.rows)
        return {s: found[s] for s in ("new", "same", "conflict", "unknown", "illegal")}

    def chosen(self, overwrite: bool = False) -> tuple[Incoming, ...]:
        """The rows that would be saved; with ``overwrite`` those too that differ."""
        wanted = {"new", "conflict"} if overwrite else {"new"}
        return tuple(r for r in self.rows if r.state in wanted and r.choice is not None)


def compare(offered: Offered, ground: Ground) -> Preview:
    """Lay the words of a file beside what stands.

    Parameters
    ----------
    offered : Offered
        What was read.
    ground : Ground
        The workspace as the importing person sees it.

    Returns
    -------
    Preview
        One row per subject and meaning; several people's equal words become one that names all.
    """
    links = [_link(words, offered, ground) for words in _grouped(offered.links)]
    grades: dict[Pair, Grade] = {
        r.said.pair: r.said.grade
        for r in links
        if isinstance(r.said, PairRow) and r.said.grade is not None and r.state == "new"
    }
    verdicts: list[Incoming] = []
    if offered.verdicts:
        proposed = ground.proposed(grades)
        verdicts = [
            _verdict(words, offered, ground, proposed) for words in _grouped(offered.verdicts)
        ]
    return Preview(offered, (*links, *verdicts))


def _grouped(words: Sequence[Any]) -> list[list[Any]]:
    """Words by subject; the committee's take the place of the reviewers'."""
    found: dict[Pair | str, list[Any]] = defaultdict(list)
    for word in words:  # by the pair itself: an id may hold the sign that joins a subject
        found[word.pair if isinstance(word, PairRow) else word.subject].append(word)
    return [[w for w in own if w.stage == "settle"] or own for own in found.values()]


def _link(words: list[PairRow], offered: Offered, ground: Ground) -> Incoming:
    said, subject = words[-1], "|".join(words[-1].pair)
    item, unit = ground.items.get(said.pair[:2]), ground.units.get(said.pair[2:])
    if item is None or unit is None:
        return Incoming(said, subject, "unknown", "no-pair")
    if not _same_item(said.item, item) or not _same_unit(said.unit, unit):
        return Incoming(said, subject, "unknown", "other-text")
    if len({w.grade for w in words}) > 1:
        return Incoming(said, subject, "illegal", "repeated")
    if (refused := _refused(subject, said.pair[2], ground)) is not None:
        return Incoming(said, subject, "illegal", refused)
    theirs = ground.standing.get(said.pair)
    choice = LinkChoice(
        said.pair, said.grade, _note(words, offered), ground.probability(said.pair),
        theirs.id if theirs else "",
    )  # fmt: skip
    return _placed(said, subject, choice, theirs, ground)


def _verdict(
    words: list[VerdictRow], offered: Offered, ground: Ground, proposed: Mapping[str, Proposal]
) -> Incoming:
    said, subject = words[-1], words[-1].subject
    proposal = proposed.get(subject)
    if proposal is None:
        return Incoming(said, subject, "unknown", "no-proposal")
    known = ground.items.get((proposal.certificate_id, "".join(proposal.item_ids[:1])))
    if said.item and known is not None and not _same_item(said.item, known):
        return Incoming(said, subject, "unknown", "other-text")
    if said.course_id and said.course_id not in {course for course, _ in ground.units}:
        return Incoming(said, subject, "unknown", "no-course")
    if len({_meaning(w) for w in words}) > 1:
        return Incoming(said, subject, "illegal", "repeated")
    if said.verdict == "withdraw":  # no file of ours says so: nothing holds by it
        return Incoming(said, subject, "illegal", "impossible")
    if (refused := _refused(subject, proposal.course_id, ground)) is not None:
        return Incoming(said, subject, "illegal", refused)
    theirs = ground.standing.get(subject)
    if said.proposed != proposal.action:
        return Incoming(said, subject, "conflict", "proposal-changed", theirs=theirs)
    choice = Choice(
        subject, said.proposed, said.verdict, said.action, said.course_id, said.hours,
        said.credits, _note(words, offered), theirs.id if theirs else "",
    )  # fmt: skip
    return _placed(said, subject, choice, theirs, ground)


def _placed(
    said: Word,
    subject: str,
    choice: LinkChoice | Choice,
    theirs: LinkDecision | Decision | None,
    ground: Ground,
) -> Incoming:
    """New, the same, or in conflict; illegal where the store would refuse the values."""
    try:
        row = checked(choice)
    except UsageError as error:
        return Incoming(said, subject, "illegal", "impossible", theirs=theirs, detail=error.line())
    if theirs is None or withdrawn(theirs) or theirs.run_id != ground.run_id:
        return Incoming(said, subject, "new", choice=choice, theirs=theirs)
    meant = ("grade",) if isinstance(theirs, LinkDecision) else _MEANT
    if all(row[field] == getattr(theirs, field) for field in meant):
        return Incoming(said, subject, "same", theirs=theirs)
    return Incoming(said, subject, "conflict", "differs", choice, theirs)


def _meaning(word: VerdictRow) -> tuple[Any, ...]:
    return tuple(getattr(word, field) for field in _MEANT)


def _refused(subject: str, course_id: str, ground: Ground) -> Why | None:
    """Why this person may not decide on it."""
    if ground.courses is not None and course_id and course_id not in ground.courses:
        return "not-yours"
    return "two-already" if subject in ground.full else None


def _same_item(text: str, item: Competency) -> bool:
    return one_line(text) in {"", one_line(item.text), one_line(item.printed)}


def _same_unit(text: str, unit: Unit) -> bool:
    """SSSOM and CASE show the unit's content (or what stands for it), ``matches.csv`` its task."""
    known = (unit.content, unit.printed, unit.task)
    return not one_line(text) or one_line(text) in {one_line(t) for t in known}


def _note(words: Sequence[Word], offered: Offered) -> str:
    """The note of the file, then where it comes from and whom the file names."""
    notes = dict.fromkeys(w.note for w in words if w.note)
    named = dict.fromkeys(filter(None, map(_reviewer, words)))
    times = sorted(w.time for w in words if w.time is not None)
    parts = [f"导入自 {offered.name}，SHA-256 {offered.sha256[:16]}…"]
    if named:
        parts.append(f"文件所写判断人：{'、'.join(named)}")
    if times:
        parts.append(f"时间：{times[-1].isoformat(timespec='seconds')}")
    return clean("\n".join([*notes, f"〔{'；'.join(parts)}〕"]))


def _reviewer(word: Word) -> str:
    if word.reviewer_name and word.reviewer:
        return f"{word.reviewer_name}（{word.reviewer}）"
    return word.reviewer_name or word.reviewer
