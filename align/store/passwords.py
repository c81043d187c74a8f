"""Passwords: argon2id by argon2-cffi, with the parameters of its ``RFC_9106_LOW_MEMORY``."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from align.errors import UsageError

#: OWASP ASVS 5.0, 6.2.1 (at least 8) and 6.2.9 (at least 64 allowed).
SHORTEST, LONGEST = 8, 128

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobody() -> str:
    # Verified for a login nobody has, so that the answer takes as long as for a real one.
    return _hasher.hash("nobody has this password")


def hashed(password: str, login: str = "") -> str:
    """The hash to store.

    Raises
    ------
    UsageError
        Too short, too long, or the login itself.
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
