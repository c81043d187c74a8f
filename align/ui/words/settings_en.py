"""What the settings say of themselves, in English; the Chinese stands in :mod:`align.settings`."""

from __future__ import annotations

SETTINGS_EN: dict[str, str] = {
    "candidates": "How many candidate content rows are kept for each competency; "
    "each content row keeps as many competencies.",
    "link_threshold": "At or above this probability a content row and a competency count as "
    "linked (at least in part).",
    "full_threshold": "At or above this probability a link counts as the same or close content; "
    "below it, and at or above the link threshold, as a partial overlap.",
    "unsure_low": "A proposal whose best candidate lies within the unsure band is marked unsure "
    "and is to be reviewed first.",
    "unsure_high": "Upper end of the unsure band; not below its lower end.",
    "covered_share": "From this covered share on, a competency (or a content row) counts as "
    "covered. A full link counts 1, a partial one its own share; several links join to "
    "1 − ∏(1 − share).",
    "part_credit": "The covered share that one partial link counts.",
    "missing_similarity": "An object or step in a competency counts as missing from the course "
    "when its similarity to the linked content is below this.",
    "depth_gap": "“Strengthen” is proposed when the competency goes at least this many steps "
    "deeper than the content.",
    "practice_share": "“Strengthen” is proposed when the competency has to be done by hand and "
    "the share of practice hours of the linked content is below this.",
    "exempt_course_share": "From this covered share of a course’s hours on, the course is a "
    "candidate for exemption.",
    "hours_per_credit": "Works out credits from hours where neither the course standard nor the "
    "programme states credits.",
}
UNITS_EN: dict[str, str] = {
    "个": "candidates",
    "概率": "probability",
    "份额": "share",
    "相似度": "similarity",
    "级": "steps",
    "学时": "hours",
}
SOURCES_EN: dict[str, str] = {
    "教师一次能比较的个数；评价指标中的概率误差也在前 10 个候选上计算": "what a teacher can "
    "compare at once; the calibration error is measured on the first 10 candidates too",
    "在示例与其他专业的人工标注上选取": "chosen on labelled pairs of the samples and of other "
    "programmes",
    "在示例与其他专业的人工标注上选取；不得低于关联阈值": "chosen on labelled pairs of the samples "
    "and of other programmes; not below the link threshold",
    "学校自定；没有公开规定": "the college’s own; no regulation fixes it",
    "深度分四级：了解、理解、掌握、独立设计与管理": "four steps of depth: to know of it, to "
    "understand it, to do it, to design and lead",
    "一所高校公布的“内容相关度 ≥ 80%”；学校自定": "“related content ≥ 80%” as one university "
    "publishes it; the college’s own",
    "公布的方案中多为 16，也有 18": "mostly 16 in published programmes, also 18",
}
