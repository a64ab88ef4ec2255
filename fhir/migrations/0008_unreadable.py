from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal_fhir", "0007_words"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("outcome", "unreadable")),
                fields=["at"],
                name="audit_unreadable",
            ),
        ),
    ]
