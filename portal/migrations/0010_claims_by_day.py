import datetime as dt

import django.contrib.postgres.constraints
import django.db.models.functions.text
from django.db import migrations, models

import portal.appointments.models
import portal.appointments.rules

DAYS = """
UPDATE portal_claim c SET local_date = s.local_date FROM portal_clinicslot s WHERE s.slot = c.slot
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0009_claims_door"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_clinician_once",
        ),
        migrations.AddField(
            model_name="claim",
            name="local_date",
            field=models.DateField(default=dt.date(2026, 1, 1)),
            preserve_default=False,
        ),
        migrations.RunSQL(DAYS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            portal.appointments.rules.State["BOOKED"],
                            portal.appointments.rules.State["HELD"],
                        ],
                    )
                ),
                fields=["clinician", "local_date"],
                name="claim_of_clinician",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            portal.appointments.rules.State["BOOKED"],
                            portal.appointments.rules.State["HELD"],
                        ],
                    )
                ),
                expressions=[
                    ("clinician", "="),
                    (django.db.models.functions.text.Concat("slot", models.Value("")), "<>"),
                    (portal.appointments.models.During("starts_at", "ends_at"), "&&"),
                ],
                name="claim_clinician_once",
            ),
        ),
    ]
