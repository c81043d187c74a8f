"""委员会: how far the review is, and how far two people agree."""

from __future__ import annotations

import streamlit as st

from align import review
from align.decisions import Person
from align.ui import committee, wiring
from align.ui.components import html
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import percent, role_words, t


def state(look: Look, said: Said, people: list[Person]) -> None:
    """Who has decided what share; numbers only, so that two people stay independent."""
    found = committee.counts(wiring.store(), said, look, people)
    total = len(look.result.proposals)
    standings = review.standings(
        said.decisions, said.workspace.reviewers, look.result.proposals, said.workspace.run_id
    )
    done = review.progress(look.result.proposals, standings)
    if said.workspace.reviewers == 2:
        html.show(
            html.cards(
                [
                    (t("committee.two"), f"{found.two}", t("committee.of", n=total), ""),
                    (t("committee.one"), f"{found.one}", t("committee.one_help"), ""),
                    (t("committee.nobody"), f"{found.none}", t("committee.nobody_help"), ""),
                    (
                        t("committee.standing"),
                        percent(done.share),
                        t("committee.standing_help"),
                        "",
                    ),
                ]
            )
        )
        html.show(f'<p class="al-note">{html.esc(t("committee.blind"))}</p>')
    else:
        html.show(
            html.cards(
                [
                    (t("progress.proposals"), f"{done.reviewed} / {total}",
                     percent(done.share), ""),
                    (t("progress.unsure"), str(done.unsure), t("progress.unsure_help"), ""),
                    (t("progress.stale"), str(done.stale), t("progress.stale_help"), ""),
                ]
            )
        )  # fmt: skip
    html.section(t("committee.people"), t("committee.people_note"))
    rows = [
        [
            html.esc(s.person.name if s.person else t("decide.erased")),
            html.esc(role_words(s.person)) if s.person else "",
            html.track(s.verdicts / s.due) if s.due else "",
            f"{s.verdicts} / {s.due}" if s.due is not None else str(s.verdicts),
            str(s.grades),
        ]
        for s in found.shares
    ]
    if not rows:
        html.show(f'<p class="al-note">{t("committee.nobody_yet")}</p>')
        return
    heads = ["person", "role", "share", "verdicts", "grades"]
    html.show(html.table([t(f"committee.col_{h}") for h in heads], rows, numbers=(1, 3, 4)))


def agreement(said: Said) -> None:
    """Alpha and kappa in words, each with what it rests on."""
    html.section(t("committee.agreement"), t("committee.agreement_note"))
    found = wiring.bench().once(("agreement", said.eyes), lambda: committee.measured(said))
    html.show(
        f'<div class="al-levels al-agree">{"".join(_told(m) for m in found if not m.who)}</div>'
    )
    pairs = [m for m in found if m.who]
    if pairs:
        rows = [
            [
                html.esc(t(f"committee.{m.what}")),
                html.esc(t("comma").join(name or t("decide.erased") for name in m.who or ())),
                _figure(m),
                _interval(m),
                str(m.found.n),
                percent(m.found.observed) if m.found.observed is not None else "—",
                html.esc(_words(m)),
            ]
            for m in pairs
        ]
        heads = ["what", "two", "kappa", "interval", "n", "equal", "meaning"]
        html.show(html.table([t(f"committee.col_{h}") for h in heads], rows, numbers=range(6)))
    with st.expander(t("committee.how")):
        for key in ("how_alpha", "how_kappa", "how_blind", "how_few"):
            html.show(f'<p class="al-note">{html.esc(t(f"committee.{key}"))}</p>')


def _told(m: committee.Measured) -> str:
    figure = _figure(m)
    interval = _interval(m)
    small = " · ".join(
        x
        for x in (
            t("committee.n", n=m.found.n),
            t("committee.within", interval=interval) if interval != "—" else "",
            t("committee.equal", share=percent(m.found.observed))
            if m.found.observed is not None
            else "",
        )
        if x
    )
    return (
        f'<div class="al-card"><span>{html.esc(t(f"committee.alpha_{m.what}"))}</span>'
        f"<b>{figure}</b><small>{html.esc(small)}</small>"
        f"<p>{html.esc(_words(m))}</p></div>"
    )


def _figure(m: committee.Measured) -> str:
    return "—" if m.found.value is None else f"{m.found.value:.2f}"


def _interval(m: committee.Measured) -> str:
    return "—" if m.interval is None else f"{m.interval[0]:.2f} … {m.interval[1]:.2f}"


def _words(m: committee.Measured) -> str:
    """What the figure means, in a sentence."""
    found = m.found
    if found.why == "nothing":
        return t("committee.means_nothing")
    if found.value is None:
        return t("committee.means_one", n=found.n)
    if not found.enough:
        return t("committee.means_few", n=found.n, wanted=found.wanted)
    names = ("high", "fair", "low", "chance") if m.who is None else (
        "almost", "substantial", "moderate", "slight", "chance"
    )  # fmt: skip
    # Krippendorff (2004): 0.8 and 0.667; Landis & Koch (1977): 0.8, 0.6, 0.4.
    bounds = (0.8, 0.667, 0.0) if m.who is None else (0.8, 0.6, 0.4, 0.0)
    name = next((n for n, b in zip(names, bounds, strict=False) if found.value >= b), "chance")
    return t(f"committee.means_{name}")
