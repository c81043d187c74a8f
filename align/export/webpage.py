"""The pictures as one HTML page that needs nothing else: no network, no library, no font file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from align.export.canvas import Canvas
from align.export.words import clean

_STYLE = """
body{margin:0;font:15px/1.6 "Noto Sans SC","Microsoft YaHei","PingFang SC",sans-serif;color:#222}
main{padding:16px 24px}h1{font-size:20px}.hint{color:#666}
.picture{overflow-x:auto;margin:0 0 32px;border-top:1px solid #ddd;padding-top:12px}
.picture svg{display:block}
[data-tip]{cursor:help}.dim{opacity:.08}
#tip{position:fixed;display:none;max-width:32em;white-space:pre-line;background:#fff;color:#222;
border:1px solid #888;border-radius:4px;padding:8px 12px;box-shadow:0 2px 8px #0003;
pointer-events:none;font-size:14px}
"""
_SCRIPT = """
const tip=document.getElementById("tip");
function show(target,x,y){
  const words=target&&target.getAttribute("data-tip");
  if(!words){tip.style.display="none";return}
  tip.textContent=words;tip.style.display="block";
  const left=Math.min(x+14,innerWidth-tip.offsetWidth-8);
  const below=y+16+tip.offsetHeight<innerHeight;
  tip.style.left=Math.max(8,left)+"px";
  tip.style.top=Math.max(8,below?y+16:y-tip.offsetHeight-12)+"px";
}
function focusOn(svg,target){
  const names=target&&target.getAttribute("data-ends");
  const wanted=names?names.split(" "):[];
  const near=new Set(wanted);
  const all=[...svg.querySelectorAll("[data-ends]")];
  for(const e of all){const ends=e.getAttribute("data-ends").split(" ");
    if(ends.length===2&&wanted.every(w=>ends.includes(w)))ends.forEach(n=>near.add(n))}
  for(const e of all){const ends=e.getAttribute("data-ends").split(" ");
    const on=!wanted.length||(ends.length===2?wanted.every(w=>ends.includes(w)):near.has(ends[0]));
    e.classList.toggle("dim",!on)}
}
for(const svg of document.querySelectorAll("svg")){
  svg.addEventListener("mousemove",e=>show(e.target.closest("[data-tip]"),e.clientX,e.clientY));
  svg.addEventListener("mouseover",e=>focusOn(svg,e.target.closest("[data-ends]")));
  svg.addEventListener("mouseleave",()=>{show(null);focusOn(svg,null)});
}
"""


def graph_page(title: str, pictures: Sequence[Canvas], note: str = "") -> bytes:
    """One HTML page with the pictures under each other.

    Resting the pointer on a cell or a line shows both quotations with their places; resting it
    on a name leaves only its own lines.

    Parameters
    ----------
    title : str
        Heading of the page.
    pictures : sequence of Canvas
        From :mod:`align.export.views`.
    note : str
        One line below the heading, such as the run's identity.

    Returns
    -------
    bytes
        UTF-8; the same for the same pictures.
    """
    body = "\n".join(f'<div class="picture">{picture.svg(page=True)}</div>' for picture in pictures)
    hint = "把鼠标停在色块或连线上，可看到双方原文与位置；停在名称上，只显示与它有关的连线。"
    # The page may be handed on; it must not be able to fetch or send anything.
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    head = escape(clean(title))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{head}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{head}</h1>\n<p class="hint">{hint}</p>\n'
        + (f'<p class="hint">{escape(clean(note))}</p>\n' if note else "")
        + f'{body}\n</main>\n<div id="tip"></div>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n'
    ).encode()
