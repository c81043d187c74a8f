"""A learner's account of results, and what approved rules make of it."""

from align.learner.convert import Conversion, Exempted, convert
from align.learner.directory import bank_of, bears, entry_of
from align.learner.holding import Refused, expires, pending
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
    "bank_of",
    "bears",
    "convert",
    "entry_of",
    "expires",
    "pending",
]
