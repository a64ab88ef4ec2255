"""``daybook_now()``: what time it is for all SQL of the service."""

from django.db import migrations

MAKE = """
CREATE TABLE daybook_clock (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    "offset" interval NOT NULL DEFAULT interval '0',
    may_move boolean NOT NULL DEFAULT false
);
INSERT INTO daybook_clock DEFAULT VALUES;
REVOKE ALL ON daybook_clock FROM daybook_app;
GRANT SELECT ON daybook_clock TO daybook_app;

CREATE FUNCTION daybook_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT statement_timestamp() + (SELECT "offset" FROM daybook_clock) $$;

CREATE FUNCTION daybook_move_clock(distance interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    UPDATE daybook_clock SET "offset" = "offset" + distance WHERE may_move;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This database does not let its clock be moved.';
    END IF;
END
$$;
"""
UNMAKE = """
DROP FUNCTION daybook_move_clock(interval);
DROP FUNCTION daybook_now();
DROP TABLE daybook_clock;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(MAKE, UNMAKE),)
