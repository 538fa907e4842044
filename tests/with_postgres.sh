#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, whose address is in LIFECIRCLE_TEST_DATABASE; the server and its files are gone afterwards.
# The same by TLS, with a certificate for `localhost` alone, at port LIFECIRCLE_TEST_TLS of this machine; who signed it is in PGSSLROOTCERT.
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
# Nobody else on this machine comes in: the socket lies where others may not enter, and the port asks for a password.
export PGPASSWORD
PGPASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && echo "$PGPASSWORD" >"$where/password")
[ "$(id -u)" = 0 ] && chown postgres "$where/password"
# From a directory that its user may enter.
cd_where() { (cd "$where" && "$@"); }
cd_where "${as[@]}" "$bin/initdb" -D "$where/data" -U desk --auth-local=trust --auth-host=scram-sha-256 --pwfile="$where/password" -E UTF8 --locale=C.UTF-8 >/dev/null
(
  cd "$where"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout authority.key -out authority.pem
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
  printf 'subjectAltName=DNS:localhost\n' >server.ext
  openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile server.ext -out server.pem
  chmod 600 server.key
  if [ "$(id -u)" = 0 ]; then chown postgres server.key; fi
  chmod a+r authority.pem
) 2>"$where/certificates.log" || { cat "$where/certificates.log" >&2; exit 1; }
port=$((20000 + RANDOM % 20000))
cd_where "${as[@]}" "$bin/pg_ctl" -D "$where/data" -w -l "$where/log" \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$where -c max_connections=200 \
      -c ssl=on -c ssl_cert_file=$where/server.pem -c ssl_key_file=$where/server.key" start >/dev/null || { cat "$where/log" >&2; exit 1; }
export LIFECIRCLE_TEST_DATABASE="host=$where port=$port user=desk dbname=postgres"
export LIFECIRCLE_TEST_TLS=$port PGSSLROOTCERT=$where/authority.pem
"$@"
