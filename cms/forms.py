"""Checks of the editors' forms that look at more than one row."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from wagtail.admin.forms import WagtailAdminModelForm

from cms.codes import System


class ExplainerForm(WagtailAdminModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "slug" in self.fields:
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = "Fixed, so that links to the page keep working."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        self._refuse_review_before_it_was_reviewed(cleaned)
        self._refuse_codes_of_other_explainers()
        return cleaned

    def _refuse_review_before_it_was_reviewed(self, cleaned: dict[str, Any]) -> None:
        reviewed_on, review_due = cleaned.get("reviewed_on"), cleaned.get("review_due")
        if reviewed_on and review_due and review_due <= reviewed_on:
            self.add_error("review_due", "The next review must be after the last one.")

    def _refuse_codes_of_other_explainers(self) -> None:
        rows = [form for form in self.formsets["codes"].forms if form.is_valid()]
        for form in rows:
            kept = form.cleaned_data and not form.cleaned_data.get("DELETE")
            if kept and (other := self._other_with(form.cleaned_data)):
                form.add_error("code", f"“{other.title}” has this code. A code can be in one only.")
                self.add_error(None, "One of the codes belongs to another explainer.")

    def _other_with(self, row: dict[str, Any]) -> Any:
        same_list = Q(codes__code_list=row.get("code_list", ""))
        if row["system"] != System.LOCAL:
            same_list = Q()
        return (
            type(self.instance)
            .objects.filter(same_list, codes__system=row["system"], codes__code=row["code"])
            .exclude(pk=self.instance.pk)
            .first()
        )
