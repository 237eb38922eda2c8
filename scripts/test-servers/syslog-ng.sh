#!/bin/sh
# Runs syslog-ng in the foreground, with all its files in a folder, for tests.
#
#   syslog-ng.sh --prepare                               downloads it, where that was not done before
#   syslog-ng.sh FOLDER PORT NEWLINE-PORT TLS-PORT CERTIFICATE-NAME
#
# PORT takes counted messages over TCP, NEWLINE-PORT those that end with a line feed, TLS-PORT counted ones over TLS. Each
# message becomes a line of FOLDER/received: `severity|program|structured data's id|message`.
#
# Debian's rsyslog and syslog-ng packages exclude each other, so syslog-ng is unpacked beside the system, into
# ${XDG_CACHE_HOME:-~/.cache}/weir-test, together with the libraries that are missing.
set -eu
cache=${XDG_CACHE_HOME:-$HOME/.cache}/weir-test/syslog-ng

if [ "$1" = --prepare ]; then
  [ ! -x "$cache/usr/sbin/syslog-ng" ] || exit 0
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  for package in syslog-ng-core libivykis0 libnet1 libwrap0 libpcre3; do
    apt-get download "$package" >/dev/null 2>&1 || true
  done
  ls syslog-ng-core_*.deb >/dev/null || { echo "cannot download syslog-ng-core; is there a package index (apt-get update)?" >&2; exit 69; }
  for package in *.deb; do dpkg -x "$package" root; done
  mkdir -p "$(dirname "$cache")"
  # At once, so that nobody finds half of it.
  mv -T root "$cache" 2>/dev/null || [ -x "$cache/usr/sbin/syslog-ng" ]
  exit 0
fi

folder=$1 port=$2 newline=$3 tls=$4 name=$5
libraries=$(dirname "$(find "$cache/usr/lib" -name 'libsyslog-ng-*.so*' | head -1)")
modules=$(dirname "$(find "$cache/usr/lib" -name libafsocket.so | head -1)")
cat > "$folder/syslog-ng.conf" <<CONF
@version: $(LD_LIBRARY_PATH=$libraries:$cache/lib/$(uname -m)-linux-gnu:$cache/usr/lib/$(uname -m)-linux-gnu "$cache/usr/sbin/syslog-ng" -V --module-path="$modules" 2>/dev/null | sed -n 's/^Config version: //p')
options { keep-hostname(yes); use-dns(no); log-msg-size(262144); };
source all {
  syslog(ip("127.0.0.1") port($port) transport("tcp"));
  network(ip("127.0.0.1") port($newline) transport("tcp") flags(syslog-protocol));
  syslog(ip("127.0.0.1") port($tls) transport("tls")
    tls(key-file("$folder/$name.key") cert-file("$folder/$name.pem") peer-verify(optional-untrusted)));
};
destination file { file("$folder/received" template("\$LEVEL_NUM|\$PROGRAM|\${.SDATA.weir@32473.alert_id}|\$MSG\n")); };
log { source(all); destination(file); };
CONF
LD_LIBRARY_PATH=$libraries:$cache/lib/$(uname -m)-linux-gnu:$cache/usr/lib/$(uname -m)-linux-gnu exec env --default-signal=TERM,INT \
  "$cache/usr/sbin/syslog-ng" \
  -F --no-caps -f "$folder/syslog-ng.conf" -R "$folder/syslog-ng.persist" -p "$folder/syslog-ng.pid" -c "$folder/syslog-ng.ctl" \
  --module-path="$modules"
