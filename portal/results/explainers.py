"""What editors say of a test, beside its result: the page of its codes, else the general one."""

from collections.abc import Sequence

from cms.content import ExplainerView, explainer_for, general_explainer

Code = tuple[str, str]


def explainer_of(codes: Sequence[Code]) -> ExplainerView:
    known = [(system, code) for system, code in codes if code]
    return (explainer_for(known) if known else None) or general_explainer()
