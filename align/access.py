"""Who may do what, and who may see whose decisions: the one table of rights.

The store asks here inside the function that writes, in the same transaction, with the role as
the database has it at that moment; the screens ask the same functions to draw their buttons.

A laptop without sign-in has one college, :data:`LOCAL`: its person is faculty, committee and
admin in one, but cannot give what needs a proven identity (approval by two reviewers).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, TypeVar

from align.decisions import ROLE_ZH, Decision, LinkDecision, Person, Role
from align.errors import AccessError

#: The college of a laptop without sign-in.
LOCAL = "local"
#: Chain and people of the server itself: the centre, and admins who set up colleges.
SERVER = ""

#: Whoever may run commands on the server: sets up colleges and people, decides nothing.
COMMAND_LINE = Person("command-line", SERVER, "命令行", Role.ADMIN)

Act = Literal[
    "read",
    "import",
    "arrange",
    "run",
    "assign",
    "decide",
    "settle",
    "comment",
    "approve",
    "export",
    "receipt",
    "settings",
    "directory",
    "convert",
    "sign",
    "learners",
    "people",
    "colleges",
]

ACT_ZH: dict[Act, str] = {
    "read": "查看",
    "import": "导入文件",
    "arrange": "新建或修改工作区",
    "run": "保存运行结果、沿用判断",
    "assign": "分配课程、改变审核人数",
    "decide": "作出判断",
    "settle": "裁定分歧",
    "comment": "写评论",
    "approve": "批准或重新打开方案",
    "export": "导出",
    "receipt": "开具账本回执",
    "settings": "修改阈值与规则",
    "directory": "登记学习成果名录",
    "convert": "同意免修、批准转换规则、单独认定成果",
    "sign": "按审批流程签署转换规则",
    "learners": "查看和登记学习者的成果",
    "people": "管理人员",
    "colleges": "建立学院",
}

_WORK = frozenset({Role.FACULTY, Role.COMMITTEE, Role.ADMIN})
ALLOWED: dict[Act, frozenset[Role]] = {
    "read": frozenset(Role),
    "import": _WORK,
    "arrange": _WORK,
    "run": _WORK,
    "assign": frozenset({Role.COMMITTEE, Role.ADMIN}),
    "decide": frozenset({Role.FACULTY, Role.COMMITTEE}),
    "settle": frozenset({Role.COMMITTEE}),
    "comment": _WORK,
    "approve": frozenset({Role.COMMITTEE}),
    "export": frozenset({Role.COMMITTEE, Role.ADMIN}),
    "receipt": frozenset({Role.COMMITTEE, Role.ADMIN}),
    "settings": frozenset({Role.ADMIN}),
    "directory": frozenset({Role.COMMITTEE, Role.ADMIN}),
    "convert": frozenset({Role.COMMITTEE}),
    "sign": _WORK,  # of these, whom the step names
    "learners": frozenset({Role.COMMITTEE, Role.ADMIN}),  # personal data: reading it too
    "people": frozenset({Role.ADMIN}),
    "colleges": frozenset({Role.ADMIN}),  # of the server only, see allowed()
}
# What somebody without a college may do to a college: look (centre), and set it up (admin).
_FROM_SERVER: dict[Role, frozenset[Act]] = {
    Role.CENTRE: frozenset({"read"}),
    Role.ADMIN: frozenset({"people", "colleges"}),
}


def allowed(who: Person, act: Act, college_id: str) -> bool:
    """Whether this person may do this in this college.

    Parameters
    ----------
    who : Person
        As the database has them now; ``signed_in`` as the session vouches.
    act : Act
        A row of :data:`ALLOWED`.
    college_id : str
        The college the thing belongs to; ``SERVER`` for the server itself.
    """
    if who is COMMAND_LINE:
        return act in {"read", "people", "colleges", "receipt"}
    if not who.active:
        return False
    if who.college_id == LOCAL:
        return college_id == LOCAL and act != "colleges"
    if not who.signed_in:
        return False
    if who.college_id == SERVER:
        return act in _FROM_SERVER.get(who.role, frozenset())
    if who.college_id != college_id or act == "colleges":
        return False
    return who.role in ALLOWED[act]


def require(who: Person, act: Act, college_id: str) -> None:
    """Raise unless :func:`allowed`.

    Raises
    ------
    AccessError
        Names the person's role and who could do it instead.
    """
    if allowed(who, act, college_id):
        return
    if not who.active:
        raise AccessError("这个账号已停用", remedy="请联系本学院的教务管理员。")
    if who.college_id not in {LOCAL} and not who.signed_in and who is not COMMAND_LINE:
        raise AccessError("尚未登录", remedy="请先登录。")
    if who.college_id not in {college_id, SERVER}:
        raise AccessError("没有这一项，或它属于别的学院", remedy="请在自己学院的工作区中操作。")
    roles = "、".join(ROLE_ZH[r] for r in Role if r in ALLOWED[act])
    raise AccessError(
        f"没有权限：{ACT_ZH[act]}",
        got=ROLE_ZH[who.role],
        expected=f"本学院的{roles}",
        remedy="请由有权限的人操作，或请教务管理员调整角色。",
    )


_D = TypeVar("_D", LinkDecision, Decision)


def subject_of(decision: LinkDecision | Decision) -> str:
    """What a decision is about: a proposal's id, or the pair joined by ``|``."""
    return "|".join(decision.pair) if isinstance(decision, LinkDecision) else decision.subject


def withdrawn(decision: LinkDecision | Decision) -> bool:
    """Whether this word only takes an earlier one back."""
    if isinstance(decision, LinkDecision):
        return decision.grade is None
    return decision.verdict == "withdraw"


def holders(decisions: Iterable[LinkDecision | Decision]) -> dict[str, set[str]]:
    """Per subject the reviewers whose word (stage ``review``) stands and is not taken back.

    ``decisions`` are in order of time: the later word of a person replaces their earlier one.
    """
    held: dict[str, set[str]] = defaultdict(set)
    for d in decisions:
        if d.stage == "review":
            if withdrawn(d):
                held[subject_of(d)].discard(d.reviewer)
            else:
                held[subject_of(d)].add(d.reviewer)
    return held


def visible(decisions: Iterable[_D], who: Person, reviewers: int) -> list[_D]:
    """The decisions a person may see, in the order given.

    With one reviewer everybody sees everything.  With two, they decide blind: faculty see
    somebody else's word on a subject only once their own stands there; everyone else only once
    two people's words stand.  What the committee settled is open, with all that led to it.

    Parameters
    ----------
    decisions : iterable of LinkDecision or Decision
        The whole history, in order of time.
    who : Person
        Who asks.
    reviewers : {1, 2}
        The workspace's number of reviewers.
    """
    history = list(decisions)
    if reviewers == 1:
        return history
    held = holders(history)
    settled: dict[str, bool] = {}
    for d in history:
        if d.stage == "settle":
            settled[subject_of(d)] = not withdrawn(d)

    def open_to(d: _D) -> bool:
        subject = subject_of(d)
        if d.stage == "settle" or d.reviewer == who.id or settled.get(subject, False):
            return True
        words = held.get(subject, set())
        if who.role == Role.FACULTY:
            return who.id in words
        return len(words) >= 2

    return [d for d in history if open_to(d)]
