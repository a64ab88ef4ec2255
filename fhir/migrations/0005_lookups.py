from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal_fhir", "0004_feed_agreements"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                models.F("patient"),
                models.OrderBy(models.F("seq"), descending=True),
                condition=models.Q(("backload", False)),
                name="change_told",
            ),
        ),
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
