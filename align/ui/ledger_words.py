"""The ledger in words: what an entry is about, and what it changed.

An entry holds plain data with names and notes as keyed hashes; what a person reads is looked
up while the thing and the person are still there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from align.access import LOCAL
from align.credit import BY_NAME as RULES_BY_NAME
from align.decisions import AuditEntry
from align.learner import KIND_ZH, STATE_ZH
from align.records import Action
from align.settings import SETTINGS
from align.ui.look import LINKS, Look
from align.ui.words import language, level_name, number, percent, t

#: Kinds that have words of their own.
KINDS = (
    "calibration.changed", "college.added", "comment.made", "conversion.approved",
    "conversion.signed", "conversion.submitted", "conversion.unsigned",
    "conversion.withdrawn", "courses.assigned", "database.restored", "directory.changed",
    "exemption.agreed",
    "exemption.withdrawn", "export.made",
    "learner.added", "learner.converted", "learner.erased", "learner.exported",
    "learner.single",
    "link.carried", "link.decided", "person.active", "person.added", "person.erased",
    "person.password", "person.role", "plan.approved", "plan.reopened", "proposal.carried",
    "proposal.decided", "result.added", "result.state", "rules.changed", "run.chosen",
    "run.made", "sample.drawn", "settings.changed", "source.imported",
    "template.changed",
    "workspace.changed", "workspace.made",
)  # fmt: skip
#: Nouns of conversion and tuning: shown field by field as they are kept.
_AS_KEPT = ("version", "sample", "entry", "conversion", "signature", "learner", "learning_result",
            "learner_conversion")  # fmt: skip
#: Their fields that a person reads; ids, times and hashes stay out.
_READ = (
    "name", "kind", "aliases", "issuer", "levels", "level", "course", "nature", "category",
    "hours", "credits", "months", "grade", "valid_from", "valid_to", "version", "withdrawn",
    "party", "signed",
    "state", "calibration", "seed", "pool_size", "drawn", "erased",
)  # fmt: skip

#: Kinds and states of learning results are kept by their English names.
_OWN_WORDS = {str(k): v for k, v in (*KIND_ZH.items(), *STATE_ZH.items())}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an entry changed, in words; ``before`` is "" where there was none."""

    field: str
    before: str
    after: str


class Words:
    """Turns entries into words, with what is known of people, workspaces and documents.

    Parameters
    ----------
    people : mapping
        Names by the hash the ledger knows them by.
    workspaces, courses : mapping
        Names by id.
    look : Look or None
        The results of the workspace in view, to name its things by their texts.
    notes : mapping
        Notes by the id of the decision, as far as this person may see them.
    """

    def __init__(
        self,
        people: Mapping[str, str],
        workspaces: Mapping[str, str],
        look: Look | None,
        notes: Mapping[str, str],
    ) -> None:
        self._people, self._workspaces = people, workspaces
        self._look, self._notes = look, notes

    def event(self, entry: AuditEntry) -> str:
        """What happened."""
        return t(f"event.{entry.kind}") if entry.kind in KINDS else entry.kind

    def actor(self, entry: AuditEntry) -> str:
        """Who did it."""
        if entry.actor == "command-line":
            return t("audit.command_line")
        return entry.actor_name or t("decide.erased")

    def workspace(self, entry: AuditEntry) -> str:
        """In which workspace; "" outside of all."""
        return self._workspaces.get(entry.workspace_id, "")

    def subject(self, entry: AuditEntry) -> str:
        """What it is about, by its own words where they are at hand."""
        kind, subject = entry.kind.partition(".")[0], entry.subject
        if kind == "person":
            return self._people.get(subject) or t("audit.somebody", id=subject[:8])
        if kind in {"workspace", "run", "plan"}:
            return self._workspaces.get(subject, subject)
        if kind == "courses":
            return self._people.get(subject.partition("/")[2]) or t("decide.erased")
        if kind == "source":
            return str(entry.after.get("source", {}).get("name", subject))
        if kind == "template":
            return str(entry.after.get("template", {}).get("name", "")) or t("template.own_layout")
        if kind == "college":
            return str(entry.after.get("college", {}).get("name", subject))
        if kind in {"settings", "rules", "calibration"}:
            here = self._workspaces.get(entry.workspace_id)
            return here or t("audit.whole_college")
        if kind in {"sample", "learner", "result", "conversion", "directory"}:
            return _named(entry) or self._workspaces.get(entry.workspace_id, "")
        return self.thing(subject)

    def thing(self, subject: str) -> str:
        """A pair, a proposal, or a file, by what its subject names."""
        kind, _, rest = subject.partition(":")
        if kind in {"item", "unit", "course"} and rest:
            parts = rest.split(":")
            if kind == "item" and len(parts) >= 2:
                return self._item((parts[0], ":".join(parts[1:])))
            if kind == "unit" and len(parts) >= 3:
                return self._unit((parts[1], ":".join(parts[2:])))
            if kind == "course":
                return t("audit.course", name=self._course(parts[1] if len(parts) > 1 else rest))
        parts = subject.split("|")
        if len(parts) == 4:
            return f"{self._unit((parts[2], parts[3]))} ↔ {self._item((parts[0], parts[1]))}"
        return subject

    def _item(self, key: tuple[str, str]) -> str:
        item = self._look.items.get(key) if self._look else None
        if item is None:
            return key[1]
        return f"{level_name(item.level)} {item.number or item.id} {_short(item.text)}"

    def _unit(self, key: tuple[str, str]) -> str:
        unit = self._look.units.get(key) if self._look else None
        return f"《{unit.course}》{_short(unit.task or unit.content)}" if unit else key[1]

    def _course(self, course_id: str) -> str:
        course = self._look.courses.get(course_id) if self._look else None
        return course.name if course else course_id

    def everything(self, entry: AuditEntry) -> str:
        """All that the screen shows of an entry, to be searched."""
        changes = (f"{c.field} {c.before} {c.after}" for c in self.changes(entry))
        return " ".join(
            [entry.kind, entry.subject, self.event(entry), self.actor(entry), self.subject(entry),
             self.workspace(entry), *changes]
        )  # fmt: skip

    # --- what changed ---------------------------------------------------------------------------

    def changes(self, entry: AuditEntry) -> list[Change]:
        """What is different after, field by field; what only the program needs is left out."""
        if "hidden" in entry.after:
            return [Change(t("audit.hidden"), "", "")]
        found = []
        for noun in dict.fromkeys((*entry.before, *entry.after)):
            old, new = entry.before.get(noun), entry.after.get(noun)
            if not isinstance(old if old is not None else new, dict):
                continue
            told = self._as_kept if noun in _AS_KEPT else self._noun
            found += told(old or {}, new or {})
        return found

    def _as_kept(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
        """Rules, calibrations, draws, directory and accounts: what differs, as it is kept."""
        before, after = _read_fields(old), _read_fields(new)
        return [
            Change(name, before.get(name, ""), after.get(name, ""))
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        ]

    def _noun(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
        found = []
        for name, tell in self._fields().items():
            if name not in old and name not in new:
                continue
            if (old and old.get(name) == new.get(name)) or (
                # An accepted action is the proposed one; every word is of the run in view.
                "reviewer" in new
                and (name == "run_id" or (name == "action" and new.get("verdict") == "accept"))
            ):
                continue
            before, after = tell(old, name) if name in old else "", tell(new, name)
            if before != after:
                found.append(Change(t(f"field.{name}"), before, after))
        values = self._settings(old.get("values"), new.get("values"))
        return found + values

    def _fields(self) -> dict[str, Callable[[Mapping[str, Any], str], str]]:
        """How each field that is shown is put into words."""
        plain, listed = self._plain, self._listed
        return {
            "grade": self._grade, "proposed": self._action, "verdict": self._verdict,
            "action": self._action, "course_id": lambda s, n: self._course(str(s[n] or "")),
            "probability": lambda s, n: "" if s[n] is None else percent(float(s[n])),
            "hours": self._number, "credits": self._number, "stage": self._stage,
            "note": self._note, "carried_from": self._carried,
            "name": self._name, "programme": plain, "major": plain, "levels": listed,
            "leave_out": listed, "sources": self._count, "corrections": self._count,
            "reviewers": plain, "state": self._state, "run_id": plain, "courses": self._courses,
            "kind": self._kind, "origin_file": plain,
            "sha256": self._digest, "digest": self._digest,
            "role": self._role, "active": self._yes, "erased": self._yes,
            "password": self._secret, "text": self._sealed, "reason": self._sealed,
        }  # fmt: skip

    def _plain(self, state: Mapping[str, Any], name: str) -> str:
        return str(state[name] if state[name] is not None else "")

    def _listed(self, state: Mapping[str, Any], name: str) -> str:
        return t("comma").join(map(str, state[name] or ())) or t("audit.none")

    def _count(self, state: Mapping[str, Any], name: str) -> str:
        return str(len(state[name] or ()))

    def _number(self, state: Mapping[str, Any], name: str) -> str:
        return "" if state[name] is None else number(float(state[name]))

    def _grade(self, state: Mapping[str, Any], name: str) -> str:
        grade = state[name]
        return t("decide.withdrawn") if grade is None else t(f"grade.{LINKS[grade]}")

    def _action(self, state: Mapping[str, Any], name: str) -> str:
        value = state[name]
        return t(f"action.{value}") if value in set(map(str, Action)) else ""

    def _verdict(self, state: Mapping[str, Any], name: str) -> str:
        return t(f"verdict.{state[name]}")

    def _stage(self, state: Mapping[str, Any], name: str) -> str:
        return t("audit.stage_settle") if state[name] == "settle" else ""

    def _state(self, state: Mapping[str, Any], name: str) -> str:
        return t("audit.state_approved" if state[name] == "approved" else "audit.state_open")

    def _kind(self, state: Mapping[str, Any], name: str) -> str:
        known = {"course", "certificate", "programme"}
        return t(f"kind.{state[name]}" if state[name] in known else "kind.unknown")

    def _role(self, state: Mapping[str, Any], name: str) -> str:
        return "" if state.get("college_id") == LOCAL else t(f"role.{state[name]}")

    def _yes(self, state: Mapping[str, Any], name: str) -> str:
        return t("audit.yes") if state[name] else t("audit.no")

    def _digest(self, state: Mapping[str, Any], name: str) -> str:
        return f"{str(state[name])[:16]}…"

    def _name(self, state: Mapping[str, Any], name: str) -> str:
        """A person's name stands in the ledger as a keyed hash: the subject names them."""
        return "" if "role" in state else str(state[name])

    def _note(self, state: Mapping[str, Any], name: str) -> str:
        return self._notes.get(str(state.get("id")), "") or self._sealed(state, name)

    def _sealed(self, state: Mapping[str, Any], name: str) -> str:
        return t("audit.sealed") if state[name] else ""

    def _secret(self, state: Mapping[str, Any], name: str) -> str:
        return f"{t('audit.sealed')} {str(state[name])[:6]}" if state[name] else ""

    def _carried(self, state: Mapping[str, Any], name: str) -> str:
        return t("audit.carried") if state[name] else ""

    def _courses(self, state: Mapping[str, Any], name: str) -> str:
        courses = state[name] if isinstance(state[name], list) else []
        return t("comma").join(map(self._course, courses)) or t("audit.none")

    def _settings(self, old: Any, new: Any) -> list[Change]:
        """Thresholds by their own names."""
        if not isinstance(new, dict):
            return []
        before = old if isinstance(old, dict) else {}
        names = {s.name: s.zh if language() == "zh" else s.en for s in SETTINGS}
        return [
            Change(names.get(k, k), _value(before.get(k)), _value(new.get(k)))
            for k in dict.fromkeys((*before, *new))
            if before.get(k) != new.get(k)
        ]


def _value(value: Any) -> str:
    return "" if value is None else number(float(value))


def _short(text: str, limit: int = 40) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _named(entry: AuditEntry) -> str:
    """A directory entry or conversion by its name; learners have none in the ledger."""
    for noun in ("entry", "conversion"):
        data = (entry.after.get(noun) or {}).get("data")
        if isinstance(data, dict):
            return str(data.get("name") or data.get("course") or entry.subject)
    return ""


def _read_fields(state: Mapping[str, Any]) -> dict[str, str]:
    """Field name and value in words; a rule by its own name, its values as written."""
    found: dict[str, str] = {}
    inner = [state.get("data"), state.get("values")]
    for part in (state, *(p for p in inner if isinstance(p, dict))):
        for name, value in part.items():
            if name in RULES_BY_NAME:
                rule = RULES_BY_NAME[name]
                label = rule.zh if language() == "zh" else rule.en
                found[label] = _kept(value) or t("audit.yes")
            elif name in _READ and value not in (None, "", []):
                found[t(f"field.{name}")] = str(len(value)) if name == "drawn" else _kept(value)
    return found


def _kept(value: Any) -> str:
    """A stored value as a person would write it."""
    if isinstance(value, dict):
        return "; ".join(f"{k} {_kept(v)}" for k, v in value.items())
    if isinstance(value, list):
        return t("comma").join(map(_kept, value))
    if language() == "zh" and value in _OWN_WORDS:
        return _OWN_WORDS[value]
    if isinstance(value, bool):
        return t("audit.yes") if value else t("audit.no")
    return number(value) if isinstance(value, float) else str(value)
