"""Plain lines as rich text: a blank line parts paragraphs, a dash begins a row of a list."""

from __future__ import annotations

import re
from itertools import groupby

from django.utils.html import escape

UNBROKEN = "\N{NO-BREAK SPACE}"
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_PHONE = re.compile(r"\b0\d{4} \d{3} \d{3}\b")


def rich(text: str) -> str:
    r"""Return HTML of the kind that the editor makes.

    >>> rich("You may feel:\n- tired\n- **very** dizzy")
    '<p>You may feel:</p><ul><li>tired</li><li><b>very</b> dizzy</li></ul>'
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    return "".join(_html(kind, list(group)) for kind, group in groupby(lines, key=_kind))


def _kind(line: str) -> str:
    return "ul" if line.startswith("- ") else "p" if line else ""


def _html(kind: str, lines: list[str]) -> str:
    if kind == "ul":
        return f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>" if kind else ""


def _inline(text: str) -> str:
    return _PHONE.sub(_call, _BOLD.sub(r"<b>\1</b>", escape(text)))


def _call(found: re.Match[str]) -> str:
    """Return a number as a link that calls it and never breaks across lines."""
    digits = found[0].split()
    return f'<a href="tel:{"".join(digits)}">{UNBROKEN.join(digits)}</a>'
