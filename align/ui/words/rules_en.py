"""What the conversion rules ask, in English; the Chinese stands in :mod:`align.credit.rules`."""

from __future__ import annotations

RULES_EN: dict[str, tuple[str, str]] = {
    "one-to-one": ("A certificate exempts from one course only, and a course is exempted by one "
                   "certificate only.", "an arts college; Shandong College of Art and Design 2022"),
    "certificate-cap": ("The credits exempted by one certificate together stay within this.",
                        "an arts college"),
    "bank-cap": ("The credits exempted by one certificate stay within what the credit bank gives "
                 "for it (see the directory).", "an arts college"),
    "level-category": ("Each level exempts from courses of the listed categories only.",
                       "an arts college"),
    "compulsory-only": ("Only compulsory courses are exempted.",
                        "Shandong College of Art and Design 2022; rules of mutual recognition"),
    "no-practice-block": ("Blocks of practice (training weeks, placements, graduation projects) "
                          "are never exempted.",
                          "Shandong College of Art and Design 2022; rules of mutual recognition"),
    "elective-not-compulsory": ("A result that the directory calls elective never replaces a "
                                "compulsory course.",
                                "Shandong College of Art and Design 2022; rules of mutual "
                                "recognition"),
    "credit-difference": ("The credits of a result (see the directory) and of the courses it "
                          "replaces differ by no more than this.", "rules of mutual recognition"),
    "programme-share": ("All converted credits stay within this share of the programme’s credits.",
                        "Guangdong Vocational and Technical College (50%); the college’s own"),
    "once-at-highest": ("Several levels of one certificate, or certificates of the same content, "
                        "count once, at the highest level, even where a lower one would give more "
                        "credits.",
                        "Guangdong Vocational and Technical College"),
    "grade": ("Exempted courses get this grade by level.",
              "rules on recognising software qualifications"),
    "candidate-share": ("A course may be exempted only when the level (with those below it) covers "
                        "at least this share of its hours.",
                        "“related content ≥ 80%” as one university publishes it; the college’s "
                        "own"),
    "knowledge-whole": ("For units that are not covered, the committee’s note has to say how they "
                        "are made up for.", "South China Agricultural University, Zhujiang 2025"),
    "approval-chain": ("A conversion rule holds once every listed step has signed it, one after "
                       "the other, each by another person who is signed in.",
                       "an arts college (student, college, academic office, awarding body, credit "
                       "bank); the steps are the college’s own"),
}  # fmt: skip
RULE_UNITS_EN: dict[str, str] = {"学分": "credits", "份额": "share", "分": "points"}
#: Roles as the steps of the approval chain name them.
SIGNERS_EN: dict[str, str] = {
    "查看": "viewer", "教师": "teacher", "委员会": "committee", "教务管理员": "admin",
    "管理中心": "centre",
}  # fmt: skip
