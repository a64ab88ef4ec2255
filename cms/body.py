"""The body of a page: which blocks it may hold, and what holds between them.

Structure that a screen reader depends on is not left to taste. The levels of cards follow the
heading above them; what cannot be made right by itself is refused.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from wagtail.blocks import StreamBlock, StreamBlockValidationError

from cms.blocks import (
    ActionLinkBlock,
    CareCardBlock,
    DetailsBlock,
    DoAndDontBlock,
    HeadingBlock,
    ImageBlock,
    InsetTextBlock,
    ProseBlock,
    SummaryListBlock,
    TableBlock,
    WarningCalloutBlock,
)

CARD_LEVEL_AT_TOP = 2


class BodyBlock(StreamBlock):
    heading = HeadingBlock()
    text = ProseBlock(icon="pilcrow", template="cms/blocks/text.html")
    care_card = CareCardBlock()
    do_and_dont = DoAndDontBlock()
    details = DetailsBlock()
    inset_text = InsetTextBlock()
    warning_callout = WarningCalloutBlock()
    summary_list = SummaryListBlock()
    action_link = ActionLinkBlock()
    table = TableBlock()
    image = ImageBlock()

    class Meta:
        template = "cms/blocks/body.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if wrong := dict(_misplaced_headings(cleaned)):
            raise StreamBlockValidationError(block_errors=wrong)
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["parts"] = list(_with_card_levels(value))
        return context


def contents_of(body: Any) -> list[dict[str, str]]:
    """Return a link to each main heading."""
    return [
        {"text": part.value["text"], "href": f"#{part.value.anchor}"}
        for part in body
        if part.block_type == "heading" and part.value["level"] == "2"
    ]


def _with_card_levels(body: Any) -> Any:
    level = CARD_LEVEL_AT_TOP
    for part in body:
        if part.block_type == "heading":
            level = int(part.value["level"]) + 1
        yield part, level


def _misplaced_headings(body: Any) -> Any:
    """Yield place and fault of each heading that a screen reader could not make sense of."""
    seen: set[str] = set()
    for place, part in enumerate(body):
        if part.block_type != "heading":
            continue
        anchor = part.value.anchor
        if part.value["level"] == "3" and not seen:
            yield place, ValidationError("A sub-heading needs a heading above it.")
        elif anchor in seen:
            yield place, ValidationError("Another heading on this page says the same.")
        elif place + 1 == len(body):
            yield place, ValidationError("There is nothing below this heading.")
        seen.add(anchor)
