"""The same story over many colleges, on an existing distributed engine (Dask, extra ``cluster``).

Every task is a function from files to files in folders that all machines see: a college's
standards become readings, readings a prepared programme, a prepared programme and a group of
certificates a *block* of results.  The steps are :func:`align.pipeline.run`'s own, so a block
holds what the single-machine path finds.  A finished block is named by what decided it
(:mod:`align.cluster.blocks`); whatever is killed, the next call does what is not finished and
nothing else, with the same bytes.

:mod:`align.cluster.order` has the nouns, :mod:`align.cluster.tasks` what runs on a worker,
:mod:`align.cluster.engine` the only lines that know Dask, :mod:`align.cluster.drive` the story.
"""

from align.cluster.drive import Batch, Failed, run_batch
from align.cluster.engine import Tls
from align.cluster.order import College, Order, colleges_of

__all__ = ["Batch", "College", "Failed", "Order", "Tls", "colleges_of", "run_batch"]
