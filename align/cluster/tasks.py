"""What runs on a worker: read, prepare a programme, make a block, join a programme's blocks.

Each is a function of files, writes files whole or not at all, and may be run twice.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import align
import align.cluster.blocks as blocks
import align.cluster.shelf as shelf
from align import graph, pipeline, snapshot
from align.cluster.order import Block, Chosen, Done, Order, Ready
from align.embed import CachedEmbedder, Embedder, Side, Vectors, on_side
from align.errors import ModelError, UsageError
from align.export.files import atomic_write
from align.export.parquet import coverage_parquet, matches_parquet, proposals_parquet
from align.gather import FileReading, assemble
from align.match import MatcherModel, Remembered, load_matcher, prepare
from align.models import load_embedder
from align.places import models_folder
from align.programmes import Programme
from align.records import Certificate, Match
from align.settings import Settings

#: Vectors held by a worker between blocks; then all are let go and read from the cache again.
HELD_TEXTS = 100_000


class Held:
    """Vectors kept in memory from block to block: a programme's are asked for many times."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self._known = Remembered(inner)
        self._sides: dict[str, Embedder] = {}

    @property
    def identity(self) -> str:
        """The model's."""
        return self.inner.identity

    def on_side(self, side: Side) -> Embedder:
        """The same with the model's prompt of one side; itself where that is the same."""
        if side not in self._sides:
            own = on_side(self.inner, side)
            self._sides[side] = self if own is self.inner else Held(own)
        return self._sides[side]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`align.embed.Embedder`."""
        if self._known.held > HELD_TEXTS:
            self._known = Remembered(self.inner)
        return self._known.embed(texts)


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a worker loads once."""

    embedder: Embedder
    matcher: MatcherModel
    settings: Settings
    cached: bool


@lru_cache(maxsize=1)
def tools(order: Order) -> Tools:
    """The model, the matcher and the settings of an order.

    Raises
    ------
    UsageError, ModelError
        This worker has another program, model or matcher than the one that ordered.
    """
    if align.__version__ != order.version:
        raise UsageError(
            "工作进程的程序版本不同", got=align.__version__, expected=order.version,
            remedy="请在所有机器上安装同一版本。",
        )  # fmt: skip
    inner = load_embedder(order.model, device=order.device)
    matcher = load_matcher(models_folder() / "matcher.json", order.concepts)
    for what, mine, theirs in (
        ("向量模型", inner.identity, order.identity),
        ("匹配模型或概念词表", matcher.version, order.matcher),
    ):
        if mine != theirs:
            raise ModelError(
                f"工作进程的{what}不同", got=mine, expected=theirs,
                remedy="请在所有机器上用同一份模型文件（环境变量 ALIGN_MODELS）。",
            )  # fmt: skip
    cached = isinstance(inner, CachedEmbedder)
    return Tools(Held(inner), matcher, Settings(dict(order.settings)), cached)


def sees(order: Order, name: str, content: str) -> str:
    """Whether this worker sees the order's folder, and has what the order needs: "" or why not."""
    path = order.out / name
    try:
        if path.read_text(encoding="utf-8") != content:
            return f"{path} 的内容不同"
    except OSError as error:
        return f"{path}：{error.strerror}"
    tools(order)
    return ""


def read_certificates(order: Order, paths: tuple[Path, ...]) -> list[dict[str, Any]]:
    """Read certificate files and embed their lines; entries of the catalogue, as data."""
    found = []
    for file, kept in shelf.read_kept(order.work, paths, "certificate"):
        if file.reading is None:
            found.append(shelf.Listed(file, "").plain())
            continue
        certificates = file.reading.certificates
        items = tuple(dict(Counter(i.level for i in c.competencies)) for c in certificates)
        if tools(order).cached:
            prepare([i for c in certificates for i in c.competencies], (), tools(order).embedder)
        seen = FileReading(file.path, shelf.light(file.reading))
        found.append(shelf.Listed(seen, kept.name if kept else "", items).plain())
    return found


def prepare_programme(order: Order, college: str, programme: Programme, catalogue: Path) -> Ready:
    """Read a programme's courses, choose its certificates, cut the work into blocks.

    Raises
    ------
    UsageError
        It has no course, or none of its certificates is there.
    """
    listed = shelf.catalogue(catalogue)
    read = [file for file, _ in shelf.read_kept(order.work, programme.files, None)]
    gathered = assemble(programme, read, [entry.file for entry in listed], order.levels)
    errors = tuple(f.error for f in read if f.error)
    if not gathered.courses:
        said = f"（{errors[0].line()}）" if errors else ""
        raise UsageError(
            f"专业“{programme.name}”没有读到任何课程{said}",
            remedy="用 align read 文件 查看每个文件读成了什么。",
        )
    with_tools = tools(order)
    units = [u for c in gathered.courses for u in c.units]
    if with_tools.cached:
        prepare((), units, with_tools.embedder)
    made = pipeline.identify(gathered, order.identity, order.matcher, with_tools.settings)
    kept = snapshot.dump_again(
        snapshot.Snapshot(gathered, (), {}, {}, {}, made, with_tools.settings)
    )
    name = hashlib.sha256(kept).hexdigest()[:32] + ".json.gz"
    atomic_write(order.work / "programmes" / name, kept)
    chosen = _chosen(listed, programme, gathered.certificates)
    return Ready(
        college, dataclasses.replace(programme, files=()), made.id, name,
        _blocks(order, college, programme.id, name, chosen, len(units)),
        tuple((f.path, "course" if f in read else "certificate")
              for f in gathered.files if f.reading),
        errors,
        len(gathered.problems),
        {"courses": len(gathered.courses), "units": len(units), "certificates": len(chosen),
         "competencies": sum(c.items for c in chosen)},
    )  # fmt: skip


def _chosen(
    listed: Sequence[shelf.Listed], programme: Programme, certificates: Sequence[Certificate]
) -> list[Chosen]:
    """Where the programme's certificates were read, in the order :func:`assemble` gave them."""
    places = [
        (entry, k)
        for entry in listed
        if entry.file.reading
        for k, c in enumerate(entry.file.reading.certificates)
        if programme.takes_certificate(entry.file.path, c.code, c.name)
    ]
    found = []
    for (entry, k), mine in zip(places, certificates, strict=True):
        counts = entry.items[k]
        assert entry.file.reading is not None
        whole = entry.file.reading.certificates[k].levels == mine.levels
        items = sum(n for level, n in counts.items() if whole or level in mine.levels)
        found.append(Chosen(entry.reading, k, mine.id, mine.levels, items))
    return found


def _blocks(
    order: Order, college: str, programme: str, prepared: str, chosen: Sequence[Chosen], units: int
) -> tuple[Block, ...]:
    """Neighbouring certificates together, as many as a block may hold; one at least."""
    groups: list[list[Chosen]] = []
    pairs = 0
    for c in chosen:
        own = c.items * units
        if not groups or pairs + own > order.block_pairs:
            groups.append([])
            pairs = 0
        groups[-1].append(c)
        pairs += own
    return tuple(
        Block(
            blocks.digest(
                blocks.FORMAT, college, programme, prepared, order.keep_whole,
                [[c.reading, c.place, c.id, list(c.levels)] for c in group],
            ),
            n + 1, college, programme, prepared, tuple(group), units * sum(c.items for c in group),
        )
        for n, group in enumerate(groups)
    )  # fmt: skip


@lru_cache(maxsize=2)
def prepared(path: Path) -> snapshot.Snapshot:
    """A programme as :func:`prepare_programme` left it: its certificates have no lines yet."""
    return snapshot.load(path.read_bytes())


def certificates_of(order: Order, chosen: Sequence[Chosen]) -> tuple[Certificate, ...]:
    """The chosen certificates whole, as far as their levels go."""
    found = []
    for c in chosen:
        read = shelf.kept_reading(order.work / "readings" / c.reading).certificates[c.place]
        kept = read.competencies
        if c.levels != read.levels:
            kept = tuple(i for i in kept if i.level in c.levels)
        if c.id != read.id:
            kept = tuple(dataclasses.replace(i, certificate_id=c.id) for i in kept)
        found.append(dataclasses.replace(read, id=c.id, levels=c.levels, competencies=kept))
    return tuple(found)


def make_block(order: Order, block: Block) -> Done:
    """The steps from match to propose for one programme and some certificates."""
    if (record := blocks.whole(order.out, block.key)) is not None:
        return Done(block.key, True, record["counts"], _peak())
    with_tools = tools(order)
    gathered = dataclasses.replace(
        prepared(order.work / "programmes" / block.prepared).gathered,
        certificates=certificates_of(order, block.certificates),
    )
    found = pipeline.run(gathered, with_tools.embedder, with_tools.matcher, with_tools.settings)
    courses, certificates = gathered.courses, gathered.certificates
    # Units and courses are covered by all certificates together: join_programme has them.
    own = [c for c in found.coverage if c.scope not in {"unit", "course"}]
    name = f"part-{block.number:04d}-{block.key[:12]}.parquet"
    files = {
        _table(block, "matches") / name: matches_parquet(found.matches, courses, certificates),
        _table(block, "coverage") / name: coverage_parquet(own),
        _table(block, "proposals") / name: proposals_parquet(
            found.proposals, courses, certificates
        ),
    }
    if order.keep_whole:
        files[whole_path(block.key)] = snapshot.dump(found)
    actions = Counter(str(p.action) for p in found.proposals)
    counts = {"matches": len(found.matches), "proposals": len(found.proposals), **actions}
    blocks.finish(order.out, block.key, files, counts)
    return Done(block.key, False, counts, _peak())


def whole_path(key: str) -> Path:
    """Where a block's snapshot is kept for the store."""
    return Path("_work") / "whole" / f"{key}.json.gz"


def join_key(ready: Ready) -> str:
    """Names what the blocks of a programme say together."""
    return blocks.digest("join", *(b.key for b in ready.blocks))


def join_programme(order: Order, ready: Ready) -> Done:
    """Coverage of a programme's units and courses, by the links of all its blocks."""
    import pyarrow.parquet as pq

    key = join_key(ready)
    if (record := blocks.whole(order.out, key)) is not None:
        return Done(key, True, record["counts"], _peak())
    settings = tools(order).settings
    links: list[Match] = []
    columns = ["certificate_id", "item_id", "course_id", "unit_id", "probability"]
    for block in ready.blocks:
        name = f"part-{block.number:04d}-{block.key[:12]}.parquet"
        with pq.ParquetFile(order.out / _table(block, "matches") / name) as file:
            table = file.read(columns=columns)
        likely = np.asarray(table["probability"]) >= settings.link_threshold
        rows = table.filter(likely).to_pylist()
        for row in rows:
            certificate, item, course, unit, probability = (row[c] for c in columns)
            links.append(Match(certificate, item, course, unit, 0.0, probability))
    courses = prepared(order.work / "programmes" / ready.prepared).courses
    joined = graph.build(courses, (), links, settings)
    found = graph.coverage(joined, courses, (), settings)
    path = blocks.partition("coverage", ready.college, ready.programme.id)
    data = coverage_parquet(found)
    blocks.finish(
        order.out, key, {path / f"courses-{key[:12]}.parquet": data}, {"links": len(links)}
    )
    return Done(key, False, {"links": len(links)}, _peak())


def _table(block: Block, table: str) -> Path:
    return blocks.partition(table, block.college, block.programme)


def _peak() -> float:
    """The most memory this process ever held, in MB."""
    if sys.platform == "win32":
        return 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3
