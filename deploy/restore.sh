#!/usr/bin/env bash
# restore.sh BACKUP: brings the database to what it was when the backup was made, in one transaction: all of it, or nothing.
# An empty database, or the one it was made of; the service may run. Where it is says the environment of libpq (PGHOST, PGUSER,
# PGDATABASE, PGPASSFILE …), and THROUGH is put before the programs of PostgreSQL, as in backup.sh.
set -euo pipefail
: "${1:?the backup is missing}"

backup=$1
read -ra through <<< "${THROUGH:-}"

# Without the last line nothing is kept: psql ends, whatever it was that ended what it reads.
statements() {
  echo 'begin;'
  ${through[@]+"${through[@]}"} pg_restore --clean --if-exists --no-owner --file=- < "$backup"
  # Inboxes are resumed by time, of which a backup knows nothing: so everybody is told every entry.
  echo 'reset search_path;'
  echo 'update chats set touched_at = clock_timestamp();'
  echo 'set local client_min_messages = error;'
  echo 'analyze;'
  # Servers that run drop what they remember of chats with their sessions. New ones wait for the last line.
  echo 'set local role none;'
  echo "select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'messenger-api' and pg_has_role(usesysid, 'usage');"
  echo 'commit;'
}

statements | ${through[@]+"${through[@]}"} psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --output=/dev/null
