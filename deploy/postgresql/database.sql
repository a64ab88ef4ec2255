-- Run once in the service's own database, as a superuser; running it again changes nothing.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

ALTER SCHEMA public OWNER TO daybook_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO daybook_app;

-- What the owner makes, the application may use. Migrations take back what must stay append-only.
ALTER DEFAULT PRIVILEGES FOR ROLE daybook_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO daybook_app;
ALTER DEFAULT PRIVILEGES FOR ROLE daybook_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO daybook_app;
