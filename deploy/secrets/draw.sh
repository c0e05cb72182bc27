#!/bin/sh
# Draws every secret that is missing; what is there already stays. From anywhere: sh deploy/secrets/draw.sh
# The folder is closed to other users. The files in it are readable, because inside a container they are read by
# an account (10001) that this machine does not know.
set -eu
cd "${1:-$(dirname "$0")}"
umask 022
chmod 700 .

services="assistance eldercare marriage placename reporting monitoring"

password() { # name
    [ -s "$1" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$1"
}

password postgres-password
password grafana-admin-password
password grafana-database-password
for user in provision operator; do
    password "$user-nats-password"
done
for service in $services; do
    password "$service-database-password"
    password "$service-nats-password"
    password "$service-client-secret"
    if [ ! -s "$service-keyring.json" ]; then
        key=$(head -c 32 /dev/urandom | base64 | tr -d '\n')
        printf '{"current": "k1", "keys": {"k1": "%s"}, "algorithm": "AES-256-GCM"}\n' "$key" \
            >"$service-keyring.json"
    fi
done

password jetstream-key
{
    printf 'JETSTREAM_KEY: "%s"\n' "$(cat jetstream-key)"
    for user in $services provision operator; do
        printf '%s_PASSWORD: "%s"\n' "$(echo "$user" | tr '[:lower:]' '[:upper:]')" "$(cat "$user-nats-password")"
    done
} >nats-passwords.conf
