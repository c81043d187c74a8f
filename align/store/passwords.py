"""Passwords: argon2id by argon2-cffi, with the parameters of its ``RFC_9106_LOW_MEMORY``."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from align.errors import UsageError

#: OWASP ASVS 5.0, 6.2.1 (at least 8) and 6.2.9 (at least 64 allowed).
SHORTEST, LONGEST = 8, 128
#: ASVS 5.0, 6.2.4 asks for the 3000 most common; see the README beside the list.
COMMON = Path(__file__).parent.parent / "data" / "passwords" / "common.txt.gz"
#: Rows of keys and of the alphabet: a piece of one, or of one typed twice, is no password.
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
#: A login this long within the password makes it guessable (6.2.11: words of the place).
_TELLING = 4

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobody() -> str:
    # Verified for a login nobody has, so that the answer takes as long as for a real one.
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    with gzip.open(COMMON, "rt", encoding="ascii") as lines:
        return frozenset(line.strip() for line in lines)


def _guessable(password: str, login: str) -> bool:
    """Whether it is among the first that somebody would try."""
    plain, name = password.casefold(), login.casefold().partition("@")[0]
    if len(name) >= _TELLING:
        plain = plain.replace(name, "")
    rows = [row + row for row in _ROWS]
    return (
        len(plain) < SHORTEST  # little is left beside the login
        or len(set(plain)) <= 2
        or plain in _common()
        or any(plain in row or plain[::-1] in row for row in rows)
    )


def hashed(password: str, login: str = "") -> str:
    """The hash to store.

    Raises
    ------
    UsageError
        Too short, too long, common, or hardly more than the login itself.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            "密码长度不对",
            got=f"{len(password)} 个字符",
            expected=f"{SHORTEST} 至 {LONGEST} 个字符",
            remedy="建议用几个不相干的词组成较长的密码。",
        )
    if login and password.casefold() == login.casefold():
        raise UsageError("密码不能与登录名相同", remedy="请换一个密码。")
    if _guessable(password, login):
        raise UsageError(
            "这个密码太容易猜到",
            expected="不是常见的密码、键盘上的一排，也不是登录名加几个字符",
            remedy="建议用几个不相干的词组成较长的密码。",
        )
    return _hasher.hash(password.encode("utf-8", "replace"))


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the one; takes as long when there is none."""
    try:
        right = _hasher.verify(
            stored or _nobody(), password[: LONGEST + 1].encode("utf-8", "replace")
        )
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


__all__ = ["LONGEST", "SHORTEST", "fits", "hashed"]
