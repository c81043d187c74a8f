"""How far the review is: in all, per action, per person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from align import review
from align.decisions import Decision, LinkDecision
from align.ui.components import html
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import clock, percent, t


def draft(look: Look, said: Said) -> None:
    """Says how much of what is shown no person has looked at."""
    found = _progress(look, said)
    if not said.decisions and not said.links:
        html.draft()
    elif found.reviewed < found.total:
        told = t("progress.draft", done=found.reviewed, total=found.total)
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')


def show(look: Look, said: Said) -> None:
    """Bars per action, and who has decided how much."""
    found = _progress(look, said)
    links = sum(grade is not None for grade in said.grades.values())
    figures = [
        (t("progress.proposals"), f"{found.reviewed} / {found.total}", percent(found.share), ""),
        (t("progress.links"), str(links), t("progress.links_help"), ""),
        (t("progress.unsure"), str(found.unsure), t("progress.unsure_help"), ""),
        (t("progress.stale"), str(found.stale), t("progress.stale_help"), ""),
    ]
    if said.workspace.reviewers == 2:
        figures += [
            (t("progress.waiting"), str(found.waiting), t("progress.waiting_help"), ""),
            (t("progress.differing"), str(found.differing), t("progress.differing_help"), ""),
        ]
    html.show(html.cards(figures))
    rows = [
        [html.action_tag(a), html.track(done / total), f"{done} / {total}"]
        for a, (done, total) in found.by_action.items()
    ]
    html.show(
        html.table(
            [t("pick.action"), t("progress.share"), t("progress.done")], rows, numbers=(0, 2)
        )
    )
    people = _people(said)
    if people:
        heads = ["person", "verdicts", "grades", "last"]
        html.show(html.table([t(f"progress.{h}") for h in heads], people, numbers=(1, 2, 3)))


def _progress(look: Look, said: Said) -> review.Progress:
    proposals, space = look.result.proposals, said.workspace
    standings = review.standings(said.decisions, space.reviewers, proposals, space.run_id)
    return review.progress(proposals, standings)


def _people(said: Said) -> list[list[str]]:
    """On how much who has said something, the busiest first: a change of mind counts once."""
    words: dict[str, list[Decision | LinkDecision]] = defaultdict(list)
    everything: Iterable[Decision | LinkDecision] = [*said.decisions, *said.links]
    for d in everything:
        words[d.reviewer].append(d)
    rows = []
    for mine in sorted(words.values(), key=len, reverse=True):
        last = max(mine, key=lambda d: d.time)
        rows.append(
            [
                html.esc(last.reviewer_name or t("decide.erased")),
                str(len({d.subject for d in mine if isinstance(d, Decision)})),
                str(len({d.pair for d in mine if isinstance(d, LinkDecision)})),
                clock(last.time, day=True),
            ]
        )
    return rows
