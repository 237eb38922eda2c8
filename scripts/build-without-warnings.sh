#!/usr/bin/env bash
# Builds the project and its tests, and fails where the compiler warns about the project's own code.
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests "$@" 2>&1 | tee "$log" |
  { grep -vE '^\[[0-9]+/[0-9]+\] (Compiling|Emitting|Write|Wrapping)' || true; }
if grep -E '(^|/)(Sources|Plugins|Tests)/[^ ]*: warning:|^warning:' "$log" | sort -u | grep -v 'Source files for target'; then
  echo 'error: the compiler warns; the warnings are above' >&2
  exit 1
fi
