import uuid

from django.db import migrations, models

# Behind the record's own wall, for the viewer's patients. How many others wait is counted where
# claims are open too.
WALLS = """
ALTER TABLE portal_consultation ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON portal_consultation
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[])
  OR (SELECT coalesce(current_setting('daybook.claims', true), '') = 'all'));
ALTER TABLE portal_party ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON portal_party
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[])
  OR (SELECT coalesce(current_setting('daybook.claims', true), '') = 'all'));
ALTER TABLE portal_signal ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON portal_signal
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]));
"""
NO_WALLS = """
DROP POLICY wall ON portal_signal;
DROP POLICY wall ON portal_party;
DROP POLICY wall ON portal_consultation;
"""
# A clinician's patients are found before there is a viewer: keys alone, of those booked with them.
SEEN = """
CREATE FUNCTION daybook_seen_in_clinic(clinicians text[], first_day date, last_day date)
RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT patient FROM portal_claim
  WHERE clinician = ANY (clinicians) AND local_date BETWEEN first_day AND last_day
    AND state IN ('booked', 'held') AND state = 'booked'
  UNION
  SELECT patient FROM portal_consultation
  WHERE clinician = ANY (clinicians) AND local_date BETWEEN first_day AND last_day
    AND ended_at IS NOT NULL
$$;
"""
NOT_SEEN = "DROP FUNCTION daybook_seen_in_clinic(text[], date, date)"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0012_calendars_notices_offers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Signal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("patient", models.TextField()),
                ("to", models.UUIDField(db_index=True)),
                ("page", models.TextField()),
                ("sender", models.UUIDField()),
                ("body", models.TextField()),
            ],
        ),
        migrations.AlterField(
            model_name="claim",
            name="state",
            field=models.TextField(
                choices=[
                    ("held", "HELD"),
                    ("booked", "BOOKED"),
                    ("expired", "EXPIRED"),
                    ("released", "RELEASED"),
                    ("moved", "MOVED"),
                    ("cancelled", "CANCELLED"),
                    ("missed", "MISSED"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("patient", models.TextField()),
                ("clinician", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("local_date", models.DateField()),
                ("camera", models.TextField(default="")),
                ("microphone", models.TextField(default="")),
                ("network", models.TextField(default="")),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "call_asked_at",
                    models.DateTimeField(help_text="Wants to be rung instead", null=True),
                ),
                (
                    "note",
                    models.TextField(
                        default="", help_text="What the clinic last said to whoever waits"
                    ),
                ),
                ("noted_at", models.DateTimeField(null=True)),
                ("admitted_at", models.DateTimeField(null=True)),
                ("encounter", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("follow-up", "FOLLOW_UP"),
                            ("discharged", "DISCHARGED"),
                            ("did-not-attend", "MISSED"),
                        ],
                        default="",
                    ),
                ),
                (
                    "ticket",
                    models.TextField(
                        default="", help_text="By which the patient books what comes next"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["clinician", "local_date"], name="consultation_of_clinician"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("consultation", models.UUIDField()),
                ("patient", models.TextField()),
                (
                    "role",
                    models.TextField(
                        choices=[
                            ("moderator", "MODERATOR"),
                            ("patient", "PATIENT"),
                            ("carer", "CARER"),
                        ]
                    ),
                ),
                ("who", models.TextField(help_text="As a viewer is named")),
                ("name", models.TextField()),
                (
                    "waiting_since",
                    models.DateTimeField(help_text="Kept when they come back", null=True),
                ),
                ("left_at", models.DateTimeField(null=True)),
                ("admitted_at", models.DateTimeField(null=True)),
                (
                    "issued",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many tokens there were"
                    ),
                ),
                ("token_digest", models.TextField(default="")),
                ("token_until", models.DateTimeField(null=True)),
                ("token_used_at", models.DateTimeField(null=True)),
                (
                    "session",
                    models.TextField(default="", help_text="Which alone may go in and out"),
                ),
                ("socket", models.TextField(default="")),
                ("page", models.TextField(default="")),
                (
                    "present_at",
                    models.DateTimeField(
                        help_text="By the real clock, not the service's", null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("consultation", "who"), name="party_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("token_digest", ""), _negated=True),
                        fields=("token_digest",),
                        name="party_token",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, NO_WALLS),
        migrations.RunSQL(SEEN, NOT_SEEN),
    ]
