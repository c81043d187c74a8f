"""What a workspace gives out, and what comes back: its plan with all that the store knows.

:func:`standing` takes a workspace's run with the decisions in force; :func:`papers_of` gathers
what else belongs into a plan (approval, conversions, template, head of the ledger);
:func:`as_approved` makes them those of the file that is being approved, and :func:`plan_with`
lays a plan out.  :func:`returned` holds an edited plan.xlsx against the workspace, :func:`take`
makes decisions of it; :func:`editions` and :func:`side` let two runs be compared.
"""

from align.papers.plan import Papers, as_approved, papers_of, plan_with
from align.papers.returned import Returned, Row, returned, take
from align.papers.sides import Edition, editions, side, side_of_files
from align.papers.standing import Standing, standing

__all__ = [
    "Edition",
    "Papers",
    "Returned",
    "Row",
    "Standing",
    "as_approved",
    "editions",
    "papers_of",
    "plan_with",
    "returned",
    "side",
    "side_of_files",
    "standing",
    "take",
]
