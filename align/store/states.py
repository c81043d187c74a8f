"""What of a row stands in the ledger: its state as plain data, persons and notes as keyed hashes.

An entry's ``before`` and ``after`` are ``{noun: state}``.  The same functions make the state
when a row is written and when :mod:`align.store.verify` compares the row with its entry, so
whatever stands in a state is guarded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import COMMAND_LINE
from align.store.ledger import canonical, seal

State = dict[str, Any]


class Actors:
    """People as the ledger knows them, looked up once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, Any] = {}
        self._learners: dict[str, Any] = {}

    def row(self, person_id: str) -> Any:
        """The row of ``people``; None for an unknown person."""
        if person_id not in self._rows:
            query = sa.select(t.people).where(t.people.c.id == person_id)
            self._rows[person_id] = self._connection.execute(query).one_or_none()
        return self._rows[person_id]

    def actor(self, person_id: str) -> str:
        """The keyed hash that stands for a person; it outlives them."""
        if person_id == COMMAND_LINE.id:
            return person_id
        row = self.row(person_id)
        return str(row.actor) if row else f"?{person_id}"

    def seal(self, person_id: str, text: str) -> str:
        """The keyed hash of a text this person wrote."""
        row = self.row(person_id)
        return seal(row.key if row else None, text)

    def learner(self, learner_id: str) -> Any:
        """The row of ``learners``; None for an unknown one."""
        if learner_id not in self._learners:
            query = sa.select(t.learners).where(t.learners.c.id == learner_id)
            self._learners[learner_id] = self._connection.execute(query).one_or_none()
        return self._learners[learner_id]


def plain(text: str) -> Any:
    """The data of a JSON column; the text itself where it is not as we write it."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    return data if canonical(data) == text else text


def _columns(row: Any, actors: Actors, *, parse: str = "", person: str = "") -> State:
    state = dict(row._mapping)
    for name in parse.split():
        state[name] = plain(state[name])
    if person:
        state[person] = actors.actor(state[person])
    return state


def _college(row: Any, actors: Actors) -> State:
    return _columns(row, actors)


def _person(row: Any, actors: Actors) -> State:
    return {
        "id": row.actor,
        "college_id": row.college_id,
        "role": row.role,
        "active": row.active,
        "erased": row.erased,
        "name": seal(row.key, row.name),
        "login": seal(row.key, row.login or ""),
        "password": seal(row.key, row.password or ""),
    }


def _source(row: Any, actors: Actors) -> State:
    return _columns(row, actors, person="by")


def _workspace(row: Any, actors: Actors) -> State:
    return _columns(row, actors, parse="sources levels leave_out corrections")


def _assignment(row: Any, actors: Actors) -> State:
    actor = actors.actor(row.person_id)
    return {"id": f"{row.workspace_id}/{actor}", "courses": plain(row.courses)}


def _run(row: Any, actors: Actors) -> State:
    state = _columns(row, actors, parse="data", person="by")
    return {**state, "id": f"{row.workspace_id}/{row.id}"}


def _noted(row: Any, actors: Actors, person: str, text: str = "note", parse: str = "") -> State:
    state = _columns(row, actors, parse=parse, person=person)
    state[text] = actors.seal(getattr(row, person), getattr(row, text))
    return state


def _reviewed(row: Any, actors: Actors) -> State:
    return _noted(row, actors, "reviewer")


def _comment(row: Any, actors: Actors) -> State:
    return _noted(row, actors, "author", "text")


def _approval(row: Any, actors: Actors) -> State:
    state = _noted(row, actors, "by", parse="names")
    if isinstance(state["names"], list):
        state["names"] = [seal(bytes.fromhex(n["key"]), n["name"]) for n in state["names"]]
    return state


def _approved_file(row: Any, actors: Actors) -> State:
    return _columns(row, actors)


def _settings(row: Any, actors: Actors) -> State:
    return _noted(row, actors, "author", "reason", parse="values")


def _template(row: Any, actors: Actors) -> State:
    return _noted(row, actors, "author", "reason")


def _sample(row: Any, actors: Actors) -> State:
    return _columns(row, actors, parse="drawn", person="by")


def _entry(row: Any, actors: Actors) -> State:
    return _columns(row, actors, parse="data", person="by")


def _conversion(row: Any, actors: Actors) -> State:
    state = _noted(row, actors, "by", "reason", parse="data")
    # Entries of before the approval chain know nothing of it.
    chain = state.pop("chain")
    return state if chain is None else {**state, "chain": plain(chain)}


def _agreement(row: Any, actors: Actors) -> State:
    return _noted(row, actors, "by")


def _signature(row: Any, actors: Actors) -> State:
    return _noted(row, actors, "by")


def _learner(row: Any, actors: Actors) -> State:
    number = seal(row.key, row.number or "")
    return {"id": row.mark, "college_id": row.college_id, "number": number, "erased": row.erased}


def _of_learner(row: Any, actors: Actors) -> State:
    """What a learner has is known to the ledger by a hash under the learner's own key."""
    state = _columns(row, actors, person="by")
    learner = actors.learner(state.pop("learner_id"))
    state["learner"] = learner.mark if learner is not None else "?"
    state["data"] = seal(learner.key if learner is not None else None, row.data)
    return state


@dataclass(frozen=True)
class Guarded:
    """A table whose rows the ledger guards.

    Parameters
    ----------
    personal : (str, str) or None
        The columns of a person's own words and of that person: blanked when they are erased.
    """

    table: sa.Table
    state: Callable[[Any, Actors], State]
    personal: tuple[str, str] | None = None


GUARDED: Mapping[str, Guarded] = {
    "college": Guarded(t.colleges, _college),
    "person": Guarded(t.people, _person),
    "source": Guarded(t.sources, _source),
    "workspace": Guarded(t.workspaces, _workspace),
    "assignment": Guarded(t.assignments, _assignment),
    "run": Guarded(t.runs, _run),
    "link_decision": Guarded(t.link_decisions, _reviewed, ("note", "reviewer")),
    "decision": Guarded(t.decisions, _reviewed, ("note", "reviewer")),
    "comment": Guarded(t.comments, _comment, ("text", "author")),
    "approval": Guarded(t.approvals, _approval, ("note", "by")),
    "approved_file": Guarded(t.approved_files, _approved_file),
    "settings": Guarded(t.settings_versions, _settings, ("reason", "author")),
    "version": Guarded(t.versions, _settings, ("reason", "author")),
    "template": Guarded(t.templates, _template, ("reason", "author")),
    "sample": Guarded(t.samples, _sample),
    "entry": Guarded(t.directory, _entry),
    "conversion": Guarded(t.conversions, _conversion, ("reason", "by")),
    "agreement": Guarded(t.agreements, _agreement, ("note", "by")),
    "signature": Guarded(t.signatures, _signature, ("note", "by")),
    "learner": Guarded(t.learners, _learner),
    "learning_result": Guarded(t.learning_results, _of_learner),
    "learner_conversion": Guarded(t.learner_conversions, _of_learner),
}


def state_of(connection: sa.Connection, noun: str, *where: sa.ColumnElement[bool]) -> State:
    """The state of the one row that fulfils the conditions, as it now stands; {} if none.

    Read back from the database on purpose: what it made of a value (3 or 3.0) is what will be
    compared later.
    """
    guarded = GUARDED[noun]
    row = connection.execute(sa.select(guarded.table).where(*where)).one_or_none()
    return guarded.state(row, Actors(connection)) if row is not None else {}
