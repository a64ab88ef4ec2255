"""A sender's letter as markup that a page can hold: headings, lists and tables, and nothing active.

No script, style, link, form or image, and no attribute but what a table or a language needs. Its
headings are set below those of the page, without a gap, as a screen reader walks them.
"""

import re
from collections.abc import Iterator

import nh3
from markupsafe import escape

_TAGS = frozenset(
    """abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn dl dt em h1 h2 h3 h4
    h5 h6 hr i ins kbd li ol p pre q s samp small strong sub sup table tbody td tfoot th thead tr
    u ul var""".split()  # noqa: SIM905 (read as prose)
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_ALLOWED = {
    "colspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d?"),
    "scope": re.compile(r"col|row|colgroup|rowgroup"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}"),
}
# What is dropped with all it holds; of any other element the words stay.
_DROPPED = frozenset(
    """script style title noscript template iframe object embed svg math form select textarea
    button audio video canvas head""".split()  # noqa: SIM905 (read as prose)
)
_HEADING = re.compile(r"(</?h)([1-6])(?=[ >])")
_EMPTY = re.compile(r"<(h[1-6]|p|li)>\s*</\1>")
_LOWEST = 6

_TITLE = re.compile(r"(#{1,6})\s+(.+?)\s*#*")
_POINT = re.compile(r"\s*[-*•]\s+(.+)")
_COLUMNS = re.compile(r"\S\s{3,}\S|\t")


def of_html(text: str, level: int = 2) -> str:
    """Return safe markup whose highest heading is of `level`.

    >>> of_html('<h1>Plan</h1><p onclick="x()">Rest.</p><script>x()</script>')
    '<h2>Plan</h2><p>Rest.</p>'
    """
    cleaned = nh3.clean(
        text,
        tags=set(_TAGS),
        attributes={name: set(allowed) for name, allowed in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        clean_content_tags=set(_DROPPED),
        link_rel=None,
    )
    return _headed(_EMPTY.sub("", cleaned), level).strip()


def of_text(text: str, level: int = 2) -> str:
    r"""Return a plain text as markup: paragraphs, and headings and lists where they are marked.

    >>> of_text("# Plan\n\nTake care.\nRest.\n\n- water\n- sleep")
    '<h2>Plan</h2><p>Take care.<br>Rest.</p><ul><li>water</li><li>sleep</li></ul>'
    """
    return _headed("".join(_blocks(text)), level)


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.rstrip() for line in block.split("\n") if line.strip()]
        while lines and (titled := _TITLE.fullmatch(lines[0].strip())):
            yield f"<h{len(titled[1])}>{escape(titled[2])}</h{len(titled[1])}>"
            del lines[0]
        if lines:
            yield _block(lines)


def _block(lines: list[str]) -> str:
    points = [_POINT.fullmatch(line) for line in lines]
    if all(points):
        items = "".join(f"<li>{escape(point[1])}</li>" for point in points if point)
        return f"<ul>{items}</ul>"
    if sum(bool(_COLUMNS.search(line.strip())) for line in lines) > 1:
        # Columns that were lined up by hand.
        return f"<pre>{escape(chr(10).join(lines))}</pre>"
    return f"<p>{'<br>'.join(str(escape(line.strip())) for line in lines)}</p>"


def _headed(markup: str, level: int) -> str:
    """Set headings below the page's own: those used, in order, from `level` on."""
    used = sorted({found[2] for found in _HEADING.finditer(markup)})
    places = {one: min(_LOWEST, level + n) for n, one in enumerate(used)}
    return _HEADING.sub(lambda found: f"{found[1]}{places[found[2]]}", markup)


def _attribute(_element: str, name: str, value: str) -> str | None:
    allowed = _ALLOWED.get(name)
    return value if allowed and allowed.fullmatch(value) else None
