from django.db import migrations, models

# The same wall as the record's own (fhir 0003): a viewer's patients, and whoever sees what is
# withheld.
WALL = """
ALTER TABLE portal_duerelease ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON portal_duerelease
USING (((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]))
  AND (SELECT daybook_hidden()) & 1 = 0);
"""
NO_WALL = "DROP POLICY wall ON portal_duerelease"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_seen"),
        ("portal_fhir", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="DueRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("patient", models.TextField()),
                ("resource_type", models.TextField()),
                ("logical_id", models.TextField()),
                ("version", models.IntegerField()),
                ("rule", models.TextField(default="")),
                ("why", models.TextField(default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("later", "Later"),
                            ("review", "Review"),
                            ("in person", "In Person"),
                            ("held", "Held"),
                            ("released", "Released"),
                        ]
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField()),
                ("kind", models.TextField(default="")),
                ("is_ordinary", models.BooleanField(default=False)),
                ("is_history", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "later")),
                        fields=["due_at"],
                        name="due_release_by_time",
                    ),
                    models.Index(fields=["patient", "state"], name="due_release_of_patient"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource_type", "logical_id"), name="due_release_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
