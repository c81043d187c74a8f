"""The steps of a college's approval chain: who passes a conversion on, one after the other.

A step is written ``教学系`` or, with whoever may sign it, ``教学系=委员会``: a role, or the login
name of one person; several are parted by ``/``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One party of the chain.

    Parameters
    ----------
    signers : tuple of str
        Roles (in Chinese or by their English name) and login names that may sign; empty leaves
        it to the committee and the admin, or to the role that ``name`` itself is.
    """

    name: str
    signers: tuple[str, ...] = ()


def step_of(text: str) -> Step | None:
    """A step as written; None where the name is missing, or nobody stands after the ``=``."""
    name, equals, signers = text.replace("＝", "=").partition("=")
    words = tuple(x.strip() for x in signers.replace("／", "/").split("/") if x.strip())
    if not name.strip() or (equals and not words):
        return None
    return Step(name.strip(), words)


__all__ = ["Step", "step_of"]
