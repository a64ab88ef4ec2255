"""What a patient can search their record by, and what lists read of long resources."""

import django.contrib.postgres.search
from django.db import migrations, models

REACHES = "((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]))"


class Migration(migrations.Migration):
    dependencies = [("portal_fhir", "0006_alarms")]
    operations = [
        migrations.AddField("resource", "light", models.TextField(null=True)),
        migrations.CreateModel(
            "Words",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "patient",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("patient", models.TextField()),
                ("number", models.BigIntegerField()),
                ("resource_type", models.TextField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE portal_fhir_words ENABLE ROW LEVEL SECURITY;"
            f" CREATE POLICY wall ON portal_fhir_words USING ({REACHES}) WITH CHECK ({REACHES});",
            "DROP POLICY wall ON portal_fhir_words",
        ),
    ]
