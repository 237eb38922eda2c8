#!/usr/bin/env bash
# Runs `swift test` with the given arguments, and says again at the end what failed: output is long, and a reader may see
# its last lines only.
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! swift test "$@" 2>&1 | tee "$log"; then
  echo 'error: what failed:' >&2
  grep -E '^(✘|↳)|error:' "$log" >&2 || echo 'no test says that it failed; did the run itself end early?' >&2
  exit 1
fi
