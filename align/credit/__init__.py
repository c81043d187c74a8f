"""Conversion rules of the credit bank as data: what blocks a conversion, and which to choose."""

from align.credit.candidates import Bank, Block, Candidate, candidates, rule_name
from align.credit.choose import Choice, Chosen, choose
from align.credit.rules import BY_NAME, RULES, Parameter, Rule, RuleSet, parse_rules, rules_text

__all__ = [
    "BY_NAME",
    "RULES",
    "Bank",
    "Block",
    "Candidate",
    "Choice",
    "Chosen",
    "Parameter",
    "Rule",
    "RuleSet",
    "candidates",
    "choose",
    "parse_rules",
    "rule_name",
    "rules_text",
]
