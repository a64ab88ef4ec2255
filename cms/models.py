"""The pages and snippets that communications teams edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.shortcuts import resolve_url
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.widgets.slug import SlugInput
from wagtail.fields import RichTextField, StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    Page,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    WorkflowMixin,
    WorkflowState,
)
from wagtail.search import index

from cms import clock, navigation
from cms.blocks import TaskBlock
from cms.body import BodyBlock, contents_of
from cms.codes import System, refusal_of_code
from cms.explainers import address_of, in_words, view_of
from cms.forms import ExplainerForm
from cms.previews import PreviewedInAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest

CONTENTS_FROM = 4  # main headings: fewer are seen at a glance
SHORT_TEXT = ["bold", "ul"]


class SitePage(PreviewedInAdmin, Page):
    """What all our pages share: everybody may read them, and their parts can be fetched alone."""

    private_page_options: list[str] = []
    parts: dict[str, str] = {}

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | navigation.context(request)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        whole = str(super().get_template(request, *args, **kwargs))
        return self.parts.get(request.GET.get("part", ""), whole)


class HomePage(SitePage):
    introduction = models.CharField(max_length=200)
    first_time_page = models.ForeignKey(
        Page,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where someone reads how to start using the service",
    )
    tasks = StreamField([("task", TaskBlock())], blank=True, max_num=9)
    emergency_heading = models.CharField(max_length=100)
    emergency = RichTextField(features=["bold", "ul", "link"])
    closing = RichTextField(features=["bold", "link"], blank=True)

    template = "cms/home_page.html"
    parts = {"content": "cms/parts/home_page.html", "hero": "cms/parts/hero.html"}
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.ContentPage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("first_time_page"),
        FieldPanel("tasks"),
        MultiFieldPanel(
            [FieldPanel("emergency_heading"), FieldPanel("emergency")],
            heading="When to call 999",
        ),
        FieldPanel("closing"),
    ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        return context | {"sign_in": resolve_url(settings.LOGIN_URL)}


class ContentPage(SitePage):
    introduction = models.CharField(max_length=300, blank=True)
    body = StreamField(BodyBlock(), blank=True)
    kept_by = models.CharField(max_length=100, help_text="Who keeps this page right")
    reviewed_on = models.DateField("Last reviewed", default=clock.today)
    review_due = models.DateField("Next review due")
    in_footer = models.BooleanField("Link to it at the foot of every page", default=False)

    template = "cms/content_page.html"
    parts = {"content": "cms/parts/content_page.html"}
    parent_page_types = ["cms.HomePage", "cms.ContentPage"]
    subpage_types = ["cms.ContentPage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("kept_by"), FieldPanel("reviewed_on"), FieldPanel("review_due")],
            heading="Review",
        ),
    ]
    promote_panels = [*Page.promote_panels, FieldPanel("in_footer")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        contents = contents_of(self.body)
        return context | {
            "contents": contents if len(contents) >= CONTENTS_FROM else [],
            "children": ContentPage.objects.child_of(self).live().in_menu(),
            "above": navigation.above(self, request),
            "reviewed": in_words(self.reviewed_on),
            "review_due": in_words(self.review_due),
            "being_checked": self.review_due < clock.today(),
        }


class Explainer(
    PreviewedInAdmin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    index.Indexed,
    ClusterableModel,
    models.Model,
):
    """What a test is, found by the codes under which laboratories report it."""

    title = models.CharField(max_length=100, help_text="Such as: Haemoglobin blood test")
    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(
        max_length=60, help_text="As it stands in a sentence: About … Such as: haemoglobin"
    )
    what = RichTextField("What it measures", features=SHORT_TEXT)
    why = RichTextField("Why people have it", features=SHORT_TEXT)
    low = RichTextField("If it is low", features=SHORT_TEXT, blank=True)
    high = RichTextField("If it is high", features=SHORT_TEXT, blank=True)
    next = RichTextField("What happens next", features=SHORT_TEXT)
    urgent_heading = models.CharField(
        max_length=100, blank=True, default="Call 111 or your team today if you"
    )
    urgent = RichTextField("Urgent signs", features=SHORT_TEXT, blank=True)
    emergency_heading = models.CharField(max_length=100, blank=True, default="Call 999 if you")
    emergency = RichTextField("Emergency signs", features=SHORT_TEXT, blank=True)
    who = RichTextField("Who to ask", features=SHORT_TEXT)
    owner = models.CharField(max_length=100, help_text="Who keeps this page right")
    checked_by = models.CharField(
        max_length=100, blank=True, help_text="The clinician who agreed to the words"
    )
    reviewed_on = models.DateField("Last reviewed", default=clock.today)
    review_due = models.DateField("Next review due")
    general = models.BooleanField(
        "For any test without a page of its own", default=False, help_text="One only"
    )

    revisions = GenericRelation(Revision, related_query_name="explainer")
    workflow_states = GenericRelation(
        WorkflowState,
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="explainer",
        for_concrete_model=False,
    )

    objects: ClassVar[models.Manager[Explainer]] = models.Manager()
    base_form_class = ExplainerForm
    panels = [
        TitleFieldPanel("title", targets=["slug"]),
        FieldPanel("slug", widget=SlugInput),
        FieldPanel("name"),
        InlinePanel("codes", heading="Codes", label="Code"),
        FieldPanel("what"),
        FieldPanel("why"),
        FieldPanel("low"),
        FieldPanel("high"),
        FieldPanel("next"),
        MultiFieldPanel(
            [
                FieldPanel("urgent_heading"),
                FieldPanel("urgent"),
                FieldPanel("emergency_heading"),
                FieldPanel("emergency"),
            ],
            heading="When to get help",
        ),
        FieldPanel("who"),
        MultiFieldPanel(
            [
                FieldPanel("owner"),
                FieldPanel("checked_by"),
                FieldPanel("reviewed_on"),
                FieldPanel("review_due"),
            ],
            heading="Review",
        ),
        FieldPanel("general"),
    ]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.SearchField("what"),
        index.FilterField("live"),
    ]
    preview_modes = [
        ("", "The public page"),
        ("low", "Beside a low result"),
        ("high", "Beside a high result"),
    ]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["general"],
                condition=models.Q(general=True),
                name="one_general_explainer",
                violation_error_message="Another explainer is already the general one.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_full_url(self) -> str:
        return settings.WAGTAILADMIN_BASE_URL + address_of(self.slug)

    full_url = property(get_full_url)

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:  # noqa: ARG002 (Wagtail calls it so)
        return "cms/explainer_beside.html" if mode_name else "cms/test.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return navigation.context(request) | {
            "explainer": view_of(self, clock.today()),
            "side": mode_name,
            "sign_in": resolve_url(settings.LOGIN_URL),
        }


class ExplainerCode(Orderable, models.Model):
    """One code of an explainer. The order is the editor's own; it does not decide what is shown."""

    explainer = ParentalKey(Explainer, on_delete=models.CASCADE, related_name="codes")
    system = models.CharField(max_length=40, choices=System.choices, default=System.LOINC)
    code = models.CharField(max_length=60)
    code_list = models.CharField(
        "Laboratory's list",
        max_length=200,
        blank=True,
        help_text="For a laboratory's own code: the address of its list. Empty: any laboratory's",
    )

    class Meta(Orderable.Meta):
        indexes = [models.Index(fields=["code"], name="explainer_code")]

    def clean(self) -> None:
        if refusal := refusal_of_code(self.system, self.code):
            raise ValidationError({"code": refusal})
        if self.code_list and self.system != System.LOCAL:
            raise ValidationError({"code_list": "Only a laboratory's own code has a list."})
