"""Conversion rules of the credit bank as data: what blocks a conversion, and which to choose."""

from align.credit.candidates import Bank, Block, Candidate, candidates, rule_name
from align.credit.chain import Step, step_of
from align.credit.choose import Choice, Chosen, choose
from align.credit.limits import Earlier, rank_of
from align.credit.rules import BY_NAME, RULES, Parameter, Rule, RuleSet, parse_rules, rules_text

__all__ = [
    "BY_NAME",
    "RULES",
    "Bank",
    "Block",
    "Candidate",
    "Choice",
    "Chosen",
    "Earlier",
    "Parameter",
    "Rule",
    "RuleSet",
    "Step",
    "candidates",
    "choose",
    "parse_rules",
    "rank_of",
    "rule_name",
    "rules_text",
    "step_of",
]
