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
# To list what is in it would read its head alone. A database of something else, such as an empty one, is no backup.
${through[@]+"${through[@]}"} pg_restore --file=- < "$partial" |
  awk '/^CREATE TABLE ([^ ]+\.)?chats \(/ { found = 1 } END { exit !found }' ||
  { echo "backup.sh: there is no backup: it could not be read back, or the database (PGDATABASE) has no chats" >&2; exit 1; }
# Overwrites nothing, and says nothing when it did not; a hard link would, but not every disk for backups has them.
mv -n "$partial" "$backup"
[[ ! -e $partial ]] || { echo "backup.sh: $backup is there already" >&2; exit 1; }
sync "$folder"
echo "$backup"
