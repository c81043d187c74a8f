"""One way to write Chinese text: what goes, what stays, and that it stays put."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from align.read import normalise
from align.read.normalise import join_wrapped


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("软 件 工程", "软件工程"),
        ("目　　次", "目次"),
        ("初级 中级 高级", "初级 中级 高级"),
        ("工作领域 工作任务", "工作领域 工作任务"),
        ("Java 面 向 对象", "Java 面向对象"),
        ("Apache  Tomcat", "Apache Tomcat"),
        ("１．２．３ ＳＱＬ", "1.2.3 SQL"),
        ("①⑩掌握", "①⑩掌握"),
        ("⑴ ⒈ ㈠ Ⅰ Ⅳ", "⑴ ⒈ ㈠ Ⅰ Ⅳ"),
        ("面积10²㎡，½", "面积10²㎡，½"),
        ("了解,掌握;会用:", "了解，掌握；会用："),
        ("时间10:30，比例1:2", "时间10:30，比例1:2"),
        ("数据库(MySQL)", "数据库（MySQL）"),
        ("f(x)", "f(x)"),
        ("学时（8)", "学时（8）"),
        ("☑必修 ☐选修 □ ■ √ £ R", "☑必修 ☐选修 □ ■ √ £ R"),
        ("能\u200b独\u202e立\u202c完成\ufeff", "能独立完成"),
        ("a\r\n b \x0b\n\nc", "a\nb\nc"),
        ("⼀⻚⾯", "一页面"),
        ("", ""),
    ],
)
def test_conventions(printed: str, text: str) -> None:
    assert normalise(printed) == text


@example("(:?㐀)")  # a run of marks behind one that became Chinese
@given(st.text())
def test_twice_is_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(alphabet="①②⑩⑴⒈㈠ⅠⅫ一二 \n1.", max_size=40))
def test_numbering_signs_never_become_digits(text: str) -> None:
    signs = [c for c in text if c in "①②⑩⑴⒈㈠ⅠⅫ"]
    assert [c for c in normalise(text) if c in "①②⑩⑴⒈㈠ⅠⅫ"] == signs
    assert normalise(text).count("1") == text.count("1")


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("掌握变", "量", "掌握变量"),
        ("使用 Apache", "Tomcat", "使用 Apache Tomcat"),
        ("接口、", "this", "接口、this"),
        ("Spring", "框架", "Spring框架"),
        ("multi-", "page", "multi-page"),
        ("", "量", "量"),
    ],
)
def test_wrapped_lines(first: str, second: str, joined: str) -> None:
    assert join_wrapped(first, second) == joined
