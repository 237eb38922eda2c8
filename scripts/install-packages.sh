#!/bin/sh
# Installs the system packages that Weir needs, where they are missing. With `--tests`, also what its tests run against.
# Debian and Ubuntu. Uses sudo when it is not run by root.
set -eu

build='libcurl4-openssl-dev libyaml-dev libsimdjson-dev libsqlite3-dev zlib1g-dev make'
tests='rsyslog rsyslog-gnutls nginx-light openssl python3 curl g++ valgrind'

if ! command -v swift >/dev/null 2>&1; then
  echo 'error: there is no Swift toolchain. Install Swift 6.3 or newer from https://www.swift.org/install/linux/' >&2
  echo '       and put its usr/bin on PATH, then run this again.' >&2
  exit 69
fi
if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "error: this is neither Debian nor Ubuntu. Install what provides these yourself: $build" >&2
  exit 69
fi

# Ubuntu has Chromium only as a snap, which cannot read what tests write; there that test says that it was not run.
grep -q '^ID=debian' /etc/os-release 2>/dev/null && tests="$tests chromium"

wanted=$build
[ "${1:-}" = --tests ] && wanted="$build $tests"

missing=
for package in $wanted; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = 'install ok installed' ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "error: these packages are missing, and there is no sudo. As root, run: apt-get install$missing" >&2
    exit 69
  fi
  as_root=sudo
fi
echo "installing:$missing" >&2
# Servers that tests start themselves must not be started by the package.
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  cat "$log" >&2
  echo 'error: apt-get failed; what it said is above' >&2
  exit 69
fi
rm -f "$log"
