"""What one paragraph of a docx shows: its text as Word prints it, and how it is set."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from align.read.normalise import normalise
from align.read.ooxml import Element, child, is_on, local, val

# Glyphs of Microsoft's symbol fonts that courses use as boxes, ticks and bullets, by font.
_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x72: "□", 0x75: "◆", 0xA1: "○", 0xA8: "☐",
    0xD8: "➢", 0xFB: "✗", 0xFC: "√", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS2 = {
    0x4F: "✗", 0x50: "√", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x98: "●", 0xA2: "■",
    0xA3: "☐", 0x2A: "☐",
}  # fmt: skip
_SYMBOL_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS2}
_INTO = {
    "hyperlink",
    "ins",
    "moveTo",
    "smartTag",
    "customXml",
    "fldSimple",
    "dir",
    "bdo",
    "rubyBase",
}


def symbol(char: str, font: str) -> str:
    """The character that `char` looks like in a symbol font; itself elsewhere."""
    glyphs = _SYMBOL_FONTS.get(font.strip().lower())
    if glyphs is None:
        return char
    code = ord(char)
    return glyphs.get(code - 0xF000 if 0xF000 <= code <= 0xF0FF else code, char)


def _is_symbol(font: str) -> bool:
    return font.strip().lower() in _SYMBOL_FONTS


@dataclass(slots=True)
class Style:
    """The few properties of a paragraph style that tell headings and lists."""

    name: str = ""
    based_on: str = ""
    outline: int | None = None  # 0 for level 1
    num: tuple[str, int | None] | None = None
    bold: bool | None = None
    size: int | None = None  # half points
    centred: bool | None = None


@dataclass(slots=True)
class Line:
    """One paragraph: printed, normalised, and how its runs are set."""

    printed: str = ""
    text: str = ""
    bold: bool | None = None  # None: the runs do not say
    size: int | None = None
    boxes: list[Element] = field(default_factory=list)


def read_line(p: Element, seen: Counter[str]) -> Line:
    """Collects what a ``w:p`` shows.

    Deletions, moved-away and hidden text are left out, insertions and field results kept.
    `seen` counts what a reader should hear of: deletions, insertions, hidden runs, images,
    footnotes, hidden characters.
    """
    collector = _Collector(seen)
    collector.walk(p)
    # Two versions: as printed, and with symbol-font glyphs as the signs that a person sees.
    shown = "".join(collector.shown)
    line = Line("".join(collector.printed), normalise(shown), boxes=collector.boxes)
    if collector.weights:
        line.bold = all(b for b, _ in collector.weights) if collector.says_bold else None
        sizes = [s for _, s in collector.weights if s]
        line.size = max(sizes) if sizes else None
    return line


class _Collector:
    def __init__(self, seen: Counter[str]) -> None:
        self.seen = seen
        self.printed: list[str] = []
        self.shown: list[str] = []
        self.boxes: list[Element] = []
        self.weights: list[tuple[bool, int | None]] = []
        self.says_bold = False

    def walk(self, e: Element) -> None:
        for c in e.iterchildren():
            name = local(c)
            if name == "r":
                self.run(c)
            elif name in ("del", "moveFrom"):
                self.seen["deleted"] += 1
            elif name == "sdt":
                for content in c.iterchildren():
                    if local(content) == "sdtContent":
                        self.walk(content)
            elif name in _INTO:
                self.seen["inserted"] += name in ("ins", "moveTo")
                self.walk(c)
            elif name in ("oMath", "oMathPara"):
                self.add("".join(t.text or "" for t in c.iter() if local(t) == "t"))
            elif name == "AlternateContent":
                self.alternate(c)

    def add(self, printed: str, shown: str | None = None) -> None:
        self.printed.append(printed)
        self.shown.append(printed if shown is None else shown)

    def alternate(self, e: Element) -> None:
        """The first choice only: the fallback says the same again."""
        options = [c for c in e.iterchildren() if local(c) in ("Choice", "Fallback")]
        if options:
            first = options[0]
            self.pieces(first, "", "")
            self.walk(first)

    def run(self, r: Element) -> None:
        props = child(r, "rPr")
        if is_on(child(props, "vanish")):
            self.seen["hidden"] += 1
            return
        fonts = child(props, "rFonts")
        ascii_font = val(fonts, attribute="ascii")
        high_font = val(fonts, attribute="hAnsi") or ascii_font
        before = len(self.printed)
        self.pieces(r, ascii_font, high_font)
        if any(s.strip() for s in self.printed[before:]):
            bold = child(props, "b")
            size = val(child(props, "sz"))
            self.says_bold |= bold is not None
            self.weights.append((is_on(bold), int(size) if size.isdigit() else None))

    def pieces(self, r: Element, ascii_font: str, high_font: str) -> None:
        for c in r.iterchildren():
            name = local(c)
            if name == "t":
                text = c.text or ""
                if _is_symbol(ascii_font) or _is_symbol(high_font):
                    shown = "".join(
                        symbol(x, ascii_font if x < "\x80" else high_font) for x in text
                    )
                else:
                    shown = text
                self.add(text, shown)
            elif name in ("tab", "ptab"):
                self.add("\t")
            elif name in ("br", "cr"):
                # A page or column break is layout; a line break was typed by the writer.
                self.add("" if val(c, attribute="type") in ("page", "column") else "\n")
            elif name == "noBreakHyphen":
                self.add("-")
            elif name == "sym":
                code = val(c, attribute="char")
                char = chr(int(code, 16)) if len(code) == 4 and _is_hex(code) else ""
                self.add(symbol(char, val(c, attribute="font")) if char else "")
            elif name == "fldChar":
                self.form_box(c)
            elif name == "ruby":
                for part in c.iterchildren():
                    if local(part) == "rubyBase":
                        self.walk(part)
            elif name in ("footnoteReference", "endnoteReference"):
                self.seen["footnotes"] += 1
            elif name in ("drawing", "pict", "object"):
                self.drawing(c)
            elif name == "AlternateContent":
                self.alternate(c)

    def form_box(self, c: Element) -> None:
        """A legacy form field: a check box prints as a box, without any text."""
        box = child(child(c, "ffData"), "checkBox")
        if box is not None:
            checked = child(box, "checked")
            state = checked if checked is not None else child(box, "default")
            self.add("☑" if is_on(state) else "☐")

    def drawing(self, e: Element) -> None:
        found = False
        for d in e.iterdescendants():
            name = local(d)
            if name == "txbxContent":
                # A box inside a box is read when the outer one is.
                if not any(local(a) == "txbxContent" for a in _between(d, e)):
                    self.boxes.append(d)
                found = True
            elif name in ("blip", "imagedata", "OLEObject") and not found:
                self.seen["images"] += 1
                found = True


def _between(e: Element, top: Element) -> list[Element]:
    out = []
    for a in e.iterancestors():
        if a is top:
            break
        out.append(a)
    return out


def _is_hex(text: str) -> bool:
    return all(c in "0123456789abcdefABCDEF" for c in text)


class Styles:
    """Paragraph styles with what they inherit."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default_size = 21  # Word's Chinese default, 五号 (10.5 pt)
        self.default_style = ""
        if root is None:
            return
        size = root.find(".//{*}docDefaults/{*}rPrDefault/{*}rPr/{*}sz")
        if val(size).isdigit():
            self.default_size = int(val(size))
        for s in root.iterchildren():
            if local(s) != "style" or val(s, attribute="type") != "paragraph":
                continue
            ppr, rpr = child(s, "pPr"), child(s, "rPr")
            outline, size_text = val(child(ppr, "outlineLvl")), val(child(rpr, "sz"))
            bold, jc = child(rpr, "b"), val(child(ppr, "jc"))
            key = val(s, attribute="styleId")
            self._styles[key] = Style(
                name=val(child(s, "name")),
                based_on=val(child(s, "basedOn")),
                outline=int(outline) if outline.isdigit() else None,
                num=num_properties(ppr),
                bold=None if bold is None else is_on(bold),
                size=int(size_text) if size_text.isdigit() else None,
                centred=None if not jc else jc == "center",
            )
            if val(s, attribute="default") in ("1", "true"):
                self.default_style = key

    def of(self, p: Element) -> tuple[str, Style]:
        """The style id of a paragraph and its properties, inherited ones filled in."""
        key = val(child(child(p, "pPr"), "pStyle")) or self.default_style
        out = Style()
        at, visited = key, set()
        while at in self._styles and at not in visited:
            visited.add(at)
            s = self._styles[at]
            out.name = out.name or s.name
            out.outline = s.outline if out.outline is None else out.outline
            out.num = s.num if out.num is None else out.num
            out.bold = s.bold if out.bold is None else out.bold
            out.size = s.size if out.size is None else out.size
            out.centred = s.centred if out.centred is None else out.centred
            at = s.based_on
        return key, out


def num_properties(ppr: Element | None) -> tuple[str, int | None] | None:
    """(list id, level or None) of a ``w:numPr``; list id "0" means: no number."""
    num = child(ppr, "numPr")
    if num is None:
        return None
    level = val(child(num, "ilvl"))
    return val(child(num, "numId")), int(level) if level.isdigit() else None
