#!/usr/bin/env bash
# Runs config.yaml on Examples/ with the weir given, and shows what became of the alerts. What it writes is in out/.
set -euo pipefail
cd "$(dirname "$0")/.."
weir=$1
rm -rf out
status=0
"$weir" run Examples/alerts.ndjson --ledger out-ledger.json || status=$?
mkdir -p out && mv out-ledger.json out/ledger.json
# One broken line is among the examples: that is exit code 65.
[ "$status" -eq 65 ] || exit "$status"

show() {
  printf '\n%s\n' "$1"
  "$weir" show "$2" | sed 's/^/  /'
}
show 'Delivered as urgent (out/urgent.ndjson):' out/urgent.ndjson
show 'Delivered to the archive (out/archive.ndjson):' out/archive.ndjson
printf '\nHeld back (out/held-back.ndjson), by which entry and why:\n'
"$weir" show --suppression out/held-back.ndjson | sed 's/^/  /'
printf '\nDead letters (out/dead-letters.ndjson):\n'
sed 's/^/  /' out/dead-letters.ndjson
printf '\nThe ledger (out/ledger.json):\n  %s\n' "$(cat out/ledger.json)"
