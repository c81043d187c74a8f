"""The signing key, the signed heads, and receipts: what lies outside the database.

Whoever owns the database could write the whole chain anew or cut its end.  So at every approval
and export the head of the chain is signed with a key (Ed25519) that the database never sees; the
signed heads are kept beside the key, and each is handed out as a receipt.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from align.errors import StoreError, UsageError
from align.store.ledger import GENESIS, canonical, entry_hash

KEY_VARIABLE = "ALIGN_LEDGER_KEY"
KEY_FILE, PUBLIC_FILE, HEADS_FILE = "ledger.key", "ledger.pub", "heads.jsonl"
RECEIPT = "align-receipt-1"
_SIGNED = ("college_id", "seq", "hash", "time")


class Keys:
    """Key and signed heads of one data folder; the key is made when first needed."""

    def __init__(self, folder: Path) -> None:
        named = os.environ.get(KEY_VARIABLE, "").strip()
        self.file = Path(named).expanduser().absolute() if named else folder / KEY_FILE
        self.heads_file = folder / HEADS_FILE

    def _key(self) -> Ed25519PrivateKey:
        if not self.file.exists():
            self._make()
        try:
            key = load_pem_private_key(self.file.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(
                "签名密钥读不出", file=self.file, remedy="请从备份恢复密钥。"
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise StoreError("签名密钥不是 Ed25519", file=self.file, remedy="请从备份恢复密钥。")
        return key

    def _make(self) -> None:
        if self.heads_file.exists() and self.heads_file.stat().st_size:
            # A new key made in silence would hide that the old one was lost, or taken away.
            raise StoreError(
                "签名密钥不见了，而以前签过名",
                file=self.file,
                remedy=f"请从备份恢复密钥；确已丢失时，先把 {HEADS_FILE} 移到别处保存，再试。",
            )
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(pem)
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(temporary, self.file)  # the first of two programs wins
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
            (self.file.parent / PUBLIC_FILE).write_text(self.public() + "\n", encoding="ascii")
        except OSError as error:
            raise StoreError(
                "签名密钥写不下", file=self.file, got=error.strerror, remedy="请检查权限与磁盘。"
            ) from error

    def ready(self) -> None:
        """Raise now, before anything is approved, if signing could not work."""
        self._key()

    def public(self) -> str:
        """The public key, 64 hexadecimal digits."""
        return self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def known_public(self) -> str | None:
        """The public key if there is a key; never makes one."""
        return self.public() if self.file.exists() else None

    def sign(self, head: dict[str, Any], why: str) -> dict[str, Any]:
        """Sign a head (college_id, seq, hash, time) and keep it in ``heads.jsonl``.

        Raises
        ------
        StoreError
            The key cannot be read or the line cannot be written.
        """
        key = self._key()
        body = {name: head[name] for name in _SIGNED}
        signed = {
            **body,
            "why": why,
            "public_key": self.public(),
            "signature": key.sign(canonical(body).encode("utf-8")).hex(),
        }
        try:
            with self.heads_file.open("ab+") as out:
                out.seek(0, os.SEEK_END)
                torn = out.tell() > 0
                if torn:
                    out.seek(-1, os.SEEK_END)
                    torn = out.read(1) != b"\n"
                line = canonical(signed).encode("utf-8") + b"\n"
                out.write(b"\n" + line if torn else line)
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise StoreError(
                "已经保存，但签名没有写下",
                file=self.heads_file,
                got=error.strerror,
                remedy="请清理磁盘或改正权限，再运行 align ledger receipt 补签。",
            ) from error
        return signed

    def heads(self) -> list[dict[str, Any] | None]:
        """The signed heads in order; None for a line that cannot be read.

        Raises
        ------
        StoreError
            The file is there and cannot be opened.
        """
        if not self.heads_file.exists():
            return []
        found: list[dict[str, Any] | None] = []
        try:
            lines = self.heads_file.read_text("utf-8", errors="replace").splitlines()
        except OSError as error:
            raise StoreError(
                "签名的链头读不出", file=self.heads_file, got=error.strerror, remedy="请检查权限。"
            ) from error
        for line in lines:
            if line.strip():
                try:
                    data = json.loads(line)
                    found.append(data if isinstance(data, dict) else None)
                except ValueError:
                    found.append(None)
        return found


def signature_holds(head: dict[str, Any], public_key: str) -> bool:
    """Whether the head's signature is by the holder of this public key."""
    try:
        body = {name: head[name] for name in _SIGNED}
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(head["signature"]), canonical(body).encode("utf-8"))
    except (InvalidSignature, KeyError, ValueError, TypeError):
        return False
    return True


def make_receipt(signed: dict[str, Any], entry: dict[str, Any] | None) -> dict[str, Any]:
    """A signed head with the entry it ends in (as stored; it holds no personal data)."""
    return {"format": RECEIPT, **signed, "entry": entry}


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What a receipt proves.

    Parameters
    ----------
    genuine : bool
        The signature and the entry's hash hold.
    known_key : bool or None
        Whether it was signed by the key asked for; None where none was given.
    problem : str
        Why not; "" when all is well.
    digest : str
        SHA-256 of what was approved or exported, where the entry is about that.
    """

    genuine: bool
    known_key: bool | None
    problem: str
    college_id: str = ""
    seq: int = 0
    hash: str = ""
    time: str = ""
    kind: str = ""
    public_key: str = ""
    digest: str = ""


def verify_receipt(receipt: dict[str, Any], public_key: str = "") -> ReceiptCheck:
    """Check a receipt without any database.

    Parameters
    ----------
    receipt : dict
        As :meth:`align.store.Store.receipt` gives it.
    public_key : str
        The college's public key, known from elsewhere; "" trusts the one in the receipt, which
        then proves only that the receipt is whole.
    """
    if not isinstance(receipt, dict) or receipt.get("format") != RECEIPT:
        raise UsageError("这不是账本回执", expected=f"format 为 {RECEIPT} 的 JSON")
    own = str(receipt.get("public_key", ""))
    asked = "".join(public_key.split()).lower()
    known = None if not asked else own == asked
    entry = receipt.get("entry")
    entry = entry if isinstance(entry, dict) else {}
    problem = ""
    if not signature_holds(receipt, asked or own):
        problem = "签名不是用这把密钥作出的" if known is False else "签名与内容不符"
    elif not entry and (receipt["seq"], receipt["hash"]) != (0, GENESIS):
        problem = "缺少条目"
    elif entry and not _entry_holds(entry, receipt):
        problem = "条目与签名的哈希不符"
    found = {} if problem else receipt
    return ReceiptCheck(
        not problem,
        known,
        problem,
        str(found.get("college_id", "")),
        int(found.get("seq", 0)),
        str(found.get("hash", "")),
        str(found.get("time", "")),
        "" if problem else str(entry.get("kind", "")),
        own,
        "" if problem else _digest(entry),
    )


def _entry_holds(entry: dict[str, Any], receipt: dict[str, Any]) -> bool:
    signed = (receipt["hash"], receipt["seq"], receipt["college_id"])
    try:
        fields = {**entry, "before": canonical(entry["before"]), "after": canonical(entry["after"])}
        return (entry_hash(fields), entry["seq"], entry["college_id"]) == signed
    except (KeyError, TypeError, ValueError):
        return False


def _digest(entry: dict[str, Any]) -> str:
    after = entry["after"]
    about = after.get("approval") or after.get("export") or {}
    return str(about.get("digest", ""))
