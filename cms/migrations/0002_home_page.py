from typing import Any

from django.db import migrations

TITLE = "Your hospital, in one place"
INTRODUCTION = "See your test results, and who has looked at your record."
EMERGENCY_HEADING = "When to call 999"
EMERGENCY = (
    "<p>Someone has chest pain, cannot breathe or is badly hurt.</p>"
    "<p>If you are not sure, call 111. It is open day and night.</p>"
)


def make_home_page(apps: Any, _schema_editor: Any) -> None:
    """Put our home page in the place of Wagtail's welcome page, with the site that it is the root of."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        model="homepage", app_label="cms"
    )
    page = apps.get_model("wagtailcore", "Page")
    welcome = page.objects.get(depth=2, slug="home")
    locale, path = welcome.locale, welcome.path
    welcome.delete()  # its site goes with it
    home = apps.get_model("cms", "HomePage").objects.create(
        title=TITLE,
        draft_title=TITLE,
        introduction=INTRODUCTION,
        emergency_heading=EMERGENCY_HEADING,
        emergency=EMERGENCY,
        slug="home",
        content_type=content_type,
        locale=locale,
        path=path,
        depth=2,
        numchild=0,
        url_path="/home/",
    )
    apps.get_model("wagtailcore", "Site").objects.create(
        hostname="localhost", site_name="Daybook", root_page=home, is_default_site=True
    )


def remove_home_page(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("cms", "HomePage").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [migrations.RunPython(make_home_page, remove_home_page)]
