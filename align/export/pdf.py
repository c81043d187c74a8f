"""plan.pdf, by LibreOffice where it is installed.

Each conversion has its own profile: two that share one would get in each other's way, and the
second would write nothing and report success.  What came out is looked at before it is taken.
LibreOffice writes the time of day into a PDF; it is taken out again, so that equal plans give
equal files on one machine.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from align.errors import OutputError

#: Seconds; a plan of 100 pages takes about 15 on two slow cores.
TIMEOUT = 240.0
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
_WITHOUT = "没有 PDF 也可以：plan.docx 的内容相同，可用 Word 或 WPS 另存为 PDF。"
# What stands in where a machine lacks the fonts of official documents.
_SUBSTITUTES = {
    "仿宋": ("仿宋", "FangSong", "仿宋_GB2312", "STFangsong", "Noto Serif CJK SC"),
    "楷体": ("楷体", "KaiTi", "楷体_GB2312", "STKaiti", "Noto Serif CJK SC"),
    "黑体": ("黑体", "SimHei", "STHeiti", "Noto Sans CJK SC", "WenQuanYi Zen Hei"),
    "方正小标宋简体": ("方正小标宋简体", "华文中宋", "STZhongsong", "Noto Serif CJK SC"),
}


def find_office() -> str | None:
    """The LibreOffice program, if there is one."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return found
    return next((place for place in _PLACES if Path(place).is_file()), None)


def pdf_bytes(docx: bytes, *, office: str | None = None, timeout: float = TIMEOUT) -> bytes:
    """A Word file as PDF.

    Parameters
    ----------
    docx : bytes
        For a plan with page numbers in its contents, ``docx_bytes(plan, contents_field=False)``.
    office : str, optional
        The LibreOffice program; looked for when not given.
    timeout : float
        Seconds, more than 0.

    Raises
    ------
    OutputError
        LibreOffice is missing, has no Chinese font, takes too long or gives no PDF.
    """
    program = office or find_office()
    if program is None:
        raise OutputError(
            "本机没有 LibreOffice，不能写出 plan.pdf",
            expected="已安装 LibreOffice Writer（命令 soffice）",
            remedy="请安装 LibreOffice 后再试。" + _WITHOUT,
        )
    _need_chinese_font()
    with tempfile.TemporaryDirectory(prefix="align-pdf-") as folder:
        here = Path(folder)
        (here / "plan.docx").write_bytes(docx)
        said = _convert(program, here, timeout)
        made = here / "plan.pdf"
        data = made.read_bytes() if made.is_file() else b""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-1024:]:
        raise OutputError(
            "LibreOffice 没有写出完整的 PDF",
            got=" ".join(said.split())[-200:] or "没有输出",
            remedy="请再试一次；仍不行时请用 Word 或 WPS 打开 plan.docx 另存为 PDF。",
        )
    return _without_time(data)


def _convert(program: str, here: Path, timeout: float) -> str:
    """Run LibreOffice in a folder of its own; what it said."""
    command = [
        program,
        f"-env:UserInstallation={(here / 'profile').as_uri()}",
        "--headless", "--norestore", "--nolockcheck",
        "--convert-to", "pdf:writer_pdf_Export",
        "--outdir", str(here), str(here / "plan.docx"),
    ]  # fmt: skip
    variables = {**os.environ, "HOME": str(here)}
    if sys.platform.startswith("linux"):
        (here / "fonts.conf").write_text(_font_rules(), encoding="utf-8")
        variables["FONTCONFIG_FILE"] = str(here / "fonts.conf")
    try:
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=variables,
            start_new_session=True,  # soffice is a script that starts the real program
        )
    except OSError as error:
        raise OutputError(
            "LibreOffice 启动不了", file=program, got=error.strerror or str(error),
            remedy="请检查 LibreOffice 的安装。" + _WITHOUT,
        ) from error  # fmt: skip
    try:
        said, _ = running.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _end(running)
        raise OutputError(
            "LibreOffice 转换超时",
            got=f"超过 {timeout:g} 秒",
            remedy="请稍后再试。" + _WITHOUT,
        ) from None
    return said.decode("utf-8", "replace")


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the program and what it started."""
    if hasattr(os, "killpg"):
        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()
    running.communicate()


def _font_rules() -> str:
    """Fontconfig's own rules, and the usual substitutes for the fonts of official documents."""
    own = os.environ.get("FONTCONFIG_FILE") or "/etc/fonts/fonts.conf"
    aliases = "".join(
        f'<match target="pattern"><test name="family"><string>{name}</string></test>'
        '<edit name="family" mode="assign" binding="same">'
        + "".join(f"<string>{other}</string>" for other in others)
        + "</edit></match>"
        for name, others in _SUBSTITUTES.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f'<fontconfig>{aliases}<include ignore_missing="yes">{escape(own)}</include></fontconfig>'
    )


def _need_chinese_font() -> None:
    """Without a Chinese font every word of the PDF would be an empty box."""
    program = shutil.which("fc-list")
    if program is None or not sys.platform.startswith("linux"):
        return
    done = subprocess.run(
        [program, ":lang=zh-cn", "family"], capture_output=True, timeout=60, check=False
    )
    if done.returncode == 0 and not done.stdout.strip():
        raise OutputError(
            "本机没有中文字体，PDF 中的汉字会成为方框",
            expected="至少一种中文字体",
            remedy="请安装中文字体（如 fonts-noto-cjk）后再试。" + _WITHOUT,
        )


def _without_time(data: bytes) -> bytes:
    """The same file without the time of writing; every length stays, and so every offset."""
    data = re.sub(
        rb"(/(?:CreationDate|ModDate)\s*\(D:)\d{14}",
        lambda found: found[1] + b"20000101000000",
        data,
    )
    hexadecimal = rb"(?<=[</])[0-9A-F]{32}(?![0-9A-F])"
    tail = data.rfind(b"trailer")
    tail = max(0, tail if tail >= 0 else len(data) - 2048)
    head, trailer = data[:tail], data[tail:]
    digest = hashlib.sha256(head).hexdigest()[:32].upper().encode()
    return head + re.sub(hexadecimal, digest, trailer)
