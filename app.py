"""The screens' door: ``streamlit run app.py`` or ``align app``.

Only frames and routes; everything shown lives in :mod:`align.ui`.
"""

from align.ui.frame import show

show()
