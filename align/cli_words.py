"""What the command-line library says about a wrong call, in Chinese."""

from __future__ import annotations

#: The command-line library speaks English; these are the words it uses.
_LIBRARY_WORDS = (
    ("No such option: ", "没有这个选项："),
    ("No such option", "没有这个选项"),
    ("No such command", "没有这个命令"),
    ("Missing option", "缺少选项"),
    ("Missing argument", "缺少参数"),
    ("Missing parameter", "缺少参数"),
    ("Missing command", "缺少子命令"),
    ("Invalid value for", "选项的值不对"),
    ("Invalid value", "值不对"),
    ("Got unexpected extra arguments", "多出的参数"),
    ("Got unexpected extra argument(s)", "多出的参数"),
    ("Got unexpected extra argument", "多出的参数"),
    ("requires an argument", "需要一个值"),
    ("does not take a value", "不带值"),
    ("Did you mean", "是否想写"),
    ("Possible options: ", "可选的选项："),
    ("Choose from: ", "可选："),
    ("Value error, ", ""),
    ("Input should be a valid integer, unable to parse string as an integer", "不是整数"),
    ("is not one of ", "不在可选之列："),
    ("is not a valid integer", "不是整数"),
    ("is not a valid float", "不是数"),
    ("does not exist", "不存在"),
    ("is a directory", "是文件夹，应为文件"),
    ("is a file", "是文件，应为文件夹"),
    ("is not readable", "不能读取"),
    ("is not writable", "不能写入"),
    ("Option '", "选项 '"),
)


def in_chinese(message: str) -> str:
    """The library's message with its fixed words in Chinese, in one line."""
    message = " ".join(message.split())
    for english, chinese in _LIBRARY_WORDS:
        message = message.replace(english, chinese)
    return message.rstrip(".")
