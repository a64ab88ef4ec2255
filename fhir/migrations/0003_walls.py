"""Row-level security on every table that holds a patient's data, and an audit nobody can change.

The store sets, for one transaction, `daybook.patients` (keys with a comma after each, or "*") and
`daybook.sees` (label bits). Unset means no rows.
"""

from django.db import migrations

FUNCTIONS = """
CREATE SEQUENCE fhir_resource_number;
CREATE FUNCTION daybook_patients() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT string_to_array(nullif(current_setting('daybook.patients', true), ''), ',') $$;
CREATE FUNCTION daybook_hidden() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT 31 & ~coalesce(nullif(current_setting('daybook.sees', true), '')::integer, 0) $$;
CREATE FUNCTION daybook_everyone() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('daybook.patients', true) = '*', false) $$;
"""

REACHES = "((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]))"
# As in fhir.access.visible: the planner takes "= 0" to be rare, and this not.
READS_THROUGH = "labels & (SELECT daybook_hidden()) < 1"

LABELLED = ["portal_fhir_resource", "portal_fhir_version", "portal_fhir_change"]
BY_PATIENT = [
    "portal_fhir_token",
    "portal_fhir_date",
    "portal_fhir_text",
    "portal_fhir_reference",
    "portal_fhir_stream",
    "portal_fhir_delivery",
]
SERVICE_ONLY = [
    "portal_fhir_origin",
    "portal_fhir_submission",
    "portal_fhir_inboundmessage",
    "portal_fhir_auditlink",
]


def _wall(table: str, using: str, check: str) -> str:
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON {table} USING ({using}) WITH CHECK ({check});
"""


def _walls() -> str:
    parts = [FUNCTIONS]
    parts += [_wall(table, f"{REACHES} AND {READS_THROUGH}", REACHES) for table in LABELLED]
    parts += [_wall(table, REACHES, REACHES) for table in BY_PATIENT]
    everyone = "(SELECT daybook_everyone())"
    parts += [_wall(table, everyone, everyone) for table in SERVICE_ONLY]
    parts.append(f"""
ALTER TABLE portal_fhir_auditentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON portal_fhir_auditentry FOR SELECT USING ({REACHES});
CREATE POLICY writing ON portal_fhir_auditentry FOR INSERT WITH CHECK (true);
REVOKE UPDATE, DELETE, TRUNCATE ON portal_fhir_auditentry, portal_fhir_auditlink FROM daybook_app;
GRANT USAGE ON SEQUENCE fhir_resource_number TO daybook_app;
""")
    return "".join(parts)


def _no_walls() -> str:
    tables = [*LABELLED, *BY_PATIENT, *SERVICE_ONLY]
    drops = [
        f"DROP POLICY wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
        for table in tables
    ]
    return "\n".join(
        [
            *drops,
            "DROP POLICY reading ON portal_fhir_auditentry;",
            "DROP POLICY writing ON portal_fhir_auditentry;",
            "ALTER TABLE portal_fhir_auditentry DISABLE ROW LEVEL SECURITY;",
            "DROP FUNCTION daybook_patients(); DROP FUNCTION daybook_hidden();",
            "DROP FUNCTION daybook_everyone(); DROP SEQUENCE fhir_resource_number;",
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("portal_fhir", "0002_record")]
    operations = [migrations.RunSQL(_walls(), _no_walls())]
