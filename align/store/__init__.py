"""The store: what people imported, ran and decided, and the chain that proves it.

``open_store()`` gives a :class:`Store`; every function is one transaction, safe to call from
many threads and from several programs on one database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import COMMAND_LINE, LOCAL, SERVER
from align.errors import StoreError
from align.store.agreements import Agreement, Agreements
from align.store.committee import Committee
from align.store.converting import Converting
from align.store.core import utc_now
from align.store.decisions import Decisions
from align.store.directory import EntryVersion
from align.store.engine import make_engine, resolve, said_clearly
from align.store.keys import Keys, ReceiptCheck, verify_receipt
from align.store.learners import LearnerConversion
from align.store.listing import ConversionVersion
from align.store.migrate import names, upgrade
from align.store.migrate import revision as revision_of
from align.store.presence import Here, Presence
from align.store.rules import CalibrationVersion, Rules, RulesVersion, Sample
from align.store.sign_in import SignIn
from align.store.signatures import Signatures
from align.store.sources import Sources
from align.store.templates import LARGEST_FILE, Templates, TemplateVersion
from align.store.verify import Broken, Verification
from align.store.versions import SettingsVersion, Versions
from align.store.words import Choice, LinkChoice


class Store(
    Converting,
    Signatures,
    Agreements,
    SignIn,
    Sources,
    Decisions,
    Committee,
    Versions,
    Rules,
    Templates,
    Presence,
):
    """Everything the database does; made by :func:`open_store`.

    Examples
    --------
    >>> store = open_store(data=folder)                               # doctest: +SKIP
    >>> me = store.local_person("王老师")                              # doctest: +SKIP
    >>> space = store.create_workspace(me, "2026 级", "现代物流管理")    # doctest: +SKIP
    """

    @property
    def address(self) -> str:
        """Where the data are, without the password."""
        return self._url.render_as_string(hide_password=True)

    #: The migrations run when it was opened.
    upgraded: tuple[str, ...] = ()

    def info(self) -> list[tuple[str, str]]:
        """(name, value) pairs that tell a person what this database is."""
        counted = {
            "学院": t.colleges, "人员": t.people, "文件": t.sources, "工作区": t.workspaces,
            "运行": t.runs, "对配对的判断": t.link_decisions, "对建议的判断": t.decisions,
            "账本条目": t.entries,
        }  # fmt: skip
        with self._read() as c:
            version = str(revision_of(c))
            counts = [
                (name, str(c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()))
                for name, table in counted.items()
            ]
        counts[0] = ("学院", str(int(counts[0][1]) - 1))  # the server's own row is none
        return [
            ("数据库", self.address),
            ("结构", f"{version}（程序：{names()[-1]}）"),
            *counts,
            ("签名密钥", str(self.keys.file)),
            ("公钥", self.keys.known_public() or "（第一次签名时生成）"),
        ]

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(
    address: str | None = None,
    *,
    data: Path | None = None,
    clock: Callable[[], datetime] = utc_now,
    create: bool = True,
    revision: str = "",
) -> Store:
    """Open the database, made or upgraded as needed.

    Parameters
    ----------
    address : str or None
        An SQLAlchemy address or a file's path; None takes ``ALIGN_DB``, else ``align.db`` in the
        data folder.
    data : Path or None
        Folder of signing key and signed heads; None takes ``ALIGN_DATA``, else the folder of the
        SQLite file, else ``.align/`` in the working folder.
    clock : callable
        The time (UTC); for tests.
    create : bool
        False refuses an SQLite file that is not there.
    revision : str
        Upgrade only up to this migration; for tests of upgrading.

    Raises
    ------
    StoreError
        It cannot be opened, or its schema is newer than this program.
    """
    url, folder = resolve(address, Path(data) if data is not None else None)
    file = url.database or ""
    if not create and url.get_backend_name() == "sqlite" and not Path(file).exists():
        raise StoreError("没有这个数据库", file=file, remedy="请检查 --db 或 ALIGN_DB。")
    engine = make_engine(url)
    try:
        with said_clearly(url):
            upgraded = upgrade(engine, to=revision)
    except BaseException:
        engine.dispose()
        raise
    store = Store(engine, Keys(folder), clock)
    store.upgraded = tuple(upgraded)
    return store


def receipt_in_chain(receipt: dict[str, Any], address: str | None = None) -> str | None:
    """Whether a college's chain still holds what a receipt says.

    Returns
    -------
    str or None
        "" if it does, else why not; None when there is no database to look at.
    """
    url, _ = resolve(address, None)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    with open_store(address, create=False) as store, store._read() as c:
        query = sa.select(t.entries.c.hash).where(
            t.entries.c.college_id == receipt["college_id"], t.entries.c.seq == receipt["seq"]
        )
        found = c.execute(query).scalar_one_or_none()
    if found is None and receipt["seq"]:
        return f"没有第 {receipt['seq']} 条"
    return "" if found in (receipt["hash"], None) else f"第 {receipt['seq']} 条不是回执上的那一条"


__all__ = [
    "COMMAND_LINE",
    "LARGEST_FILE",
    "LOCAL",
    "SERVER",
    "Agreement",
    "Broken",
    "CalibrationVersion",
    "Choice",
    "ConversionVersion",
    "EntryVersion",
    "Here",
    "LearnerConversion",
    "LinkChoice",
    "ReceiptCheck",
    "RulesVersion",
    "Sample",
    "SettingsVersion",
    "Store",
    "TemplateVersion",
    "Verification",
    "open_store",
    "receipt_in_chain",
    "verify_receipt",
]
