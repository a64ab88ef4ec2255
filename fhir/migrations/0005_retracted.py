from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal_fhir", "0004_feed_agreements"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(
                models.F("patient"),
                models.F("resource_type"),
                condition=models.Q(("retraction", ""), _negated=True),
                name="resource_retracted",
            ),
        ),
    ]
