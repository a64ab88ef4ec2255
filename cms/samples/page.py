"""What a sample page holds, and the shapes its blocks take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PHONE = "01632 960 000"
KEPT_BY = "Communications team"

Block = tuple[str, Any]


@dataclass(frozen=True)
class Sample:
    """One page. A body holds blocks by name; a plain string is running text."""

    slug: str
    title: str
    introduction: str
    body: list[str | Block] = field(default_factory=list)
    below: str = ""
    in_menu: bool = False
    in_footer: bool = False


def heading(text: str) -> Block:
    return "heading", {"text": text, "level": "2"}


def card(urgency: str, title: str, body: str) -> Block:
    return "care_card", {"urgency": urgency, "heading": title, "body": body}


def rows(*pairs: tuple[str, str]) -> Block:
    return "summary_list", {"rows": [{"key": key, "value": value} for key, value in pairs]}


def table(caption: str, headings: list[str], *lines: list[str]) -> Block:
    columns = [{"type": "text", "heading": text} for text in headings]
    return "table", {
        "caption": caption,
        "columns": columns,
        "rows": [{"values": line} for line in lines],
    }
