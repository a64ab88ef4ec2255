import httpx
import pytest
from django.core.management import CommandError, call_command

from tests.site import DidNotStart


def test_the_service_serves_pages_and_their_files_under_a_strict_policy(site):
    site.start("web")

    page = httpx.get(f"{site.base_url}/account/login/")
    style = httpx.get(f"{site.base_url}/static/portal/portal.css")

    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"].split("; ")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert style.headers["content-type"].startswith("text/css")


def test_the_content_admin_alone_may_frame_and_inline(site):
    site.start("web")

    admin = httpx.get(f"{site.base_url}/cms/")

    assert admin.headers["location"].startswith("/account/login/")
    assert "script-src 'self' 'unsafe-inline'" in admin.headers["content-security-policy"]
    assert admin.headers["x-frame-options"] == "SAMEORIGIN"


def test_a_part_that_was_killed_starts_again_at_the_same_address(site):
    site.start("web")
    site.kill("web")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{site.base_url}/account/login/")

    site.start("web")

    assert httpx.get(f"{site.base_url}/account/login/").status_code == 200


def test_a_port_in_use_is_said_in_a_sentence(site):
    site.start("web")

    with pytest.raises(DidNotStart, match="choose another with PORT"):
        site.start("web")


def test_a_database_behind_its_migrations_is_not_served(own_database, as_superuser):
    as_superuser.execute("DELETE FROM django_migrations WHERE app = 'portal'")

    with pytest.raises(CommandError, match=r"run manage\.py migrate first"):
        call_command("serve")


def test_pages_come_back_when_the_database_does(site_on_own_server, own_server):
    site = site_on_own_server.start("web")
    page = f"{site.base_url}/readyz"
    assert httpx.get(page).status_code == 200

    own_server.stop("immediate")
    assert httpx.get(page, timeout=30).status_code == 503

    own_server.start()
    assert httpx.get(page, timeout=30).status_code == 200
