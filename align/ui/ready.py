"""What the first page would wait for, made ready as soon as the server answers.

Starting needs neither numpy nor the graph nor the plan; a page of results does, and the run
itself.  Whoever opens the browser or types a password gives the time for it.
"""

from __future__ import annotations

import logging
import threading

from align.access import COMMAND_LINE
from align.errors import AlignError
from align.ui import wiring

#: Among this many workspaces at most the one in use is looked for: a centre has hundreds.
MOST = 20
#: Seconds after the start: who opens the browser at once is answered first.
PAUSE = 1.0


def begin(after: float = PAUSE) -> threading.Thread:
    """Make ready in the background; what fails here fails where it is needed, and is told there."""
    thread = threading.Timer(after, _quietly)
    thread.name, thread.daemon = "align-ready", True
    thread.start()
    return thread


def _quietly() -> None:
    log = logging.getLogger(__name__)
    try:
        make()
    except AlignError as error:  # the page that needs it says the same to whoever opens it
        log.info("not made ready: %s", error.line())
    except Exception:
        log.exception("not made ready")


def make() -> None:
    """Load what every page of results needs, and the run that people decided on last."""
    import align.papers
    import align.pipeline  # noqa: F401
    from align.snapshot import result

    store = wiring.store()
    reviewed = [w for w in store.workspaces(COMMAND_LINE) if w.run_id]
    if not 0 < len(reviewed) <= MOST:
        return
    busiest = max(reviewed, key=lambda w: store.decisions_version(w.id))
    # Kept under the names the pages ask by; what people decided is added by the page.
    result(wiring.kept(busiest, COMMAND_LINE))
