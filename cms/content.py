"""What the rest of the house may read of the editors' content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Max

from cms import clock
from cms.codes import LOINC, SNOMED_CT, Code, System
from cms.explainers import ExplainerView, built_in, view_of
from cms.models import Explainer, ExplainerCode
from cms.navigation import foot as footer_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "ExplainerView",
    "explainer_for",
    "explainers_for",
    "footer_links",
    "general_explainer",
    "stamp",
]


def explainer_for(codes: Iterable[Code]) -> ExplainerView | None:
    """Return the published explainer that fits these codes of one test best, or nothing."""
    return explainers_for([list(codes)])[0]


def explainers_for(tests: Sequence[Iterable[Code]]) -> list[ExplainerView | None]:
    """Return, in order, the best explainer of each test, a test being given by all its codes.

    One query, however many tests.
    """
    asked = [list(codes) for codes in tests]
    published = _published(code for codes in asked for _, code in codes)
    today = clock.today()
    best = [_best(codes, published) for codes in asked]
    return [view_of(explainer, today) if explainer else None for explainer in best]


def general_explainer() -> ExplainerView:
    """Return what to say of a test that has no explainer of its own."""
    found = Explainer.objects.filter(live=True, general=True).first()
    return view_of(found, clock.today()) if found else built_in()


def stamp() -> str:
    """Return what is another one whenever an explainer has been published or taken away."""
    live = Explainer.objects.filter(live=True)
    found = live.aggregate(number=Count("pk"), newest=Max("last_published_at"))
    return f"{found['number']} {found['newest']}"


def _published(codes: Iterable[str]) -> list[ExplainerCode]:
    return list(
        ExplainerCode.objects.filter(code__in=set(codes), explainer__live=True)
        .select_related("explainer")
        .order_by("explainer_id"),
    )


def _best(codes: list[Code], published: list[ExplainerCode]) -> Explainer | None:
    ranked = [
        (rank, known.explainer)
        for known in published
        for system, code in codes
        if code == known.code and (rank := _rank(known, system)) is not None
    ]
    return min(ranked, key=lambda found: (found[0], found[1].pk))[1] if ranked else None


def _rank(known: ExplainerCode, system: str) -> int | None:
    """Return how specific a match is, least number first, or nothing when it is none.

    A code of one laboratory's own list names exactly its test. LOINC says specimen, property and
    method; SNOMED CT often less. A local code given for every laboratory is a guess, hence last.
    """
    if known.system != System.LOCAL:
        return (LOINC, SNOMED_CT).index(system) + 1 if known.system == system else None
    if system in {LOINC, SNOMED_CT}:
        return None
    if known.code_list:
        return 0 if known.code_list == system else None
    return 3
