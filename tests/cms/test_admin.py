"""The content admin: who comes in, what each may do, and that its pages work."""

import json
import re
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from cms.models import ContentPage, Explainer
from portal.identity.models import User
from tests.cms.conftest import a_page, an_explainer, signed_in

pytestmark = pytest.mark.django_db

WAYS_IN = ["/cms/login/", "/cms/password_reset/", "/cms/password_reset/done/", "/_util/login/"]


def url(name: str, *args) -> str:
    return reverse(name, args=args)


def explainer_url(act: str, *args) -> str:
    return reverse(f"wagtailsnippets_cms_explainer:{act}", args=args)


def prose(words: str) -> str:
    """Return what the rich text editor sends."""
    block = {"key": "a", "type": "unstyled", "text": words, "depth": 0}
    block |= {"inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


def explainer_form(**given) -> dict[str, str]:
    words = ("what", "why", "low", "high", "next", "urgent", "emergency", "who")
    codes = given.pop("codes", [("http://loinc.org", "718-7", "")])
    of = given.pop("of", None)
    kept = [code.pk for code in of.codes.all()] if of else []
    form = {
        "title": "Haemoglobin blood test",
        "slug": "haemoglobin",
        "name": "haemoglobin",
        "owner": "Blood team",
        "checked_by": "",
        "reviewed_on": "2026-01-05",
        "review_due": "2028-01-05",
        "urgent_heading": "Call 111 if you",
        "emergency_heading": "Call 999 if you",
        "codes-TOTAL_FORMS": str(len(codes)),
        "codes-INITIAL_FORMS": str(len(kept)),
        "codes-MIN_NUM_FORMS": "0",
        "codes-MAX_NUM_FORMS": "1000",
    }
    form |= {name: prose(f"Words on {name}.") for name in words}
    for row, (system, code, code_list) in enumerate(codes):
        fields = {"system": system, "code": code, "code_list": code_list, "ORDER": str(row + 1)}
        form |= {f"codes-{row}-{field}": value for field, value in fields.items()}
        form |= {f"codes-{row}-id": kept[row] if kept else "", f"codes-{row}-DELETE": ""}
    return form | given


def errors_in(response) -> str:
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(
        tag.get_text(" ", strip=True) for tag in page.select(".error-message, .messages")
    )


# Who comes in


@pytest.mark.parametrize("address", ["/cms/", "/cms/pages/", "/cms/snippets/cms/explainer/"])
def test_who_is_not_signed_in_is_led_to_the_one_sign_in_page(client, address):
    response = client.get(address)

    assert response.status_code == 302
    assert unquote(response["Location"]) == f"/account/login/?next={address}"


@pytest.mark.parametrize("address", WAYS_IN)
@pytest.mark.parametrize("method", ["get", "post"])
def test_wagtails_own_ways_in_are_closed(client, jo, address, method):
    jo.set_password("quite a long one")
    jo.save()
    tried = {"username": jo.email, "password": "quite a long one"}

    response = getattr(client, method)(address, tried)

    assert response.status_code == 302
    assert response["Location"].partition("?")[0] == "/account/login/"
    assert "_auth_user_id" not in client.session


def test_the_way_to_sign_in_keeps_where_somebody_wanted_to_go(client):
    response = client.get("/_util/login/?next=/cms/pages/3/")

    assert response["Location"] == "/account/login/?next=/cms/pages/3/"


def test_who_is_in_neither_group_does_not_come_in(db, jo):
    stranger = User.objects.create_user("stranger@example.org", name="Stranger")

    assert signed_in(jo).get("/cms/").status_code == 200
    assert signed_in(stranger).get("/cms/").status_code != 200


# What pages there are


def _addresses(home, page: ContentPage, explainer: Explainer) -> list[str]:
    edit = "wagtailadmin_pages"
    return [
        url("wagtailadmin_home"),
        url("wagtailadmin_explore", home.pk),
        url(f"{edit}:add_subpage", home.pk),
        url(f"{edit}:add", "cms", "contentpage", home.pk),
        url(f"{edit}:edit", home.pk),
        url(f"{edit}:edit", page.pk),
        url(f"{edit}:history", page.pk),
        url(f"{edit}:usage", page.pk),
        url(f"{edit}:revisions_compare", page.pk, "earliest", "latest"),
        url(f"{edit}:search"),
        url("wagtailadmin_choose_page"),
        explainer_url("list"),
        explainer_url("list") + "?q=blood",
        explainer_url("list") + "?review_due_from=2026-01-01",
        explainer_url("add"),
        explainer_url("edit", explainer.pk),
        explainer_url("history", explainer.pk),
        explainer_url("usage", explainer.pk),
        url("wagtailimages:index"),
        url("wagtailimages:add"),
        url("wagtailimages_chooser:choose"),
        url("wagtailadmin_reports:site_history"),
        url("wagtailadmin_reports:workflow"),
        url("wagtailadmin_account"),
        url("wagtailadmin_sprite"),
    ]


@pytest.mark.parametrize("who", ["jo", "kim"])
def test_every_page_that_an_editor_uses_opens(home, request, who):
    client = signed_in(request.getfixturevalue(who))
    page, explainer = a_page(home, body=[("text", "<p>Words.</p>")]), an_explainer()
    page.save_revision()

    answers = {
        address: client.get(address, follow=True).status_code
        for address in _addresses(home, page, explainer)
    }

    refused = {address for address, status in answers.items() if status != 200}
    assert refused == set()


def test_the_admin_leads_nowhere_outside(home, jo):
    client = signed_in(jo)
    page, explainer = a_page(home), an_explainer()
    own = {"", "testserver", "localhost"}

    for address in _addresses(home, page, explainer):
        html = client.get(address, follow=True).content.decode()
        loaded = re.findall(r'(?:src|srcset|action)="https?://([^/":]+)', html)
        assert set(loaded) <= own, address
        assert "gravatar" not in html, address
        assert "releases.wagtail" not in html, address


def test_nothing_is_asked_of_other_sites():
    assert settings.WAGTAIL_ENABLE_UPDATE_CHECK is False
    assert settings.WAGTAIL_ENABLE_WHATS_NEW_BANNER is False
    assert settings.WAGTAIL_GRAVATAR_PROVIDER_URL is None
    assert settings.WAGTAILEMBEDS_FINDERS == []


@pytest.mark.parametrize(
    "address",
    ["/cms/users/", "/cms/groups/", "/cms/sites/", "/cms/redirects/", "/cms/collections/"],
)
@pytest.mark.parametrize("who", ["jo", "kim"])
def test_accounts_and_the_site_itself_are_not_for_editors(request, who, address):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(address).status_code == 302
    assert client.get(address)["Location"] == "/cms/"


def test_the_account_page_changes_no_password_and_no_address(jo):
    page = signed_in(jo).get("/cms/account/").content.decode()

    assert 'type="password"' not in page
    assert 'name="email"' not in page
    assert "email" not in BeautifulSoup(page, "html.parser").find("form").text.lower()


def test_a_page_cannot_be_made_private_with_a_password_of_its_own(home, kim):
    page = a_page(home)

    response = signed_in(kim).get(url("wagtailadmin_pages:set_privacy", page.pk))

    assert b'type="password"' not in response.content


# What each may do


def test_an_editor_drafts_an_explainer_and_an_approver_publishes_it(client, jo, kim):
    response = signed_in(jo).post(explainer_url("add"), explainer_form())
    assert response.status_code == 302
    explainer = Explainer.objects.get()
    assert explainer.live is False
    assert client.get("/tests/haemoglobin/").status_code == 404

    form = explainer_form(of=explainer) | {"action-publish": "action-publish"}
    response = signed_in(kim).post(explainer_url("edit", explainer.pk), form)

    assert response.status_code == 302, errors_in(response)
    assert explainer.codes.count() == 1
    assert client.get("/tests/haemoglobin/").status_code == 200
    assert "Words on low." in client.get("/tests/haemoglobin/").text


def test_an_editor_who_asks_to_publish_makes_a_draft_only(client, jo):
    form = explainer_form() | {"action-publish": "action-publish"}

    signed_in(jo).post(explainer_url("add"), form)

    assert Explainer.objects.filter(live=True).count() == 0
    assert Explainer.objects.filter(live=False).count() == 1


def test_an_editor_can_neither_unpublish_nor_delete(jo, kim):
    explainer = an_explainer()
    unpublish, delete = (explainer_url(act, explainer.pk) for act in ("unpublish", "delete"))

    for address in (unpublish, delete):
        assert signed_in(jo).post(address)["Location"] == "/cms/"
    explainer.refresh_from_db()
    assert explainer.live is True

    signed_in(kim).post(unpublish)
    explainer.refresh_from_db()
    assert explainer.live is False


def test_an_editor_drafts_a_page_and_an_approver_publishes_it(client, home, jo, kim):
    page = a_page(home, live=False)
    publish = page_form(page) | {"action-publish": "action-publish"}
    edit = url("wagtailadmin_pages:edit", page.pk)

    signed_in(jo).post(edit, publish)
    assert client.get("/visit-someone/").status_code == 404

    signed_in(kim).post(edit, publish)
    assert client.get("/visit-someone/").status_code == 200


def test_what_an_editor_submits_waits_for_an_approver(client, jo, kim):
    form = explainer_form() | {"action-submit": "action-submit"}
    signed_in(jo).post(explainer_url("add"), form)
    explainer = Explainer.objects.get()
    task = explainer.current_workflow_task_state

    assert task.task.name == "Look by an approver"
    assert "Haemoglobin blood test" in signed_in(kim).get("/cms/").text
    approve = explainer_url("workflow_action", explainer.pk, "approve", task.pk)
    signed_in(jo).post(approve, {"comment": ""})
    assert client.get("/tests/haemoglobin/").status_code == 404

    signed_in(kim).post(approve, {"comment": "Good."})
    assert client.get("/tests/haemoglobin/").status_code == 200


def page_form(page: ContentPage, **given) -> dict[str, str]:
    return {
        "title": page.title,
        "slug": page.slug,
        "introduction": page.introduction,
        "kept_by": page.kept_by,
        "reviewed_on": "2026-01-05",
        "review_due": "2028-01-05",
        "body-count": "0",
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    } | given


# What a form refuses


def test_a_mistyped_code_is_refused_beside_it(jo):
    form = explainer_form(codes=[("http://loinc.org", "718-8", "")])

    response = signed_in(jo).post(explainer_url("add"), form)

    assert "718-8 is not a LOINC code." in response.text
    assert Explainer.objects.count() == 0


def test_a_code_of_another_explainer_is_refused_by_its_title(jo):
    an_explainer("Blood count")

    response = signed_in(jo).post(explainer_url("add"), explainer_form())

    assert "“Blood count” has this code. A code can be in one only." in response.text
    assert Explainer.objects.count() == 1


def test_the_same_local_code_of_two_laboratories_is_two_codes(jo):
    an_explainer("Blood count", codes=[("local", "HB", "https://one.example")])
    codes = [("local", "HB", "https://two.example"), ("local", "HB", "")]

    for code in codes:
        title = f"From {code[2] or 'any'}"
        form = explainer_form(codes=[code], title=title, slug=f"from-{len(code[2])}")
        response = signed_in(jo).post(explainer_url("add"), form)
        assert response.status_code == 302, errors_in(response)


def test_only_a_laboratorys_own_code_has_a_list(jo):
    form = explainer_form(codes=[("http://loinc.org", "718-7", "https://one.example")])

    response = signed_in(jo).post(explainer_url("add"), form)

    assert "Only a laboratory" in response.text
    assert Explainer.objects.count() == 0


def test_a_review_that_is_due_before_it_was_done_is_refused(jo):
    form = explainer_form(review_due="2026-01-05")

    response = signed_in(jo).post(explainer_url("add"), form)

    assert "The next review must be after the last one." in response.text


def test_there_is_one_general_explainer(kim):
    an_explainer("Any test", codes=[], general=True)
    form = explainer_form(codes=[], general="on") | {"action-publish": "action-publish"}

    response = signed_in(kim).post(explainer_url("add"), form)

    assert "Another explainer is already the general one." in response.text


def test_the_address_of_an_explainer_stays_what_it_was(kim):
    explainer = an_explainer()
    form = explainer_form(of=explainer, slug="elsewhere") | {"action-publish": "action-publish"}

    signed_in(kim).post(explainer_url("edit", explainer.pk), form)

    explainer.refresh_from_db()
    assert explainer.slug == "haemoglobin-blood-test"
    assert explainer.name == "haemoglobin"


# Previews


def _preview(client: Client, address: str, form: dict[str, str], mode: str = ""):
    assert json.loads(client.post(address, form).content)["is_valid"] is True
    return client.get(f"{address}?mode={mode}")


@pytest.mark.parametrize(
    ("mode", "said", "unsaid"),
    [
        ("", ["Why you have it", "Words on low.", "Words on high."], ["A made-up result"]),
        ("low", ["About haemoglobin", "Words on low.", "A made-up result"], ["Words on high."]),
        ("high", ["About haemoglobin", "Words on high.", "A made-up result"], ["Words on low."]),
    ],
)
def test_an_explainer_is_previewed_as_a_page_and_beside_a_result(jo, mode, said, unsaid):
    preview = _preview(signed_in(jo), explainer_url("preview_on_add"), explainer_form(), mode)

    assert preview.status_code == 200
    assert [words for words in said if words not in preview.text] == []
    assert [words for words in unsaid if words in preview.text] == []
    assert Explainer.objects.count() == 0


def test_pages_are_previewed_in_a_frame_of_the_admin(home, jo):
    page = a_page(home)
    client = signed_in(jo)

    for shown in (page, home):
        address = url("wagtailadmin_pages:view_draft", shown.pk)
        preview = client.get(address)
        assert preview.status_code == 200, address
        assert shown.title in preview.text
        assert preview["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]


def test_public_pages_may_be_framed_by_nobody(client, home):
    response = client.get("/")

    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_there_is_one_site_and_its_root_is_the_home_page(home):
    assert [(site.root_page_id, site.is_default_site) for site in Site.objects.all()] == [
        (home.pk, True)
    ]
