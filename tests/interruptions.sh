#!/usr/bin/env bash
# Interrupts runs at random moments and looks at what they leave: the earlier result or the new one, whole, and nothing else.
#
#   tests/interruptions.sh target/release/lifecircle 300
set -uo pipefail
command=$(realpath "$1")
runs=${2:-300}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
whole() { [ -f "$1/report.html" ] && [ -f "$1/summary.json" ] && [ -f "$1/.lifecircle" ] && [ -f "$1/demo.city/city.toml" ]; }
"$command" demo --small -o again -q >/dev/null
failed=0 finished=0
for run in $(seq 1 "$runs"); do
  signal=$([ $((run % 2)) = 0 ] && echo INT || echo TERM)
  if [ $((run % 3)) = 0 ]; then output=again force=--force; else output=new force=; fi
  # shellcheck disable=SC2086
  "$command" demo --small --seed "$run" -o $output $force -q >/dev/null 2>&1 &
  process=$!
  sleep "0.$(printf %03d $((RANDOM % 220)))"
  kill -"$signal" "$process" 2>/dev/null
  wait "$process" 2>/dev/null
  left=$(find . -maxdepth 1 -name '.?*' | tr '\n' ' ')
  if [ -n "$left" ] || ! whole again || { [ -e new ] && ! whole new; }; then
    echo "run $run ($signal, $output) left: $left"
    failed=$((failed + 1))
    find . -maxdepth 1 -name '.?*' -exec rm -rf {} +
  fi
  [ -e new ] && finished=$((finished + 1)) && rm -rf new
done
echo "$((runs - failed)) passed, $failed failed"
echo "of $runs runs $finished had finished a new result before they were interrupted"
[ "$failed" = 0 ]
