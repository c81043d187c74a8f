"""A run kept: all that is needed to show it again and to let people decide on it, no model.

:func:`dump` writes what a run compared, its matches with their evidence, and every pair's
probability; :func:`load` reads it; :func:`result` makes graph, coverage, proposals and plan
anew with what people have decided since.  Without decisions the result is the run's own, byte
for byte.  :func:`under` shows the same run under other settings, before anything is saved;
:func:`recalculated` makes a run of its own of that.
"""

from align.snapshot.anew import result
from align.snapshot.codec import VERSION, dump, dump_again, load
from align.snapshot.kept import Snapshot
from align.snapshot.recalculated import (
    between,
    by_model,
    calibration_of,
    named,
    outdated,
    preview,
    recalculated,
)
from align.snapshot.under import AS_SHIPPED, reach, recalibrated, under

__all__ = [
    "AS_SHIPPED",
    "VERSION",
    "Snapshot",
    "between",
    "by_model",
    "calibration_of",
    "dump",
    "dump_again",
    "load",
    "named",
    "outdated",
    "preview",
    "reach",
    "recalculated",
    "recalibrated",
    "result",
    "under",
]
