#!/usr/bin/env bash
# backup.sh FOLDER: writes a backup of the database to FOLDER/messenger-TIME.dump, and its path to the standard output. The
# service goes on meanwhile. Where the database is says the environment of libpq (PGHOST, PGUSER, PGDATABASE, PGPASSFILE …).
#
# A backup that failed leaves no file of that name, and a status other than 0: it is written beside under a name that starts
# with a dot, to the disk, read back as a whole, and only then called what it is.
#
# THROUGH is put before the programs of PostgreSQL: THROUGH="docker compose exec -T database".
set -euo pipefail
: "${1:?the folder for backups is missing}"

folder=$1
backup=$folder/messenger-$(date -u +%Y%m%dT%H%M%SZ).dump
read -ra through <<< "${THROUGH:-}"

partial=$(mktemp "$folder/.messenger-XXXXXX.partial")
trap 'rm -f "$partial"' EXIT

${through[@]+"${through[@]}"} pg_dump --format=custom > "$partial"
sync "$partial"
# To list what is in it would read its head alone.
${through[@]+"${through[@]}"} pg_restore --file=- < "$partial" > /dev/null
# Unlike mv it overwrites nothing.
ln "$partial" "$backup"
sync "$folder"
echo "$backup"
