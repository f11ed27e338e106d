-- The four database roles of Munim. Run once as a superuser on your own server, then give each
-- role a password (`\password munim_app` in psql) and create the database for the owner:
--   CREATE DATABASE munim OWNER munim_owner ENCODING 'UTF8' TEMPLATE template0;
-- Running it again changes nothing that is already right. Works on PostgreSQL 15 to 18.

DO $roles$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['munim_owner', 'munim_app', 'munim_reader', 'munim_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
    END LOOP;
END
$roles$;

-- Owns the database and its tables, runs migrations; row-level security is forced on it too.
ALTER ROLE munim_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
-- The application: neither owner nor able to step around row-level security.
ALTER ROLE munim_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
-- Reads for reports and inspection, one brand at a time like everybody else.
ALTER ROLE munim_reader NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE munim_reader SET default_transaction_read_only = on;
-- Copies everything for backups: the only role that sees all brands at once.
ALTER ROLE munim_backup NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
ALTER ROLE munim_backup SET default_transaction_read_only = on;
GRANT pg_read_all_data TO munim_backup;
