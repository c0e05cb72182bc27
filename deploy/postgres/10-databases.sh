#!/bin/bash
# Runs once, on an empty data directory: for each service a role and a database that only this role may enter.
set -euo pipefail

secrets=${SECRETS_FOLDER:-/run/secrets}

for service in assistance eldercare marriage placename reporting monitoring; do
    secret="$secrets/$service-database-password"
    [ -s "$secret" ] || { echo "no password in $secret" >&2; exit 1; }
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
        --set service="$service" --set secret="$secret" <<'SQL'
\set password `cat :'secret'`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done

# Who reads history by SQL: one role that may enter one database, where a migration shows it views and nothing else.
secret="$secrets/grafana-database-password"
[ -s "$secret" ] || { echo "no password in $secret" >&2; exit 1; }
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set secret="$secret" <<'SQL'
\set password `cat :'secret'`
CREATE ROLE grafana LOGIN PASSWORD :'password' CONNECTION LIMIT 5;
ALTER ROLE grafana SET default_transaction_read_only = on;
ALTER ROLE grafana SET statement_timeout = '10s';
GRANT CONNECT ON DATABASE monitoring TO grafana;
SQL
