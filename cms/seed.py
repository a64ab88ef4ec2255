"""Fills an empty site with sample pages and explainers, published as an editor would.

What is already there under the same address is left as it is: an editor may have changed it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from cms.blocks import ProseBlock, TableBlock
from cms.body import BodyBlock
from cms.models import ContentPage, Explainer, ExplainerCode, HomePage
from cms.samples import pages
from cms.samples.explainers import EXPLAINERS
from cms.samples.sample import OWNER, Sample
from cms.samples.words import rich

REVIEWED = timedelta(days=60)
KEPT = timedelta(days=730)


@transaction.atomic
def seed(today: date) -> None:
    """Publish what is missing; the pages then count as reviewed two months before ``today``."""
    review = {"reviewed_on": today - REVIEWED, "review_due": today - REVIEWED + KEPT}
    home = HomePage.objects.get()
    made = {home.slug: home}
    for sample in pages.PAGES:
        made[sample.slug] = _page(sample, made[sample.below or home.slug], review)
    if not home.tasks:
        _fill_home(home, made)
    for explained in EXPLAINERS:
        if not Explainer.objects.filter(slug=explained.slug).exists():
            _explainer(explained, review)


def _page(sample: pages.Sample, parent: Any, review: dict[str, date]) -> Any:
    if found := ContentPage.objects.child_of(parent).filter(slug=sample.slug).first():
        return found
    page = ContentPage(
        title=sample.title,
        slug=sample.slug,
        introduction=sample.introduction,
        body=[_block(block) for block in sample.body],
        kept_by=pages.KEPT_BY,
        show_in_menus=sample.in_menu or bool(sample.below),
        in_footer=sample.in_footer,
        **review,
    )
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _block(block: str | pages.Block) -> pages.Block:
    if isinstance(block, str):
        return "text", rich(block)
    name, value = block
    return name, _with_rich_text(BodyBlock().child_blocks[name], value)


def _with_rich_text(block: Any, value: Any) -> Any:
    """Return the value with its running text, which samples write as plain lines, made rich."""
    if isinstance(block, ProseBlock):
        return rich(value)
    if isinstance(value, list):
        return [_with_rich_text(block.child_block, each) for each in value]
    if hasattr(block, "child_blocks") and not isinstance(block, TableBlock):
        return {name: _with_rich_text(block.child_blocks[name], value[name]) for name in value}
    return value


def _fill_home(home: Any, made: dict[str, Any]) -> None:
    for name, words in pages.HOME.items():
        setattr(home, name, words if name.endswith(("heading", "introduction")) else rich(words))
    home.first_time_page = made[pages.FIRST_TIME]
    home.tasks = [("task", _task(*task, made)) for task in pages.TASKS]
    home.save_revision().publish()


def _task(text: str, goal: str, description: str, made: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": text,
        "page": made.get(goal),
        "address": "" if goal in made else goal,
        "description": description,
    }


def _explainer(sample: Sample, review: dict[str, date]) -> None:
    texts = ("what", "why", "low", "high", "next", "urgent", "emergency", "who")
    explainer = Explainer(
        title=sample.title,
        slug=sample.slug,
        name=sample.name,
        owner=OWNER,
        general=sample.general,
        live=False,
        **{name: rich(getattr(sample, name)) for name in texts},
        **review,
    )
    explainer.codes.set(
        [ExplainerCode(system=system, code=code) for system, code in sample.codes()]
    )
    explainer.save()
    explainer.save_revision().publish()
