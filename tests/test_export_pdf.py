"""plan.pdf: what LibreOffice makes of the plan, and what is said where it cannot."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import docx
import pdfplumber
import pytest

from align.errors import OutputError
from align.export import pdf
from align.export.pdf import pdf_bytes


def word(words: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(words)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def program(folder: Path, body: str) -> str:
    """An executable that stands in for LibreOffice; the plan is its last argument."""
    path = folder / "soffice"
    head = f"#!{sys.executable}\nimport os, sys, time\nhere = os.path.dirname(sys.argv[-1])\n"
    path.write_text(head + body, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_document_becomes_the_same_pdf_each_time() -> None:
    data = word("书证融通实施方案：直接复核骨干课程")
    made = pdf_bytes(data)
    assert made == pdf_bytes(data)
    assert b"D:2000010100" in made
    with pdfplumber.open(io.BytesIO(made)) as pages:
        text = "".join((pages.pages[0].extract_text() or "").split())
        fonts = {c["fontname"] for c in pages.pages[0].chars}
    assert "书证融通实施方案：直接复核骨干课程" in text
    assert any("CJK" in f or "Fang" in f or "Song" in f for f in fonts), fonts


def test_two_at_once_both_come_out() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda n: pdf_bytes(word(f"第{n}份")), (1, 2)))
    for n, data in enumerate(made, 1):
        with pdfplumber.open(io.BytesIO(data)) as pages:
            assert f"第{n}份" in "".join((pages.pages[0].extract_text() or "").split())


def test_without_libreoffice_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    monkeypatch.setattr(pdf, "_PLACES", ())
    with pytest.raises(OutputError, match=r"没有 LibreOffice.*plan\.docx"):
        pdf_bytes(word("x"))


def test_a_conversion_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    body = "open(os.path.join(here, 'x'), 'w').write('x')\nos.system('sleep 60')\n"
    with pytest.raises(OutputError, match="超时"):
        pdf_bytes(word("x"), office=program(tmp_path, body), timeout=1.5)
    assert not [p for p in processes() if "sleep 60" in p and str(tmp_path) in p]


def processes() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:  # it has ended meanwhile
            continue
    return found


@pytest.mark.parametrize(
    "body",
    [
        "print('Error: source file could not be loaded')\n",
        "open(os.path.join(here, 'plan.pdf'), 'w').write('%PDF-1.6 cut')\n",
        "open(os.path.join(here, 'plan.pdf'), 'w').write('')\n",
    ],
)
def test_an_output_that_is_no_pdf_is_an_error_though_the_program_said_nothing(
    tmp_path: Path, body: str
) -> None:
    with pytest.raises(OutputError, match="没有写出完整的 PDF"):
        pdf_bytes(word("x"), office=program(tmp_path, body))


def test_each_conversion_has_its_own_profile_and_leaves_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    body = (
        f"open({str(log)!r}, 'a').write(here + '|' + sys.argv[1] + chr(10))\n"
        "open(os.path.join(here, 'plan.pdf'), 'w').write('%PDF-1.6\\n%%EOF')\n"
    )
    for _ in range(2):
        pdf_bytes(word("x"), office=program(tmp_path, body))
    runs = [line.split("|") for line in log.read_text(encoding="utf-8").splitlines()]
    assert len({here for here, _ in runs}) == 2
    for here, profile in runs:
        assert profile == f"-env:UserInstallation={Path(here).as_uri()}/profile"
        assert not os.path.exists(here)


def test_a_machine_without_chinese_fonts_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf.sys, "platform", "linux")
    nothing = tmp_path / "fc-list"
    nothing.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    nothing.chmod(0o755)
    monkeypatch.setattr(pdf.shutil, "which", lambda name: str(nothing))
    with pytest.raises(OutputError, match="没有中文字体"):
        pdf_bytes(word("x"), office="soffice")
