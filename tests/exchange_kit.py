"""Records with wild texts, and decisions on them, for the tests of the exchange formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from align.decisions import Decision, Grade, LinkDecision, Pair
from align.export.words import clean
from align.records import Action, Certificate, Competency, Course, Evidence, Match, Place, Unit
from align.records_json import from_plain, to_plain

T = TypeVar("T")

#: Texts that have broken readers: formulas, quotes, pipes, tabs, line ends, Han, emoji, YAML.
HOSTILE = (
    "=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "'引号", "＝1", "＋1", " =x", '"', '""',
    'a"b', "'", "a\tb", "a\nb", "a\r\nb", "a\rb", "|", "a|b", "%7C", "%25|", "#", "# 标题",
    "能验收",
    "𠮷野家", "👩‍🏫", "你好\u3000世界", "a=b|c=d", "grade=2", "null", "NA", "nan", "true", "1.10",
    "{}", "[x]", "a: b", "- x", "\\n", "\x08", "\x00", "\u202e倒", "\ufeff", "\u2028", "\x85", " ",
    "；", "甲；乙", ",", "; ", "http://x/y#z", "课程#1", "a/b", "a%2Fb", "../x", "\x7f", "é", "ｱ",
    "<b>&amp;",
)  # fmt: skip

wild = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
)
named = wild.filter(lambda t: bool(" ".join(clean(t).split())))
shares = st.floats(0, 1).map(lambda x: round(x, 4))
moments = st.integers(0, 10**15).map(
    lambda us: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
places = st.builds(Place, page=st.none() | st.integers(1, 99), sheet=st.none() | wild)
hours = st.none() | st.floats(0, 999)


@st.composite
def all_courses(draw: st.DrawFn) -> tuple[Course, ...]:
    """Up to two courses with up to four units, some of them of one section."""
    found = []
    for id_ in draw(st.lists(named, max_size=2, unique=True)):
        name = draw(wild)
        units = tuple(
            Unit(
                unit, id_, name, draw(wild), draw(wild),
                tuple(draw(st.lists(wild, max_size=3))), draw(wild), draw(places),
                draw(wild), draw(hours), draw(hours), draw(hours), draw(st.integers(0, 6)),
            )
            for unit in draw(st.lists(named, max_size=4, unique=True))
        )  # fmt: skip
        found.append(
            Course(
                id_, name, units, draw(wild), draw(wild), draw(wild), draw(hours), draw(hours),
                draw(hours), draw(hours), draw(wild), draw(wild), draw(places),
            )
        )  # fmt: skip
    return tuple(found)


@st.composite
def all_certificates(draw: st.DrawFn) -> tuple[Certificate, ...]:
    """Up to two certificates with up to four competencies on two levels."""
    found = []
    for id_ in draw(st.lists(named, max_size=2, unique=True)):
        levels = tuple(draw(st.lists(named, min_size=1, max_size=2, unique=True)))
        items = tuple(
            Competency(
                item, id_, draw(st.sampled_from(levels)), draw(wild), draw(wild), draw(wild),
                draw(wild), draw(wild), draw(places), draw(wild), draw(st.integers(0, 6)),
                draw(st.none() | shares), tuple(draw(st.lists(wild, max_size=2))),
            )
            for item in draw(st.lists(named, max_size=4, unique=True))
        )  # fmt: skip
        found.append(
            Certificate(
                id_, draw(named), levels, items, draw(wild), draw(st.just("") | named),
                draw(wild), draw(wild), draw(wild), draw(places),
            )
        )  # fmt: skip
    return tuple(found)


@st.composite
def pairs_of(draw: st.DrawFn) -> tuple[tuple[Match, ...], tuple[LinkDecision, ...]]:
    """Matches of different pairs and decisions on some of them and on others."""
    ids = st.tuples(named, named, named, named)
    found = draw(st.lists(ids, max_size=5, unique=True))
    matches, decisions = [], []
    for k, pair in enumerate(found):
        listed = draw(st.booleans())
        if listed:
            evidence = Evidence(
                draw(wild), Place(), draw(wild), Place(), draw(shares),
                tuple(draw(st.lists(st.tuples(named, named), max_size=2))),
            )  # fmt: skip
            matches.append(Match(*pair, draw(st.integers(-99, 99)) / 8, draw(shares), (evidence,)))
        for _ in range(draw(st.integers(0 if listed else 1, 2))):
            grade: Grade = draw(st.sampled_from((0, 1, 2)))
            decisions.append(
                LinkDecision(
                    f"d-{k}-{len(decisions)}", "w", "r", pair, grade, draw(shares), draw(wild),
                    draw(wild), draw(st.sampled_from(("review", "settle"))), draw(wild),
                    draw(moments),
                )
            )  # fmt: skip
    return tuple(matches), tuple(decisions)


def decision(pair: Pair, grade: Grade | None, note: str = "", **more: Any) -> LinkDecision:
    """A teacher's word on a pair."""
    time = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    made = LinkDecision("d", "w", "r", pair, grade, 0.4, "p-1", "王老师", "review", note, time)
    return replace(made, **more)


def verdict(subject: str, proposed: Action, action: Action | None, **more: Any) -> Decision:
    """A teacher's word on a proposal."""
    said = "reject" if action is None else "accept" if action is proposed else "change"
    time = datetime(2026, 4, 5, 6, 7, 8, tzinfo=UTC)
    made = Decision(
        "v",
        "w",
        "r",
        subject,
        proposed,
        said,
        action,
        "p-2",
        "李老师",
        "review",
        "见会议纪要",
        time,
    )
    return replace(made, **more)


def tidy(record: T) -> T:
    """The record without the characters that no export carries."""

    def walk(data: Any) -> Any:
        if isinstance(data, str):
            return clean(data)
        if isinstance(data, list):
            return [walk(v) for v in data]
        return {k: walk(v) for k, v in data.items()} if isinstance(data, dict) else data

    return from_plain(type(record), walk(to_plain(record)))
