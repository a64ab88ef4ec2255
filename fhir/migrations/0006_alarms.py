import django.db.models.expressions
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal_fhir", "0005_lookups"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("outcome", "barred")), fields=["at"], name="audit_barred"
            ),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.expressions.CombinedExpression(
                            models.F("labels"), "&", models.Value(8)
                        ),
                        0,
                    )
                ),
                fields=["updated_at"],
                name="resource_unknown_label",
            ),
        ),
        migrations.AddIndex(
            model_name="stream",
            index=models.Index(
                condition=models.Q(("held_at__isnull", False)),
                fields=["held_at"],
                name="stream_held",
            ),
        ),
    ]
