import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0006_emergency_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.CharField(max_length=20)),
                (
                    "about",
                    models.TextField(help_text="What the form is about, as its page names it"),
                ),
                ("words", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["saved_at"], name="draft_saved_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "form", "about"), name="draft_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("patient", models.TextField()),
                ("who", models.TextField(help_text="As the audit names them")),
                ("name", models.TextField(help_text="As the patient read it")),
                ("role", models.TextField(blank=True)),
                (
                    "verb",
                    models.TextField(
                        help_text="Of what they did: with `who` and when, it names the line"
                    ),
                ),
                ("did", models.TextField(help_text="What they did, without the name of any test")),
                ("looked_at", models.DateTimeField()),
                ("words", models.CharField(blank=True, max_length=1000)),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("answer", models.CharField(blank=True, max_length=2000)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)),
                        fields=["due_on"],
                        name="question_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "who", "verb", "looked_at"),
                        name="question_once_for_a_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="question_answered_whole",
                    ),
                ],
            },
        ),
    ]
