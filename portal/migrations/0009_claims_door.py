from django.db import migrations

# Whoever takes a slot must see every claim to it: `portal.appointments.claims` says so for as long
# as it takes, and the record's own wall stays as it is.
DOOR = """
DROP POLICY wall ON portal_claim;
CREATE POLICY wall ON portal_claim
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[])
  OR (SELECT coalesce(current_setting('daybook.claims', true), '') = 'all'));
"""
NO_DOOR = """
DROP POLICY wall ON portal_claim;
CREATE POLICY wall ON portal_claim
USING ((SELECT daybook_everyone()) OR patient = ANY ((SELECT daybook_patients())::text[]));
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0008_booking")]

    operations = [migrations.RunSQL(DOOR, NO_DOOR)]
