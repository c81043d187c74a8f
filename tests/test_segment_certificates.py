"""Certificate standards as they really come: every item whole, numbered, under its task."""

from __future__ import annotations

from pathlib import Path

import pytest

from align.read import read as read_file
from align.records import Certificate, Reading
from align.segment import segment
from tests.segment_kit import codes, line, problem, read, table

HEAD = ["工作领域", "工作任务", "职业技能要求"]
COVER = [
    line("冷链配送管理"),
    line("职业技能等级标准"),
    line("标准代码：530077"),
    line("（2023年1.2版）"),
    line("示例职业教育培训评价组织 制定"),
    line("2023年9月 发布"),
    line("前言"),
]


def items(reading: Reading) -> list[tuple[str, str]]:
    return [(c.id, c.text) for c in only(reading).competencies]


def only(reading: Reading) -> Certificate:
    (found,) = reading.certificates
    return found


def test_the_cover_and_three_levels_whose_numbers_restart() -> None:
    rows = [HEAD, ["1.货物入库", "1.1 验收", "1.1.1 能核对到货温度记录"]]
    reading = read(
        *COVER,
        *(
            table(rows, caption=f"表{n} 冷链配送管理职业技能等级要求（{level}）")
            for n, level in enumerate(("初级", "中级", "高级"), 1)
        ),
    )
    found = only(reading)
    assert (found.name, found.code, found.version) == ("冷链配送管理", "530077", "1.2")
    assert (found.issuer, found.date) == ("示例职业教育培训评价组织", "2023-09")
    assert (found.id, found.levels) == ("530077", ("初级", "中级", "高级"))
    assert [c.id for c in found.competencies] == ["初级-1.1.1", "中级-1.1.1", "高级-1.1.1"]
    assert {(c.area, c.task) for c in found.competencies} == {("1 货物入库", "1.1 验收")}
    assert not codes(reading, "warning", "error")


def test_levels_run_together_are_told_apart_by_the_numbers() -> None:
    rows = [HEAD, ["1 入库", "1.1 验收", "1.1.1 能核对温度记录"], ["^", "^", "1.1.2 能登记差异"],
            ["1 入库", "1.1 验收", "1.1.1 能制定方案"], ["^", "^", "1.1.2 能处理拒收"]]  # fmt: skip
    reading = read(*COVER, table(rows, caption="表1 职业技能要求（初级）"))
    assert [i for i, _ in items(reading)] == [
        "初级-1.1.1", "初级-1.1.2", "中级-1.1.1", "中级-1.1.2",
    ]  # fmt: skip
    assert "levels-run-together" in codes(reading, "warning")


def test_no_level_anywhere_is_said_and_the_order_decides() -> None:
    rows = [HEAD, ["1 入库", "1.1 验收", "1.1.1 能核对温度记录"], ["^", "^", "1.1.2 能登记差异"]]
    reading = read(*COVER, table(rows), table(rows))
    assert only(reading).levels == ("初级", "中级")
    assert "level-missing" in codes(reading, "warning")


def test_missing_spaces_page_numbers_and_leaks_leave_clean_items() -> None:
    rows = [
        HEAD,
        ["1.ERP 基础\n操作", "1.2ERP 单 据\n处理", "1.2.1能录入ERP入库\n12\n单据"],
        ["^", "^", "1.2.2 能核对批次续表3 工作领域 工作任务 职业技能要求"],
        ["^", "^", "1.2.3 能打印拣货单 4 权重表 4.1 理论知识权重表 职业道德 5"],
    ]
    reading = read(*COVER, table(rows, caption="表1（初级）"))
    assert items(reading) == [
        ("初级-1.2.1", "能录入ERP入库单据"),
        ("初级-1.2.2", "能核对批次"),
        ("初级-1.2.3", "能打印拣货单"),
    ]
    assert {(c.area, c.task) for c in only(reading).competencies} == {
        ("1 ERP基础操作", "1.2 ERP单据处理")
    }
    assert codes(reading).count("leak-removed") == 3


def test_an_item_cut_by_a_page_break_is_whole_again() -> None:
    rows = [HEAD, ["1 入库", "1.1 验收", "1.1.1 能按到货通知核对品名、规格和"],
            ["", "", "数量，并在系统中登记"], ["", "", "1.1.2 能隔离不合格品"]]  # fmt: skip
    reading = read(*COVER, table(rows, caption="表1（初级）"))
    assert items(reading) == [
        ("初级-1.1.1", "能按到货通知核对品名、规格和数量，并在系统中登记"),
        ("初级-1.1.2", "能隔离不合格品"),
    ]
    assert "continuation-glued" in codes(reading, "info")


def test_merged_titles_that_stand_on_another_page_find_their_items() -> None:
    rows = [
        HEAD,
        ["", "1.1 验收", "1.1.1 能核对温度记录"],
        ["", "", "1.1.2 能登记差异"],
        ["1 入库管理", "1.2 上架", "1.2.1 能按货位上架"],
        ["2 出库管理", "", "2.1.1 能按单拣货"],
        ["", "2.1 拣货", "2.1.2 能复核装箱"],
    ]
    found = only(read(*COVER, table(rows, caption="表1（初级）"))).competencies
    assert [(c.number, c.area, c.task) for c in found] == [
        ("1.1.1", "1 入库管理", "1.1 验收"),
        ("1.1.2", "1 入库管理", "1.1 验收"),
        ("1.2.1", "1 入库管理", "1.2 上架"),
        ("2.1.1", "2 出库管理", "2.1 拣货"),
        ("2.1.2", "2 出库管理", "2.1 拣货"),
    ]


@pytest.mark.parametrize(
    ("wrong", "why"), [("1.1.2", "重复"), ("2.1.3", "与所在工作任务 1.1 不符")]
)
def test_a_typing_error_in_a_number_is_put_right_and_reported(wrong: str, why: str) -> None:
    rows = [HEAD, ["1 入库", "1.1 验收", "1.1.1 能核对温度"], ["^", "^", "1.1.2 能登记差异"],
            ["^", "^", f"{wrong} 能隔离不合格品"], ["^", "^", "1.1.4 能通知供应商"]]  # fmt: skip
    reading = read(*COVER, table(rows, caption="表1（初级）"))
    assert [c.number for c in only(reading).competencies] == ["1.1.1", "1.1.2", "1.1.3", "1.1.4"]
    assert why in problem(reading, "number-corrected").message
    assert problem(reading, "number-corrected").place.row == 4


def test_a_gap_in_the_numbers_is_reported_and_nothing_renumbered() -> None:
    rows = [HEAD, ["1 入库", "1.1 验收", "1.1.1 能核对温度"], ["^", "^", "1.1.3 能登记差异"]]
    reading = read(*COVER, table(rows, caption="表1（初级）"))
    assert [c.number for c in only(reading).competencies] == ["1.1.1", "1.1.3"]
    assert "1.1.1 跳到 1.1.3" in problem(reading, "number-gap").message


def test_the_same_requirement_under_two_tasks_stays_twice() -> None:
    rows = [HEAD, ["1 规范", "1.1 入库规范", "1.1.1 能遵守着装规定"],
            ["^", "1.2 出库规范", "1.2.1 能遵守着装规定"]]  # fmt: skip
    reading = read(*COVER, table(rows, caption="表1（初级）"))
    assert [c.number for c in only(reading).competencies] == ["1.1.1", "1.2.1"]
    assert "1.1.1 与 1.2.1" in problem(reading, "item-twice").message
    assert not codes(reading, "warning")


def test_several_items_in_one_cell_with_and_without_breaks() -> None:
    cell = "1.1.1 能使用2.4.1版终端扫描条码；1.1.2能核对箱数\n1.1.3 能拍照留存1.1.4 能上报异常"
    reading = read(*COVER, table([HEAD, ["1 入库", "1.1 验收", cell]], caption="（初级）"))
    assert items(reading) == [
        ("初级-1.1.1", "能使用2.4.1版终端扫描条码；"),
        ("初级-1.1.2", "能核对箱数"),
        ("初级-1.1.3", "能拍照留存"),
        ("初级-1.1.4", "能上报异常"),
    ]


@pytest.mark.parametrize(
    "cell",
    ["（1）能核对温度\n（2）能登记差异", "①能核对温度；②能登记差异", "能核对温度\n能登记差异"],
)
def test_without_numbers_items_are_numbered_by_position_and_that_is_said(cell: str) -> None:
    rows = [HEAD, ["1 入库", "1.1 验收", cell], ["^", "1.2 上架", "能按货位上架"]]
    reading = read(*COVER, table(rows, caption="表1（初级）"))
    found = only(reading).competencies
    assert [c.number for c in found] == ["1.1.1", "1.1.2", "1.2.1"]
    assert [c.text.rstrip("；") for c in found] == ["能核对温度", "能登记差异", "能按货位上架"]
    assert "3 条职业技能要求没有编号" in problem(reading, "numbering-missing").message


def test_titles_without_numbers_are_numbered_by_position() -> None:
    rows = [HEAD, ["入库", "验收", "能核对温度"], ["入库", "上架", "能按货位上架"],
            ["出库", "拣货", "能按单拣货"]]  # fmt: skip
    found = only(read(*COVER, table(rows, caption="（初级）"))).competencies
    assert [(c.number, c.area, c.task) for c in found] == [
        ("1.1.1", "1 入库", "1.1 验收"),
        ("1.2.1", "1 入库", "1.2 上架"),
        ("2.1.1", "2 出库", "2.1 拣货"),
    ]


@pytest.mark.parametrize("cell", ["", "1. ", "2.1.1", "1.\n2."])
def test_a_row_without_a_requirement_is_kept_and_named(cell: str) -> None:
    """Also one whose numbers are there and whose words were forgotten."""
    rows = [HEAD, ["1 入库", "1.1 验收", "1.1.1 能核对温度"], ["2 出库", "2.1 拣货", cell]]
    reading = read(*COVER, table(rows, caption="（初级）"))
    assert len(only(reading).competencies) == 1
    (row,) = reading.unplaced
    assert row.text.startswith("2 出库 | 2.1 拣货")
    assert problem(reading, "row-without-item").place.row == 3


def test_a_number_without_words_is_no_requirement() -> None:
    cell = "1.1.1 能核对温度\n1.1.2\n1.1.3 能登记差异"
    reading = read(*COVER, table([HEAD, ["1 入库", "1.1 验收", cell]], caption="（初级）"))
    assert [(c.number, c.text) for c in only(reading).competencies] == [
        ("1.1.1", "能核对温度"),
        ("1.1.3", "能登记差异"),
    ]
    assert "1.1.2" in problem(reading, "row-without-item").message


NATIONAL = ["职业功能", "工作内容", "技能要求", "相关知识要求"]


def national() -> Reading:
    rows = [
        NATIONAL,
        ["1.\n叉车\n作业", "1.1 起步检查", "1.1.1 能检查油液\n1.1.2 能试制动",
         "1.1.1 油液种类\n1.1.2 制动原理"],
        ["^", "1.2 装卸", "1.2.1 能叉取托盘", "1.2.1 托盘规格"],
        ["2. 保养", "2.1 清洁", "2.1.1 能清洁车体", "2.1.1 清洁剂"],
    ]  # fmt: skip
    weights = table(
        [
            ["项目", "技能等级", "五级/初级工（%）", "四级/中级工（%）"],
            ["技能要求", "叉车作业", "70", "—"],
            ["^", "保养", "30", "—"],
            ["合计", "<", "100", "—"],
        ]
    )
    theory = table([["项目", "技能等级", "五级/初级工（%）"], ["相关知识要求", "叉车作业", "10"]])
    return read(
        line("国家职业技能标准"),
        line("职业编码：6-30-05-99"),
        line("叉车操作员"),
        line("3 工作要求", level=1),
        line("3.1 五级/初级工", level=2),
        table(rows),
        line("4.1 理论知识权重表", level=2),
        theory,
        line("4.2 技能要求权重表", level=2),
        weights,
    )


def test_a_national_standard_with_weights_and_knowledge() -> None:
    reading = national()
    found = only(reading)
    assert (found.name, found.code, found.levels) == ("叉车操作员", "6-30-05-99", ("五级",))
    assert [c.id for c in found.competencies] == [
        "五级-1.1.1", "五级-1.1.2", "五级-1.2.1", "五级-2.1.1",
    ]  # fmt: skip
    assert [c.weight for c in found.competencies] == pytest.approx([0.7 / 3] * 3 + [0.3])
    assert sum(c.weight or 0 for c in found.competencies) == pytest.approx(1)
    assert [c.knowledge for c in found.competencies] == [
        ("油液种类", "制动原理"), ("油液种类", "制动原理"), ("托盘规格",), ("清洁剂",),
    ]  # fmt: skip
    assert not codes(reading, "warning", "error")


def test_a_weight_that_is_missing_or_does_not_sum_is_said() -> None:
    rows = [NATIONAL, ["1 叉车作业", "1.1 检查", "1.1.1 能检查油液", "油液"],
            ["2 保养", "2.1 清洁", "2.1.1 能清洁车体", "清洁剂"]]  # fmt: skip
    weights = table([["职业功能", "五级（%）"], ["叉车作业", "70"]], caption="表9 技能要求权重表")
    reading = read(
        line("国家职业技能标准"), line("叉车操作员"), line("五级/初级工"), table(rows), weights
    )
    assert [c.weight for c in only(reading).competencies] == [0.7, None]
    assert "保养" in problem(reading, "weight-missing").message
    assert "70%" in problem(reading, "weights-sum").message


def test_an_empty_function_of_a_national_standard_keeps_its_items() -> None:
    rows = [
        NATIONAL,
        ["", "1.1 检查", "1.1.1 能检查油液", ""],
        ["", "1.2 装卸", "1.2.1 能叉取托盘", ""],
    ]
    found = only(read(line("国家职业技能标准"), line("五级/初级工"), table(rows))).competencies
    assert [(c.id, c.task) for c in found] == [
        ("五级-1.1.1", "1.1 检查"),
        ("五级-1.2.1", "1.2 装卸"),
    ]


def test_a_standard_written_as_numbered_lines(tmp_path: Path) -> None:
    path = tmp_path / "茶艺服务职业技能等级标准.md"
    path.write_text(
        "# 茶艺服务职业技能等级标准\n\n标准代码：540088\n\n## 职业技能要求\n\n### 初级\n\n"
        "1 泡茶准备\n\n1.1 备器\n\n1.1.1 能按茶类选配器具\n\n1.1.2 能温杯洁具\n\n### 中级\n\n"
        "1 泡茶准备\n\n1.1 备器\n\n1.1.1 能设计茶席\n",
        encoding="utf-8",
    )
    found = only(segment(read_file(path, in_child=False)))
    assert [(c.id, c.task, c.text) for c in found.competencies] == [
        ("初级-1.1.1", "1.1 备器", "能按茶类选配器具"),
        ("初级-1.1.2", "1.1 备器", "能温杯洁具"),
        ("中级-1.1.1", "1.1 备器", "能设计茶席"),
    ]
    assert (found.name, found.code) == ("茶艺服务", "540088")


def test_nothing_found_is_an_error_that_names_the_remedy_and_loses_nothing() -> None:
    reading = read(line("冷链通讯"), line("本期介绍两家企业。"))
    assert not reading.certificates and not reading.courses
    assert "简表" in problem(reading, "nothing-placed").message
    assert [p.text for p in reading.unplaced] == ["冷链通讯", "本期介绍两家企业。"]


def test_each_item_of_a_cell_is_quoted_by_itself() -> None:
    cell = "1.1.1 能核对 寄件人身份；\n1.1.2能检查寄递物品，\n  识别违禁物品。1.1.3 能称重"
    rows = [["工作领域", "工作任务", "职业技能要求"], ["1 收件", "1.1 验视", cell]]
    reading = read(
        line("快件处理员职业技能等级标准"), table(rows, caption="表1 职业技能要求（初级）")
    )
    (cert,) = reading.certificates
    assert [i.printed for i in cert.competencies] == [
        "1.1.1 能核对 寄件人身份；",
        "1.1.2能检查寄递物品，\n  识别违禁物品。",
        "1.1.3 能称重",
    ]
