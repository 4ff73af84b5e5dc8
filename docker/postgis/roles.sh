#!/bin/sh
# Makes the database and its two roles on the first start: one that owns the tables, one that the web service reads with.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set owner_password="$TONO_OWNER_PASSWORD" --set app_password="$TONO_APP_PASSWORD" <<'SQL'
CREATE ROLE tono_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE tono_app LOGIN PASSWORD :'app_password';
CREATE DATABASE tono OWNER tono_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE tono, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE tono TO tono_app;
SQL
# Large objects are the one thing that every role may write by default.
psql --username "$POSTGRES_USER" --dbname tono --set ON_ERROR_STOP=1 <<'SQL'
CREATE EXTENSION postgis;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
SQL
