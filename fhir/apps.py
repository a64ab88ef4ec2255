from pathlib import Path

from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "fhir"
    label = "portal_fhir"
    # Two folders are called fhir (see fhir/__init__.py): Django must be told which one is ours.
    path = str(Path(__file__).parent)
    default_auto_field = "django.db.models.BigAutoField"
