import uuid

from django.db import migrations, models

# Nobody sees what another patient may ask, or has asked.
TABLES = ("portal_followupplan", "portal_ask")
WALL = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON {table}
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]));
"""
    for table in TABLES
)
NO_WALL = "".join(f"DROP POLICY wall ON {table};" for table in TABLES)
OPEN = models.Q(("state__in", ["calling", "sent"]))


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0015_offers_by_priority"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="notice", name="notice_once"),
        migrations.RenameField(model_name="notice", old_name="appointment", new_name="subject"),
        migrations.AlterField(
            model_name="notice",
            name="subject",
            field=models.TextField(help_text="The id of an Appointment, or of a ServiceRequest"),
        ),
        migrations.AlterField(
            model_name="notice",
            name="starts_at",
            field=models.DateTimeField(help_text="When the visit is, or a plan ends", null=True),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("subject", "version", "kind", "about", "channel"), name="notice_once"
            ),
        ),
        migrations.AlterField(
            model_name="consultation",
            name="outcome",
            field=models.TextField(
                choices=[
                    ("follow-up", "FOLLOW_UP"),
                    ("on-request", "ON_REQUEST"),
                    ("discharged", "DISCHARGED"),
                    ("did-not-attend", "MISSED"),
                ],
                default="",
            ),
        ),
        migrations.CreateModel(
            name="FollowUpPlan",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("patient", models.TextField()),
                ("version", models.IntegerField()),
                ("service", models.TextField()),
                ("clinician", models.TextField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                (
                    "is_used",
                    models.BooleanField(
                        default=False, help_text="Whether its patient has ever asked"
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "last_day"], name="plan_of_patient"),
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["last_day"],
                        name="plan_by_end",
                    ),
                    models.Index(
                        condition=models.Q(("is_used", False)),
                        fields=["clinician", "ended_at"],
                        name="plan_unused",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ask",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "form_id",
                    models.UUIDField(help_text="Which showing of the form it came from"),
                ),
                ("plan", models.TextField()),
                ("patient", models.TextField()),
                ("service", models.TextField()),
                ("clinician", models.TextField()),
                (
                    "is_flagged",
                    models.BooleanField(help_text="Whether a warning sign was ticked"),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("sent", "SENT"),
                            ("calling", "CALLING"),
                            ("bookable", "BOOKABLE"),
                            ("advised", "ADVISED"),
                            ("spoken", "SPOKEN"),
                            ("withdrawn", "WITHDRAWN"),
                        ],
                        default="sent",
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(help_text="By when somebody is to look, or to have rung"),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "ticket",
                    models.TextField(default="", help_text="By which the patient books"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=OPEN, fields=["service", "sent_at"], name="ask_open_of_service"
                    ),
                    models.Index(
                        condition=OPEN,
                        fields=["clinician", "sent_at"],
                        name="ask_open_of_clinician",
                    ),
                    models.Index(fields=["patient", "sent_at"], name="ask_of_patient"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "form_id"), name="ask_once_for_a_form"
                    ),
                    models.UniqueConstraint(condition=OPEN, fields=("plan",), name="ask_open_once"),
                ],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
