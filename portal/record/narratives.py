"""The text that a sender wrote of a resource, as markup that a page can hold.

Only what carries meaning stays: no script, style, link, image or form, and no attribute but what
a table needs.
"""

import nh3

_TAGS = frozenset(
    """abbr b blockquote br caption code dd del dl dt em i ins li ol p pre s small strong sub sup
    table tbody td tfoot th thead tr u ul""".split()  # noqa: SIM905 (read as prose)
)
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
# What is dropped with all it holds; of any other element the words stay.
_DROPPED = {"script", "style", "title", "noscript", "template", "iframe", "object", "svg", "math"}
LONGEST = 200_000


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
