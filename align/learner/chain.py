"""Signatures under a conversion: which steps of the approval chain stand, and whose turn it is.

A step counts when every step before it stands; taking a signature back takes those after it
back, too, because they were given on its ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from align.credit import RuleSet, Step, step_of
from align.decisions import ROLE_ZH, Person, Role

#: Who signs a step that names nobody.
_BY_DEFAULT = frozenset({Role.COMMITTEE, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Signature:
    """One word on one step: signed, or taken back.

    Parameters
    ----------
    step : int
        Its place in the chain, from 0.
    """

    id: str
    conversion_id: str
    step: int
    signed: bool
    note: str
    by: str
    by_name: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Signing:
    """How far a conversion has come in its chain.

    Parameters
    ----------
    steps : tuple of Step
        The chain as it was when the committee submitted the conversion; empty without one.
    standing : tuple of Signature
        One per step from the first, as far as they stand.
    whole : tuple of Signature
        The signatures of the last moment when all steps stood; empty where that never was.
    words : tuple of Signature
        Everything that was said, oldest first.
    """

    steps: tuple[Step, ...] = ()
    standing: tuple[Signature, ...] = ()
    whole: tuple[Signature, ...] = ()
    words: tuple[Signature, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nobody has still to sign."""
        return len(self.standing) == len(self.steps)

    @property
    def turn(self) -> Step | None:
        """The step whose turn it is."""
        return None if self.complete else self.steps[len(self.standing)]

    def open_to(self, who: Person) -> bool:
        """Whether it is this person's turn: signed in, holding the step, not having signed."""
        return (
            self.turn is not None
            and who.signed_in
            and may_sign(who, self.turn)
            and who.id not in {s.by for s in self.standing}
        )


def chain_of(rules: Mapping[str, Mapping[str, object]]) -> tuple[Step, ...]:
    """The steps that these rules ask for; empty where the rule is off."""
    return RuleSet(rules).chain


def written(steps: Iterable[Step]) -> list[str]:
    """Steps as they are written in the rules."""
    return [s.name + (f"={'/'.join(s.signers)}" if s.signers else "") for s in steps]


def signing(steps: Iterable[str], words: Sequence[Signature]) -> Signing:
    """What stands, from everything that was said, oldest first."""
    chain = tuple(s for text in steps if (s := step_of(text)) is not None)
    standing: list[Signature] = []
    whole: tuple[Signature, ...] = ()
    for word in words:
        if not word.signed:
            del standing[word.step :]
        elif word.step == len(standing):
            standing.append(word)
        if chain and len(standing) == len(chain):
            whole = tuple(standing)
    return Signing(chain, tuple(standing), whole, tuple(words))


def signers_of(step: Step) -> tuple[str, ...]:
    """Who may sign a step: roles in Chinese, and login names."""
    zh = {str(role): word for role, word in ROLE_ZH.items()}
    if step.signers:
        return tuple(zh.get(word, word) for word in step.signers)
    own = zh.get(step.name, step.name)
    if own in zh.values():
        return (own,)
    return tuple(ROLE_ZH[role] for role in Role if role in _BY_DEFAULT)


def may_sign(who: Person, step: Step) -> bool:
    """Whether a person holds the right to a step, by their role or by name."""
    return bool({ROLE_ZH[who.role], who.login} & set(signers_of(step)) - {""})


__all__ = [
    "Signature",
    "Signing",
    "chain_of",
    "may_sign",
    "signers_of",
    "signing",
    "written",
]
