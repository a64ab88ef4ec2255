import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import portal.appointments.models
import portal.appointments.rules

# The record's own wall (fhir 0003), for the viewer's patients.
WALL = """
ALTER TABLE portal_claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON portal_claim
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]));
"""
NO_WALL = "DROP POLICY wall ON portal_claim"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_drafts_and_questions"),
    ]

    operations = [
        migrations.CreateModel(
            name="BookingTerms",
            fields=[
                ("service", models.TextField(primary_key=True, serialize=False)),
                ("cut_off_hours", models.PositiveSmallIntegerField(default=24)),
                ("phone", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "request",
                    models.TextField(
                        help_text="The same asking again gets the same answer", unique=True
                    ),
                ),
                ("patient", models.TextField()),
                ("ticket", models.TextField()),
                ("slot", models.TextField()),
                ("unit", models.PositiveSmallIntegerField()),
                ("service", models.TextField()),
                ("location", models.TextField()),
                ("clinician", models.TextField()),
                ("mode", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("held", "HELD"),
                            ("booked", "BOOKED"),
                            ("expired", "EXPIRED"),
                            ("released", "RELEASED"),
                            ("moved", "MOVED"),
                            ("cancelled", "CANCELLED"),
                        ]
                    ),
                ),
                ("hold_until", models.DateTimeField(null=True)),
                ("is_extended", models.BooleanField(default=False)),
                (
                    "replaces",
                    models.UUIDField(help_text="The booking that this hold would move", null=True),
                ),
                ("moved_to", models.UUIDField(null=True)),
                ("series", models.UUIDField()),
                ("sequence", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("booked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "orphaned_at",
                    models.DateTimeField(help_text="Since when its clinic has no room", null=True),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", portal.appointments.rules.State["HELD"])),
                        fields=["hold_until"],
                        name="claim_held_by_time",
                    ),
                    models.Index(fields=["patient", "starts_at"], name="claim_of_patient"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    portal.appointments.rules.State["BOOKED"],
                                    portal.appointments.rules.State["HELD"],
                                ],
                            )
                        ),
                        fields=("slot", "unit"),
                        name="claim_of_unit",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    portal.appointments.rules.State["BOOKED"],
                                    portal.appointments.rules.State["HELD"],
                                ],
                            ),
                            ("replaces", None),
                        ),
                        fields=("ticket",),
                        name="claim_once_for_a_ticket",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", portal.appointments.rules.State["HELD"])),
                        fields=("patient", "service"),
                        name="claim_one_hold",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
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
                            ("slot", "<>"),
                            (portal.appointments.models.During("starts_at", "ends_at"), "&&"),
                        ],
                        name="claim_clinician_once",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    portal.appointments.rules.State["BOOKED"],
                                    portal.appointments.rules.State["HELD"],
                                ],
                            ),
                            ("replaces", None),
                        ),
                        expressions=[
                            ("patient", "="),
                            (portal.appointments.models.During("starts_at", "ends_at"), "&&"),
                        ],
                        name="claim_patient_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("hold_until__isnull", False),
                                ("state", portal.appointments.rules.State["HELD"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", portal.appointments.rules.State["HELD"]),
                                    _negated=True,
                                ),
                                ("hold_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="claim_held_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "stage",
                    models.TextField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                    ),
                ),
                ("name", models.TextField()),
                ("service", models.TextField()),
                ("service_name", models.TextField()),
                ("clinician", models.TextField()),
                ("clinician_name", models.TextField()),
                ("location", models.TextField()),
                ("location_name", models.TextField()),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), help_text="Monday is 1", size=None
                    ),
                ),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("capacity", models.PositiveSmallIntegerField(default=1)),
                (
                    "modes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="That can be interpreted",
                        size=None,
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("zone", models.TextField(default="Europe/London")),
                (
                    "nation",
                    models.TextField(
                        default="ENG", help_text="Whose bank holidays are kept, or none"
                    ),
                ),
                (
                    "exceptions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        default=list,
                        help_text="Days without a session",
                        size=None,
                    ),
                ),
                (
                    "instruction",
                    models.TextField(default="", help_text="What patients are told to bring or do"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))),
                        name="clinic_closes_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1), ("minutes__gte", 5)),
                        name="clinic_has_room",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClinicSlot",
            fields=[
                ("slot", models.TextField(primary_key=True, serialize=False)),
                ("service", models.TextField()),
                ("location", models.TextField()),
                ("clinician", models.TextField()),
                (
                    "modes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("local_date", models.DateField()),
                ("idx", models.PositiveSmallIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("capacity", models.PositiveSmallIntegerField()),
                ("is_open", models.BooleanField(default=True)),
                ("is_full", models.BooleanField(default=False)),
                (
                    "clinic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="portal.clinic",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_full", False), ("is_open", True)),
                        fields=["service", "starts_at", "slot"],
                        name="slot_free",
                    ),
                    models.Index(fields=["clinic", "starts_at"], name="slot_of_clinic"),
                ],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
