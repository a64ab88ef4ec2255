from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0017_interpreters"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_once",
        ),
        migrations.AddField(
            model_name="notice",
            name="sharing",
            field=models.BigIntegerField(
                default=0, help_text="By which a helper is told; 0 is its patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("subject", "version", "kind", "about", "channel", "sharing"),
                name="notice_once",
            ),
        ),
    ]
