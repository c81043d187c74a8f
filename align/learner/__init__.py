"""A learner's account of results, and what approved rules make of it."""

from align.learner.chain import (
    Signature,
    Signing,
    chain_of,
    may_sign,
    signers_of,
    signing,
    written,
)
from align.learner.convert import Conversion, Exempted, convert
from align.learner.directory import bank_of, bears, entry_of
from align.learner.holding import Refused, expires, pending, state_on
from align.learner.nouns import (
    KIND_ZH,
    STATE_ZH,
    ConversionRule,
    Entry,
    LearningResult,
    ResultKind,
    ResultState,
)

__all__ = [
    "KIND_ZH",
    "STATE_ZH",
    "Conversion",
    "ConversionRule",
    "Entry",
    "Exempted",
    "LearningResult",
    "Refused",
    "ResultKind",
    "ResultState",
    "Signature",
    "Signing",
    "bank_of",
    "bears",
    "chain_of",
    "convert",
    "entry_of",
    "expires",
    "may_sign",
    "pending",
    "signers_of",
    "signing",
    "state_on",
    "written",
]
