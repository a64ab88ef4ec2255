"""The text that a sender wrote of a resource, as markup that a page can hold.

Only what carries meaning stays: no script, style, link, image or form, and no attribute but what
a table needs.
"""

import html
import re

import nh3

from portal.record import words

_TAGS = frozenset(
    """abbr b blockquote br caption code dd del dl dt em i ins li ol p pre s small strong sub sup
    table tbody td tfoot th thead tr u ul""".split()  # noqa: SIM905 (read as prose)
)
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
# What is dropped with all it holds; of any other element the words stay.
_DROPPED = {"script", "style", "title", "noscript", "template", "iframe", "object", "svg", "math"}
LONGEST = 200_000
# A table is read by rows: what its head says, then its cells.
_HEADS = re.compile(r"</th>")
_CELLS = re.compile(r"</td>")
_BREAKS = re.compile(r"</?(?:div|p|h[1-6]|li|tr|dt|dd|table|ul|ol|blockquote|pre|br)\b[^>]*>")


def sanitised(div: object) -> str:
    """Return safe HTML, or nothing where there is no text or too much of it.

    >>> sanitised('<div><p onclick="x()">Rest.</p><script>x()</script></div>')
    '<p>Rest.</p>'
    """
    if not isinstance(div, str) or len(div) > LONGEST:
        return ""
    return nh3.clean(
        div,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED,
        link_rel=None,
    ).strip()


def paragraphs(div: object) -> list[str]:
    """Return the words of a narrative, broken where its blocks end.

    >>> paragraphs('<div><h2>Plan</h2><p>Rest &amp; drink.<br/>Ring us.</p></div>')
    ['Plan', 'Rest & drink.', 'Ring us.']
    """
    if not isinstance(div, str) or len(div) > LONGEST:
        return []
    told_apart = _HEADS.sub(": ", " ".join(div.split()))
    broken = _BREAKS.sub("\n", _CELLS.sub(" ", told_apart))
    bare = nh3.clean(broken, tags=set(), clean_content_tags=_DROPPED)
    return [line.rstrip(": ") for line in words.paragraphs(html.unescape(bare))]
