"""What is photographed: which page, as whom, in which workspace, after which clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Which server and workspace: nobody has come yet; nothing there yet; the sample; the real size.
World = Literal["laptop", "nothing", "small", "large"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture.

    Parameters
    ----------
    name : str
        Of the picture's file.
    page : str
        The page's address; "" for the first one, and for the page before all others.
    login : str
        Who is signed in; "" for nobody.
    query : str
        The rest of the address, such as ``tune_view=figures``.
    press : tuple of str
        Keys of words: buttons or parts of the page pressed one after the other.
    """

    name: str
    page: str
    login: str = "sun"
    query: str = ""
    press: tuple[str, ...] = ()


COMMITTEE = ("state", "differ", "stale", "people", "approve")
TUNE = ("set", "figures", "goal", "refit", "next", "versions")
EXPORT = ("back", "template", "diff")
CREDIT = ("rules", "candidates", "directory", "learners")

#: Every page and every part of it, as those see it who work there.
PAGES: tuple[Scene, ...] = (
    Scene("overview", ""),
    Scene("intake", "intake"),
    Scene("intake-now", "intake", press=("intake.current",)),
    Scene("compare", "compare", "zhao"),
    Scene("compare-unit", "compare", "zhao", "compare_by=unit"),
    Scene("graph", "graph"),
    Scene("graph-standard", "graph", query="graph_order=standard&graph_strength=full"),
    Scene("graph-flows", "graph", query="graph_view=flows"),
    Scene("proposals", "proposals", "zhao"),
    Scene("proposals-many", "proposals", "qian", press=("proposals.way_many",)),
    *(Scene(f"committee-{v}", "committee", query=f"committee_view={v}") for v in COMMITTEE),
    *(Scene(f"thresholds-{v}", "thresholds", "li", f"tune_view={v}") for v in TUNE),
    *(Scene(f"credit-{v}", "credit", "li", f"credit_view={v}") for v in CREDIT[:1]),
    *(Scene(f"credit-{v}", "credit", "sun", f"credit_view={v}") for v in CREDIT[1:]),
    Scene("credit-class", "credit", "sun", "credit_view=learners", ("learn.way_class",)),
    Scene("credit-account", "credit", "sun", "credit_view=learners", ("learn.way_account",)),
    Scene("credit-single", "credit", "sun", "credit_view=learners", ("learn.way_single",)),
    Scene("export", "export"),
    *(Scene(f"export-{v}", "export", query=f"export_view={v}") for v in EXPORT),
    Scene("audit", "audit"),
    Scene("audit-proof", "audit", query="audit_view=proof", press=("audit.verify",)),
)
#: What others see, where it is not the same.
OTHERS: tuple[Scene, ...] = (
    Scene("centre", "", "zhong"),
    Scene("centre-overview", "overview", "zhong"),
    Scene("viewer-proposals", "proposals", "zhou"),
    Scene("viewer-credit", "credit", "zhou", "credit_view=learners"),
    Scene("faculty-committee", "committee", "zhao"),
    Scene("faculty-export", "export", "zhao"),
    Scene("admin-people", "committee", "li", "committee_view=people"),
    Scene("people", "people", "li"),
)
#: Before there is anything: a laptop at its first start, and a college without a workspace.
FIRST: tuple[Scene, ...] = (Scene("welcome", "", ""),)
SIGN_IN: tuple[Scene, ...] = (
    Scene("sign-in", "", ""),
    Scene("sign-in-refused", "", "", "refused=wrong"),
)
_WITHOUT = (
    "", "intake", "compare", "graph", "proposals", "committee", "thresholds", "credit", "export",
    "audit",
)  # fmt: skip
NOTHING: tuple[Scene, ...] = (
    *(Scene(f"nothing-{page or 'overview'}", page, "xin") for page in _WITHOUT),
    Scene("guest", "", "he"),  # may only look, and there is nothing to look at
    Scene("guest-compare", "compare", "he"),
)

WORLDS: dict[World, tuple[Scene, ...]] = {
    "laptop": FIRST,
    "nothing": (*SIGN_IN, *NOTHING),
    "small": PAGES,
    "large": (*PAGES, *OTHERS),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the user's guides: a scene, and what is cut out of it.

    Parameters
    ----------
    cut : (int, int, int, int)
        Left, top, right, bottom in pixels; 0 at right or bottom leaves that edge.
    """

    scene: Scene
    world: World = "small"
    cut: tuple[int, int, int, int] = (0, 0, 0, 800)
    width: int = 1280


def _picture(world: World, name: str, bottom: int = 800, left: int = 0) -> Picture:
    (scene,) = (s for s in WORLDS[world] if s.name == name)
    return Picture(scene, world, (left, 0, 0, bottom))


PICTURES: tuple[Picture, ...] = (
    _picture("nothing", "sign-in", 480),
    _picture("nothing", "nothing-compare", 640),
    _picture("small", "intake-now", 900),
    _picture("small", "overview", 900),
    _picture("small", "graph", 900),
    _picture("small", "compare", 1180),
    _picture("small", "proposals", 820),
    _picture("small", "proposals-many", 900),
    _picture("large", "committee-people", 760),
    _picture("large", "committee-state", 900),
    _picture("large", "committee-differ", 760),
    _picture("large", "committee-approve", 800),
    _picture("small", "export", 760),
    _picture("small", "credit-candidates", 900),
    _picture("small", "credit-directory", 760),
    _picture("small", "credit-account", 900),
    _picture("large", "audit", 760),
    _picture("large", "audit-proof", 700),
    _picture("large", "thresholds-set", 760),
    _picture("large", "thresholds-figures", 900),
    _picture("small", "credit-rules", 760),
    _picture("large", "centre", 820),
)
