"""What was chosen of a preview becomes decisions, all of them or none."""

from __future__ import annotations

from align.decisions import Decision, LinkDecision, Person, Workspace
from align.imports.compare import Preview
from align.store import Store


def save(
    store: Store, who: Person, found: Workspace, preview: Preview, *, overwrite: bool = False
) -> list[LinkDecision | Decision]:
    """Save the new words of a preview, and with ``overwrite`` those that differ, too.

    Parameters
    ----------
    who : Person
        Who imports: the decisions are theirs.
    found : Workspace
        As it was when the preview was made.

    Returns
    -------
    list of LinkDecision or Decision
        Links first; each has its entry in the ledger, with the file's name and fingerprint.

    Raises
    ------
    AccessError
        The person may not decide here.
    ConflictError
        Somebody has decided meanwhile, or another run is reviewed; nothing was saved.
    UsageError
        The plan is approved.
    """
    choices = [r.choice for r in preview.chosen(overwrite) if r.choice is not None]
    if not choices:
        return []
    origin = (preview.offered.name, preview.offered.sha256)
    return store.decide_many(who, found.id, choices, run_id=found.run_id, origin=origin)
