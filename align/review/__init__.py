"""From what people have said to what holds: folding, agreement, what is next, carrying over.

Nothing here reads or writes: decisions come in, what follows from them goes out.  Who may see
whose decisions is told by :func:`align.access.visible`.
"""

from align.review.agreement import Agreement, cohen_kappa, kappas, krippendorff_alpha, labels
from align.review.carry import Carried, Change, carry
from align.review.fold import (
    Opinion,
    Standing,
    blind_words,
    current,
    disagreements,
    in_force,
    link_standings,
    opinions,
    standings,
    verdicts_in_force,
    words_in_force,
)
from align.review.progress import Progress, progress, queue

__all__ = [
    "Agreement",
    "Carried",
    "Change",
    "Opinion",
    "Progress",
    "Standing",
    "blind_words",
    "carry",
    "cohen_kappa",
    "current",
    "disagreements",
    "in_force",
    "kappas",
    "krippendorff_alpha",
    "labels",
    "link_standings",
    "opinions",
    "progress",
    "queue",
    "standings",
    "verdicts_in_force",
    "words_in_force",
]
