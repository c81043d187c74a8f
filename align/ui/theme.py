"""Colours and style of the screens; the base theme stands in ``.streamlit/config.toml``."""

from __future__ import annotations

import streamlit as st

from align.records import Action
from align.ui.words import t

INK, QUIET, LINE, SOFT, PRIMARY = "#1f2933", "#5b6875", "#dfe5ea", "#f6f8fa", "#1f5f82"
#: Word and its background for each action; both reach a contrast of 4.5:1.
ACTIONS: dict[Action, tuple[str, str]] = {
    Action.COVERED: ("#226548", "#e4f2ea"),
    Action.STRENGTHEN: ("#855309", "#fbf0da"),
    Action.EXTEND: ("#1d5b94", "#e3eef8"),
    Action.SUPPLEMENT: ("#a03b24", "#fbe7e1"),
    Action.EXEMPT: ("#5b4791", "#ece8f6"),
}
#: Light to dark, as in the exported pictures.
SCALE = ("#f2f7fb", "#c6dbef", "#85bbdb", "#4292c6", "#1c6cb1", "#0b4b8c")

_MARK = (
    f'<rect x="2" y="4" width="40" height="40" rx="9" fill="{PRIMARY}"/>'
    '<path d="M12 15h11M12 24h11M12 33h11" stroke="#fff" stroke-width="3.4" '
    'stroke-linecap="round"/><path d="M26 15l7 9-7 9" fill="none" stroke="#f2c14e" '
    'stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"/>'
)

_CSS = """
.stMainBlockContainer{padding-top:2.2rem;padding-bottom:3rem;max-width:1360px}
.stApp h1{font-size:1.7rem;padding:0 0 .7rem;font-weight:650}
.stApp .al-section h3{font-size:1.02rem;padding:.2rem 0;margin:0;font-weight:650}
.stApp .al-section h2{font-size:1.2rem;padding:1.1rem 0 .1rem;margin:0;font-weight:650}
.stApp h3{font-size:1.02rem;padding:.3rem 0;font-weight:650}
[data-testid="stHeader"]{background:transparent}
[data-testid="stHeader"] [data-testid="stStatusWidget"],[data-testid="stMainMenu"]{display:none}
[data-testid="stElementToolbar"],[data-testid="InputInstructions"]{display:none}
[data-testid="stColumn"]:has(.st-key-picker){position:sticky;top:1rem;align-self:flex-start}
.al-lead{color:QUIET;margin:-.6rem 0 .2rem;line-height:1.6}
.al-note{color:QUIET;font-size:.86rem;line-height:1.6;margin:0}
.al-draft{background:#fdf6e3;border-left:4px solid #d9a62e;color:#5f4708;padding:.5rem .9rem;
 border-radius:4px;font-size:.92rem;margin:.2rem 0 .4rem}
.al-cards{display:grid;gap:12px}
.al-card{border:1px solid LINE;border-radius:10px;padding:14px 16px;background:#fff}
.al-card b{display:block;font-size:1.75rem;line-height:1.25;font-weight:650;white-space:nowrap;
 font-variant-numeric:tabular-nums}
.al-card span{color:QUIET;font-size:.88rem}.al-card small{color:QUIET;font-size:.8rem}
.al-tag{display:inline-block;border-radius:5px;padding:1px 8px;font-size:.84rem;font-weight:600;
 white-space:nowrap}
.al-plain{background:#eef1f4;color:#44515d;font-weight:500}
.al-unsure{background:#fff;color:#8a5a00;box-shadow:inset 0 0 0 1px #e0b55c;font-weight:500}
.al-levels{display:grid;grid-template-columns:repeat(auto-fit,minmax(196px,1fr));gap:12px}
.al-bar{display:grid;grid-template-columns:1fr 3.2em;gap:2px 8px;margin-top:9px;font-size:.88rem}
.al-bar em{grid-column:1/-1;font-style:normal;color:INK}
.al-track{height:7px;border-radius:4px;background:#e9eef2;align-self:center;overflow:hidden}
.al-track i{display:block;height:100%;border-radius:4px;background:PRIMARY}
.al-table .al-track{display:block;margin-top:.5em}
.al-bar u{text-decoration:none;text-align:right;color:QUIET;font-variant-numeric:tabular-nums}
.al-item{border:1px solid LINE;border-radius:10px;padding:12px 16px;margin:0 0 10px;
 background:#fff;line-height:1.65}
.al-item p{margin:.25rem 0}
.al-head{display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center;color:QUIET;font-size:.88rem}
.al-head strong{color:INK}.al-who{flex:1 1 12rem;min-width:0}
.al-end{display:inline-flex;gap:8px;align-items:center;white-space:nowrap;margin-left:auto}
.al-prob{display:inline-flex;align-items:center;gap:8px;color:INK;
 font-variant-numeric:tabular-nums;font-weight:600}
.al-prob .al-track{width:76px;flex:none}
.al-two{display:grid;grid-template-columns:1fr 1fr;gap:14px;margin-top:8px}
.al-quote{background:SOFT;border-radius:8px;padding:9px 12px;overflow-wrap:anywhere}
.al-quote label{display:block;color:QUIET;font-size:.8rem;margin-bottom:2px}
.al-quote cite{display:block;color:QUIET;font-size:.8rem;font-style:normal;margin-top:4px}
.al-item mark,.al-quote mark{background:#fdeaa7;color:inherit;border-radius:3px;padding:0 1px}
.al-item details{margin-top:6px}
.al-facts{display:grid;grid-template-columns:max-content 1fr;gap:3px 14px;font-size:.9rem;
 overflow-wrap:anywhere}
.stHtml dl.al-facts{margin:.25rem 0;padding:0}
.stHtml .al-facts dt{color:QUIET;margin:0;font-weight:400}.stHtml .al-facts dd{margin:0}
.al-item h3{font-size:1.05rem;padding:0;margin:0}
.al-tags{display:flex;flex-wrap:wrap;gap:8px}
.al-table{width:100%;border-collapse:collapse;font-size:.9rem;line-height:1.55}
.al-table th{text-align:left;color:QUIET;font-weight:500;border-bottom:1px solid LINE;
 padding:5px 8px;white-space:nowrap}
.al-table td{border-bottom:1px solid #edf1f4;padding:6px 8px;vertical-align:top;
 overflow-wrap:break-word}
.al-table mark{background:#fdeaa7;color:inherit}.al-table del{color:#a03b24}
.al-table td.al-n{white-space:nowrap;width:1%;font-variant-numeric:tabular-nums}
.al-scroll{max-height:70vh;overflow:auto;border:1px solid LINE;border-radius:10px}
.al-scroll th{position:sticky;top:0;background:SOFT}
.al-side{color:QUIET;font-size:.8rem;line-height:1.6;margin:0}
.stRadio [role="radiogroup"]{gap:.15rem}
.st-key-picker .stRadio label{padding:3px 8px;border-radius:8px;width:100%}
.st-key-picker .stRadio [role="radiogroup"]>div{gap:0}
.st-key-picker .stRadio [data-testid="stCaptionContainer"]{padding-left:8px}
.st-key-picker .stRadio label:hover{background:SOFT}
.al-candidate{line-height:1.65}.al-candidate p{margin:.25rem 0}
.al-candidate details{margin-top:6px}
.al-candidate summary,.al-item summary{cursor:pointer;color:PRIMARY;font-size:.88rem}
.al-candidate mark{background:#fdeaa7;color:inherit;border-radius:3px;padding:0 1px}
.al-said{font-weight:600}.al-full{background:#e4f2ea;color:#226548}
.al-part{background:#fbf0da;color:#855309}.al-none{background:#eef1f4;color:#44515d}
.stHtml .al-word{color:#226548;font-size:.88rem;margin:.2rem 0}
.al-saved{color:#226548;font-size:.9rem;font-weight:600;margin:0;white-space:nowrap}
.stHtml .al-here{color:QUIET;font-size:.88rem;margin:0}
.stHtml .al-agree p{font-size:.9rem;margin:.2rem 0 0}
.al-here::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;
 background:#2e8b57;margin-right:7px}
.al-history{margin:.2rem 0 .2rem 1.4rem;padding:0;color:QUIET;font-size:.86rem}
.al-offer strong{margin-right:8px}.al-offer code{font-size:.78rem;color:QUIET;background:none;
 padding:0;white-space:nowrap}
[class*="st-key-offers-"]{border:1px solid LINE;border-radius:10px;padding:0 14px}
[class*="st-key-offers-"]>div{padding:6px 0}
[class*="st-key-offers-"]>div:not(:first-child){border-top:1px solid #edf1f4}
[class*="st-key-offer-"]>:last-child{margin-top:auto}
[class*="st-key-offer-"] .al-offer code{display:block}
[class*="st-key-offers-"] button{min-height:2rem;padding:.1rem .7rem}
[class*="st-key-outdated"] [data-testid="stElementContainer"]:has(.al-draft){flex:1 1 24rem}
.al-rows4 .al-card b{font-size:1.5rem}
.al-keep{white-space:nowrap}
.al-file{min-width:0;overflow-wrap:anywhere}
[class*="st-key-card-"],[class*="st-key-proposal-"]{background:#fff}
.st-key-answerable:not(:has(.stButton)){visibility:hidden}
.st-key-clash{border-color:#d9a62e}
.al-form{display:grid;gap:14px;max-width:380px;padding:22px 24px;border:1px solid LINE;
 border-radius:10px}
.al-form label{display:grid;gap:5px;font-size:.9rem;color:QUIET}
.al-form input{font:inherit;padding:9px 11px;border:1px solid #c4ced6;border-radius:8px;color:INK}
.al-form input:focus{outline:2px solid PRIMARY;outline-offset:0;border-color:PRIMARY}
.al-form button{font:inherit;font-weight:600;padding:10px;border:0;border-radius:8px;color:#fff;
 background:PRIMARY;cursor:pointer}
[data-testid="stMultiSelect"] .react-aria-ComboBox>div{max-height:none;height:auto}
[data-testid="stMultiSelectTagsContainer"]{flex-wrap:wrap;overflow:visible;height:auto;
 mask-image:none;-webkit-mask-image:none}
@media (max-width:1100px){.al-two{grid-template-columns:1fr}
 [data-testid="stSidebar"]:not([data-collapsed="true"]){width:264px!important;min-width:0}
 .al-rows3{grid-template-columns:repeat(3,minmax(0,1fr))!important}
 .al-rows4{grid-template-columns:repeat(4,minmax(0,1fr))!important}
 .stMainBlockContainer{padding-left:1.6rem;padding-right:1.6rem}}
[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"] p{font-size:0}
[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"] p::after{
 content:"BUTTON";font-size:.95rem}
[data-testid="stFileUploaderDropzoneInstructions"]>*{display:none!important}
[data-testid="stFileUploaderDropzoneInstructions"]::after{content:"DROP";color:QUIET;
 font-size:.9rem}
"""


def apply() -> None:
    """Put the style on the page, with the uploader's own words in the chosen language."""
    css = _CSS.replace("BUTTON", t("reading.upload_button"))
    css = css.replace("DROP", t("reading.upload_drop"))
    for name, colour in (("QUIET", QUIET), ("LINE", LINE), ("SOFT", SOFT), ("PRIMARY", PRIMARY)):
        css = css.replace(name, colour)
    st.html(f"<style>{css.replace('INK', INK)}</style>")


def logo(name: str) -> str:
    """The mark and the name, as a picture that needs no file."""
    wide = not any("\u4e00" <= c <= "\u9fff" for c in name)
    text = name.replace("&", "&amp;")
    lines = text.split(" ", 1) if wide else [text]
    words = "".join(
        f'<tspan x="54" y="{(33 if len(lines) == 1 else 20) + 20 * k}">{line}</tspan>'
        for k, line in enumerate(lines)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="230" height="48" viewBox="0 0 230 48">'
        f'{_MARK}<text font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif" '
        f'font-size="{17 if wide else 25}" font-weight="600" fill="{INK}">{words}</text></svg>'
    )


def icon() -> str:
    """The mark alone, for the browser's tab; a named sign would be fetched from outside."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 44 48">'
        f"{_MARK}</svg>"
    )
