"""The frame around every page: who, which workspace, navigation, and what an error looks like."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from align.access import LOCAL, allowed
from align.decisions import Person, Role
from align.errors import AlignError
from align.ui import own_password, session, theme, turn, welcome, wiring
from align.ui.components import html
from align.ui.components.filters import in_address
from align.ui.components.gate import PAGE, error_line
from align.ui.components.here import left
from align.ui.words import LANGUAGES, role_words, t

_PAGES = Path(__file__).parent / "pages"
#: File name (and address) of each page with its sign, in the order of the work.
PAGES = {
    "overview": ":material/dashboard:",
    "intake": ":material/upload_file:",
    "compare": ":material/compare_arrows:",
    "graph": ":material/hub:",
    "proposals": ":material/checklist:",
    "committee": ":material/groups:",
    "thresholds": ":material/tune:",
    "credit": ":material/school:",
    "export": ":material/download:",
    "audit": ":material/history:",
}
#: First of all for whoever looks after several colleges; nobody else has it.
CENTRE = {"centre": ":material/account_balance:"}
#: Last of all for whoever manages accounts; nobody else has it.
PEOPLE = {"people": ":material/manage_accounts:"}


def show() -> None:
    """Draw the frame and run the page that the address names."""
    st.set_page_config(page_title="书证融通", page_icon=theme.icon(), layout="wide")
    try:
        person = wiring.enter()
        _sidebar(person)
    except AlignError as error:  # the store does not answer: nothing else can be shown
        theme.apply()
        st.error(error.line())
        return
    theme.apply()
    st.logo(theme.logo(t("app.name")), size="large")
    if person is None:
        title = t("sign.title")
        page = st.navigation(
            [
                st.Page(welcome.show, title=title),
                *_also(welcome.show, title, CENTRE | PAGES | PEOPLE),
            ],
            position="hidden",
        )
    else:
        pages = {**CENTRE, **PAGES} if person.role == Role.CENTRE else PAGES
        if person.college_id != LOCAL and allowed(person, "people", person.college_id):
            pages = {**pages, **PEOPLE}
        first = next(iter(pages))
        others = [first, *(name for name in CENTRE if name not in pages)]
        page = st.navigation(
            [
                st.Page(
                    _PAGES / f"{name}.py",
                    title=t(f"nav.{name}"),
                    icon=icon,
                    # The first page stands at "/", and its name below, in ``_also``.
                    url_path="home" if name == first else name,
                    default=name == first,
                )
                for name, icon in pages.items()
            ]
            + _also(_PAGES / f"{first}.py", t(f"nav.{first}"), others)
        )
        st.session_state[PAGE] = page.url_path if page.url_path in pages else first
    _run(page)


def _also(what: Path | Callable[[], None], title: str, names: Iterable[str]) -> list[Any]:
    """Addresses that lead to a page without standing in the list.

    The first page has the address "/" alone: its name, as the centre sees and hands it on, and
    every page's before signing in, would otherwise open the browser's page under an English
    "Page not found".
    """
    return [st.Page(what, title=title, url_path=name, visibility="hidden") for name in names]


def _run(page: Any) -> None:
    """Run a page; whatever goes wrong in it is one line, never a traceback."""
    try:
        page.run()
        turn.drawn()
    except AlignError as error:
        st.error(error.line())
    except Exception as error:
        logging.getLogger(__name__).exception("a page failed")
        st.error(error_line(error))


def _sidebar(person: Person | None) -> None:
    with st.sidebar:
        if person is not None:
            _workspace()
        st.segmented_control(
            t("app.language"),
            list(LANGUAGES),
            default="中文",
            key="lang",
            bind="query-params",
            required=True,
        )
        if person is not None:
            _who(person)


def _workspace() -> None:
    """The choice of what is worked on; new workspaces from the folders stand at its end."""
    found = wiring.workspaces()
    try:
        offers = {key: p.name for key, p in wiring.offers(found).items()}
    except AlignError:
        offers = {}  # the page says why, where the reader looks
    source = t("app.from_samples" if wiring.folders().samples else "app.from_folder")
    names = wiring.workspace_names(found)
    names |= {key: f"{source}{name}" for key, name in offers.items()}
    if not names:
        st.session_state.pop("workspace", None)
        return
    wanted = (
        st.session_state.pop("workspace.next", None)
        or st.session_state.get("workspace")
        or st.session_state.get("workspace.kept")
        or st.query_params.get("ws")
    )
    if wanted and wanted not in names and wiring.bench().job(wiring.job_key(wanted)) is not None:
        # It is being made into a workspace at this moment: the page waits for it.
        names[wanted] = f"{source}{wanted.removeprefix(wiring.NEW)}"
    st.session_state["workspace"] = wanted if wanted in names else next(iter(names))
    chosen = st.selectbox(
        t("app.workspace"), list(names), format_func=lambda k: names.get(k, k), key="workspace"
    )
    st.session_state["workspace.kept"] = chosen
    in_address("ws", chosen or "")


def _who(person: Person) -> None:
    told = [f"<b>{html.esc(person.name)}</b> · {html.esc(role_words(person))}"]
    if person.college_id == LOCAL:
        told.append(t("app.local"))
    html.show(f'<p class="al-side">{"<br>".join(told)}</p>')
    # Whom the college's own sign-in vouches for changes the password there.
    if session.mode() == "accounts":
        own_password.offer(person)
    if session.mode() != "local" and st.button(
        t("sign.out"), key="sign.out", icon=":material/logout:", type="tertiary"
    ):
        left(person)
        session.leave(wiring.store())
        st.rerun()
