"""Writes the sample documents: ``python -m tests.samples.build [FOLDER]``.

The sources beside this file become real documents, in the formats and layouts colleges and
certificate issuers use, under ``course_standards/`` and ``cert_standards/`` of FOLDER (the
checkout, if none is given).  Needs a Chinese serif and sans font for the PDFs (Noto CJK).
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.samples import certificate_docx, certificate_pdf, course_docx, course_tables, plan_docx
from tests.samples.source import HERE, PROGRAMMES, SampleCourse, SampleProgramme, load

ROOT = HERE.parent.parent
# How a course's table words its hours (course_docx.HoursStyle) and how its csv is encoded.
HOURS: dict[str, course_docx.HoursStyle] = {
    "邮政快递揽投作业规范": "practice",
    "家庭餐制作与营养": "split",
    "Java程序设计": "split",
}
ENCODING = {"家政服务礼仪与沟通": "gbk", "物流信息技术": "utf-8-sig"}


def course_path(folder: Path, programme: str, course: SampleCourse) -> Path:
    """Where a course's document lies."""
    name = f"{course.name}课程标准.{course.head['format']}"
    return folder / "course_standards" / programme / name


def certificate_path(folder: Path, programme: SampleProgramme) -> Path:
    """Where the certificate's document lies."""
    suffix = "docx" if programme.name == "现代家政服务与管理" else "pdf"
    return folder / "cert_standards" / f"{programme.certificate.name}.{suffix}"


def plan_path(folder: Path, programme: str) -> Path:
    """Where the programme plan (人才培养方案) lies."""
    return folder / "course_standards" / programme / f"{programme}专业人才培养方案.docx"


def build(folder: Path, *, pdf: bool = True) -> None:
    """Writes all sample documents under a folder; ``pdf=False`` leaves out the PDFs."""
    for name in PROGRAMMES:
        programme = load(name)
        (folder / "course_standards" / name).mkdir(parents=True, exist_ok=True)
        (folder / "cert_standards").mkdir(parents=True, exist_ok=True)
        for course in programme.courses:
            _course(course, course_path(folder, name, course))
        path = certificate_path(folder, programme)
        if path.suffix == ".docx":
            certificate_docx.write(programme.certificate, path)
        elif pdf:
            certificate_pdf.write(programme.certificate, path)
        _programme_file(programme, path.name, folder / "course_standards" / name)
        if name == "软件技术":
            plan_docx.write(programme, plan_path(folder, name))


def _course(course: SampleCourse, path: Path) -> None:
    match course.head["format"]:
        case "docx":
            course_docx.write(course, path, HOURS.get(course.name, "total"))
        case "xlsx":
            course_tables.write_xlsx(course, path)
        case "csv":
            course_tables.write_csv(course, path, ENCODING.get(course.name, "utf-8"))
        case "md":
            course_tables.write_md(course, path)
        case other:
            raise ValueError(f"{course.name}: no writer for {other}")


def _programme_file(programme: SampleProgramme, certificate: str, folder: Path) -> None:
    levels = ", ".join(f'"{level}"' for level in programme.certificate.levels)
    text = f"""\
# 一个专业的书证融通范围：与哪些证书对照，对照到哪些等级，哪些课程不纳入。
name = "{programme.name}"
college = "{course_docx.COLLEGE}"

# cert_standards/ 中的文件名，也可写证书的标准代码或名称
certificates = ["{certificate}"]

# 纳入融通的等级，从低到高
levels = [{levels}]

# 不纳入融通的课程（文件名或课程名称）
leave_out = []
"""
    (folder / "programme.toml").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
