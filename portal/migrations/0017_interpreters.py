import uuid

from django.db import migrations, models

# Behind the record's own wall, for the viewer's patients.
WALL = """
ALTER TABLE portal_guest ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON portal_guest
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]));
"""
NO_WALL = "DROP POLICY wall ON portal_guest"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0016_patient_initiated_follow_up"),
    ]

    operations = [
        migrations.AlterField(
            model_name="party",
            name="role",
            field=models.TextField(
                choices=[
                    ("moderator", "MODERATOR"),
                    ("patient", "PATIENT"),
                    ("carer", "CARER"),
                    ("interpreter", "INTERPRETER"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="Guest",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("consultation", models.UUIDField()),
                ("patient", models.TextField()),
                ("digest", models.TextField(help_text="Of the link's code", unique=True)),
                (
                    "clinician_name",
                    models.TextField(help_text="Whom they are told that they come to"),
                ),
                ("made_by", models.TextField(help_text="As a viewer is named")),
                ("made_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("name", models.TextField(default="", help_text="As they gave it")),
                (
                    "browser",
                    models.TextField(
                        default="", help_text="Digest of what the one that opened it keeps"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["consultation"], name="guest_of_consultation")],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
