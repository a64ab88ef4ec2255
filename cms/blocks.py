"""What an editor can put on a page, in the terms of the NHS design system.

Each block's template calls the NHS macro of its name. What somebody who cannot see would miss is
refused: an image without words, a table without headings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import slugify
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageChooserBlock

if TYPE_CHECKING:
    from django.http import HttpRequest

PROSE = ["bold", "ol", "ul", "link"]
FILE_NAME = re.compile(r"\S+\.(jpe?g|png|gif|webp|avif|heic|svg)", re.IGNORECASE)

is_address = RegexValidator(
    r"^(/(?!/)\S*|https?://\S+|tel:[+\d ]+|mailto:\S+@\S+)$",
    "Write an address that begins with / or https://, tel: or mailto:",
)


class LinkValue(blocks.StructValue):
    def url(self, request: HttpRequest | None = None) -> str:
        page = self.get("page")
        return str(page.get_url(request)) if page else str(self.get("address", ""))


class LinkBlock(blocks.StructBlock):
    """Words that lead to a page of ours or to an address elsewhere."""

    text = blocks.CharBlock(max_length=80)
    page = blocks.PageChooserBlock(required=False)
    address = blocks.CharBlock(
        required=False, validators=[is_address], help_text="Instead of a page"
    )

    class Meta:
        icon = "link"
        value_class = LinkValue

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if bool(cleaned["page"]) == bool(cleaned["address"]):
            wrong = ValidationError("Choose a page or write an address: one of the two.")
            raise blocks.StructBlockValidationError(block_errors={"page": wrong})
        return cleaned


class TaskBlock(LinkBlock):
    """A door on the home page: what someone wants to do, in their words."""

    description = blocks.CharBlock(max_length=100)

    class Meta:
        icon = "tasks"


class HeadingValue(blocks.StructValue):
    @property
    def anchor(self) -> str:
        return slugify(str(self["text"]))


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=100)
    level = blocks.ChoiceBlock(choices=[("2", "Heading"), ("3", "Sub-heading")], default="2")

    class Meta:
        icon = "title"
        value_class = HeadingValue
        template = "cms/blocks/heading.html"


class ProseBlock(blocks.RichTextBlock):
    def __init__(self, **options: Any) -> None:
        super().__init__(features=PROSE, **options)


class CareCardBlock(blocks.StructBlock):
    urgency = blocks.ChoiceBlock(
        choices=[
            ("non-urgent", "Non-urgent advice (blue)"),
            ("urgent", "Urgent advice (red)"),
            ("emergency", "Immediate action required (red and black)"),
        ],
        default="non-urgent",
    )
    heading = blocks.CharBlock(max_length=100)
    body = ProseBlock()

    class Meta:
        icon = "warning"
        template = "cms/blocks/care_card.html"


class DoAndDontBlock(blocks.StructBlock):
    do = blocks.ListBlock(blocks.CharBlock(max_length=200), min_num=0, default=[])
    dont = blocks.ListBlock(
        blocks.CharBlock(max_length=200),
        min_num=0,
        default=[],
        label="Do not",
        help_text="Without the words “do not”: the page puts them there",
    )

    class Meta:
        icon = "list-ul"
        label = "Do and do not"
        template = "cms/blocks/do_and_dont.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["lists"] = [
            (heading, icon, [{"text": line} for line in value[which]])
            for heading, icon, which in (("Do", "tick", "do"), ("Do not", "cross", "dont"))
            if value[which]
        ]
        return context

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned["do"] and not cleaned["dont"]:
            raise blocks.StructBlockValidationError(
                block_errors={"do": ValidationError("Add at least one thing to do or not to do.")},
            )
        return cleaned


class DetailsBlock(blocks.StructBlock):
    summary = blocks.CharBlock(max_length=100)
    body = ProseBlock()

    class Meta:
        icon = "collapse-down"
        template = "cms/blocks/details.html"


class InsetTextBlock(blocks.StructBlock):
    body = ProseBlock()

    class Meta:
        icon = "openquote"
        template = "cms/blocks/inset_text.html"


class WarningCalloutBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=100, default="Important")
    body = ProseBlock()

    class Meta:
        icon = "warning"
        template = "cms/blocks/warning_callout.html"


class SummaryRowBlock(blocks.StructBlock):
    key = blocks.CharBlock(max_length=60)
    value = ProseBlock()


class SummaryListBlock(blocks.StructBlock):
    rows = blocks.ListBlock(SummaryRowBlock(), min_num=1)

    class Meta:
        icon = "list-ul"
        template = "cms/blocks/summary_list.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["rows"] = [
            {"key": {"text": row["key"]}, "value": {"html": row["value"]}} for row in value["rows"]
        ]
        return context


class ActionLinkBlock(LinkBlock):
    class Meta:
        icon = "arrow-right"
        template = "cms/blocks/action_link.html"


class TableBlock(TypedTableBlock):
    text = blocks.CharBlock(required=False)
    number = blocks.CharBlock(required=False)

    class Meta:
        icon = "table"
        template = "cms/blocks/table.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        formats = ["numeric" if col["block"].name == "number" else "" for col in value.columns]
        context["head"] = [
            {"text": column["heading"], "format": form}
            for column, form in zip(value.columns, formats, strict=True)
        ]
        context["rows"] = [
            [{"text": cell.value, "format": form} for cell, form in zip(row, formats, strict=True)]
            for row in value.rows
        ]
        return context

    def clean(self, value: Any) -> Any:
        if problem := _problem_of(value):
            raise ValidationError(problem)
        return super().clean(value)


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock()
    alt = blocks.CharBlock(
        max_length=200,
        label="What the picture says",
        help_text="For those who cannot see it: what they would miss",
    )
    caption = blocks.CharBlock(max_length=200, required=False)

    class Meta:
        icon = "image"
        template = "cms/blocks/image.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if FILE_NAME.fullmatch(cleaned["alt"].strip()):
            wrong = ValidationError("That is the name of a file. Say what the picture shows.")
            raise blocks.StructBlockValidationError(block_errors={"alt": wrong})
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["picture"] = value["image"].get_rendition("max-1200x1200|format-webp")
        return context


def _problem_of(table: Any) -> str | None:
    if table is None or not table.columns or not table.row_data:
        return "A table needs a column and a row at least."
    if not table.caption:
        return "Say in the caption what the table shows."
    if not all(column["heading"] for column in table.columns):
        return "Each column needs a heading."
    return None
