#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, whose address is in LIFECIRCLE_TEST_DATABASE; the server and its files are gone afterwards.
#   tests/with_postgres.sh cargo test -p lifecircle-desk
set -euo pipefail

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
bin=$(programs)
if [ -z "$bin" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
if [ -z "$bin" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >&2
    bin=$(programs)
  else
    echo "PostgreSQL is needed. Run this line, then again:" >&2
    echo "  sudo apt-get install -y postgresql" >&2
    exit 1
  fi
fi

# PostgreSQL does not run as root.
as=()
[ "$(id -u)" = 0 ] && as=(runuser -u postgres --)
where=$(mktemp -d -t lifecircle-postgres.XXXXXX)
[ "$(id -u)" = 0 ] && chown postgres "$where"
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$where/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$where"
}
trap stop EXIT
# From a directory that its user may enter.
cd_where() { (cd "$where" && "$@"); }
cd_where "${as[@]}" "$bin/initdb" -D "$where/data" -U desk --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null
cd_where "${as[@]}" "$bin/pg_ctl" -D "$where/data" -w -l "$where/log" \
  -o "-c listen_addresses='' -c unix_socket_directories=$where -c max_connections=200" start >/dev/null || { cat "$where/log" >&2; exit 1; }
export LIFECIRCLE_TEST_DATABASE="host=$where user=desk dbname=postgres"
"$@"
