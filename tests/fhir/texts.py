"""JSON as senders really write it: any spacing, any escapes, numbers of every form."""

import json

from hypothesis import strategies as st

_NAMES = st.sampled_from(
    [
        "reference",
        "url",
        "entry",
        "resource",
        "text",
        "value",
        'q"uote',
        "fullUrl",
        "é",
        "back\\slash",
    ]
)
_STRINGS = st.one_of(
    st.sampled_from(["a", "b", "c", '"reference": "a"', '{"entry": [', "\\", ":", "}", '","']),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
_NUMBERS = st.sampled_from(
    ["0", "-0", "7", "7.20", "1.00e3", "1E-7", "0.0000001", "-12.50", "9" * 30]
)


class Written(str):
    """A number by its text."""

    __slots__ = ()


def resources():
    values = st.recursive(
        st.one_of(st.booleans(), st.none(), _STRINGS, _NUMBERS.map(Written)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=4)
        ),
        max_leaves=12,
    )
    return st.dictionaries(_NAMES, values, max_size=5)


@st.composite
def written(draw, value):
    """Write the value with spaces and escapes of the sender's choosing."""
    space = draw(st.sampled_from(["", " ", "\n  ", "\t", "\r\n"]))
    escape = draw(st.sampled_from(["plain", "ascii", "slashes", "all"]))
    return _write(value, space, escape)


def _write(value, space, escape):
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, str):
        return _quoted(value, escape)
    if isinstance(value, dict):
        members = [
            f"{space}{_quoted(name, escape)}{space}:{space}{_write(inner, space, escape)}{space}"
            for name, inner in value.items()
        ]
        return f"{{{','.join(members) or space}}}"
    if isinstance(value, list):
        items = [f"{space}{_write(inner, space, escape)}{space}" for inner in value]
        return f"[{','.join(items) or space}]"
    return json.dumps(value)


def _quoted(text, escape):
    if escape == "all":
        units = text.encode("utf-16-be")
        pairs = (units[n : n + 2].hex() for n in range(0, len(units), 2))
        return '"' + "".join(f"\\u{pair}" for pair in pairs) + '"'
    plain = json.dumps(text, ensure_ascii=escape == "ascii")
    return plain.replace("/", "\\/") if escape == "slashes" else plain
