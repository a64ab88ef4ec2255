from typing import Any

from django.db import migrations

EDITORS = "Content editors"
APPROVERS = "Content approvers"
WORKFLOW = "Check before publishing"

# What each group may do: with pages below the home page, with explainers, with pictures.
PAGES = {
    EDITORS: ["add", "change"],
    APPROVERS: ["add", "change", "publish", "lock", "unlock", "bulk_delete"],
}
EXPLAINERS = {
    EDITORS: ["add", "change", "view"],
    APPROVERS: ["add", "change", "view", "delete", "publish", "lock", "unlock"],
}
PICTURES = {
    EDITORS: ["add", "choose"],
    APPROVERS: ["add", "change", "choose", "delete"],
}


def make_groups(apps: Any, _schema_editor: Any) -> None:
    group = apps.get_model("auth", "Group")
    group.objects.filter(name__in=["Editors", "Moderators"]).delete()
    home = apps.get_model("cms", "HomePage").objects.get(depth=2)
    root = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    admin = permission(apps, "wagtailadmin", "admin", "access_admin")
    for name in (EDITORS, APPROVERS):
        made, _ = group.objects.get_or_create(name=name)
        made.permissions.add(admin)
        for act in EXPLAINERS[name]:
            made.permissions.add(permission(apps, "cms", "explainer", f"{act}_explainer"))
        for act in PAGES[name]:
            apps.get_model("wagtailcore", "GroupPagePermission").objects.get_or_create(
                group=made,
                page_id=home.pk,
                permission=permission(apps, "wagtailcore", "page", f"{act}_page"),
            )
        for act in PICTURES[name]:
            apps.get_model("wagtailcore", "GroupCollectionPermission").objects.get_or_create(
                group=made,
                collection=root,
                permission=permission(apps, "wagtailimages", "image", f"{act}_image"),
            )


def make_workflow(apps: Any, _schema_editor: Any) -> None:
    """Have an approver look at what an editor submits, pages and explainers alike."""
    approvers = apps.get_model("auth", "Group").objects.get(name=APPROVERS)
    task = apps.get_model("wagtailcore", "GroupApprovalTask").objects.get()
    task.name = "Look by an approver"
    task.save()
    task.groups.set([approvers])
    workflow = apps.get_model("wagtailcore", "Workflow").objects.get()
    workflow.name = WORKFLOW
    workflow.save()
    explainers = content_type(apps, "cms", "explainer")
    apps.get_model("wagtailcore", "WorkflowContentType").objects.get_or_create(
        content_type=explainers, workflow=workflow
    )


def remove(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("wagtailcore", "WorkflowContentType").objects.all().delete()
    apps.get_model("auth", "Group").objects.filter(name__in=[EDITORS, APPROVERS]).delete()


def permission(apps: Any, app_label: str, model: str, codename: str) -> Any:
    """Return a permission, made here where Django would make it only after all migrations."""
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type(apps, app_label, model),
        codename=codename,
        defaults={"name": f"Can {codename.replace('_', ' ')}"},
    )
    return found


def content_type(apps: Any, app_label: str, model: str) -> Any:
    found, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_home_page"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0023_add_choose_permissions"),
    ]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunPython(make_workflow, remove),
    ]
