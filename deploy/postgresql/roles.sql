-- Run once in each PostgreSQL server, as a superuser. Give both roles passwords of your own where
-- they connect over a network (ALTER ROLE daybook_app PASSWORD …).
-- The owner migrates and owns the tables; the application role serves, under row-level security.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'daybook_owner') THEN
        CREATE ROLE daybook_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'daybook_app') THEN
        CREATE ROLE daybook_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
END
$$;
