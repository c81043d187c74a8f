"""Where the things lie that travel beside the code: models, and the screens' entry.

Three places are looked at, the first that is there counts:

1. for models, the folder the environment variable ``ALIGN_MODELS`` names;
2. the checkout this package is part of (``models/`` and ``app.py`` beside ``align/``);
3. the data inside an installed package (``align/_data/``, put there by the wheel).
"""

from __future__ import annotations

import os
from pathlib import Path

from align.errors import ModelError, UsageError

MODELS_VARIABLE = "ALIGN_MODELS"
DATA_VARIABLE = "ALIGN_DATA"
_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
_PACKAGED = _PACKAGE / "_data"


def models_folder() -> Path:
    """The folder that holds ``default/``, ``matcher.json`` and ``knowledge/``.

    Returns
    -------
    Path
        An existing folder, absolute.

    Raises
    ------
    ModelError
        ``ALIGN_MODELS`` names something that is no folder, or no place holds models.
    """
    named = os.environ.get(MODELS_VARIABLE, "").strip()
    if named:
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise ModelError(
                "模型文件夹不存在",
                file=folder,
                place=f"环境变量 {MODELS_VARIABLE}",
                expected="一个已有的文件夹",
                remedy=f"请改正或删去环境变量 {MODELS_VARIABLE}。",
            )
        return folder.resolve()
    for folder in (_CHECKOUT / "models", _PACKAGED / "models"):
        if folder.is_dir() and _is_ours(folder):
            return folder
    raise ModelError(
        "找不到模型文件夹 models",
        expected="程序目录旁的 models，或安装包自带的模型",
        remedy=f"请重新安装 align，或用环境变量 {MODELS_VARIABLE} 指明模型文件夹。",
    )


def labels_folder() -> Path:
    """The folder of the samples' labels: ``tests/gold`` of the checkout, or the wheel's copy."""
    return _CHECKOUT / "tests" / "gold" if _is_checkout() else _PACKAGED / "labels"


def data_folder() -> Path:
    """The folder of the database, its signing key and its signed heads.

    Returns
    -------
    Path
        The folder ``ALIGN_DATA`` names, else ``.align/`` in the working folder; absolute, not
        made here.
    """
    named = os.environ.get(DATA_VARIABLE, "").strip()
    return (Path(named).expanduser() if named else Path(".align")).absolute()


def app_script() -> Path:
    """The ``app.py`` that starts the screens.

    Raises
    ------
    UsageError
        Neither the checkout nor the installed package holds it.
    """
    for folder in (_CHECKOUT, _PACKAGED):
        script = folder / "app.py"
        if script.is_file() and (folder == _PACKAGED or _is_checkout()):
            return script
    raise UsageError(
        "找不到界面入口 app.py",
        remedy="请重新安装 align；在源代码目录中请确认 app.py 没有被移走。",
    )


def _is_checkout() -> bool:
    """True if the package lies in the project's own source tree, not in site-packages."""
    return (_CHECKOUT / "pyproject.toml").is_file()


def _is_ours(folder: Path) -> bool:
    # A stranger's site-packages/models must not be taken for ours.
    return folder.parent == _PACKAGED or _is_checkout()
