#!/bin/sh
# Runs rsyslog in the foreground, with all its files in a folder, for tests.
#
#   rsyslog.sh FOLDER PORT [TLS-PORT CERTIFICATE-NAME [client]]
#
# PORT takes TCP and UDP; TLS-PORT takes TLS (FOLDER/NAME.pem, see certificates.sh), with `client` only from those whose
# certificate the authority signed; FOLDER/log.sock takes datagrams. Each message becomes a line of FOLDER/received:
# its raw form, control characters shown.
set -eu
folder=$1 port=$2 tls=${3:-} name=${4:-} client=${5:-}
{
  echo 'global(workDirectory="'"$folder"'" maxMessageSize="256k" parser.escapeControlCharactersOnReceive="on"'
  if [ -n "$tls" ]; then
    echo '  defaultNetstreamDriverCAFile="'"$folder"'/ca.pem" defaultNetstreamDriverCertFile="'"$folder/$name"'.pem"'
    echo '  defaultNetstreamDriverKeyFile="'"$folder/$name"'.key"'
  fi
  echo ')'
  echo 'template(name="raw" type="string" string="%rawmsg%\n")'
  echo 'ruleset(name="all") { action(type="omfile" file="'"$folder"'/received" template="raw" asyncWriting="off"'
  echo '  flushOnTXEnd="on" ioBufferSize="4k") }'
  echo 'module(load="imudp")'
  echo 'input(type="imudp" address="127.0.0.1" port="'"$port"'" ruleset="all")'
  echo 'module(load="imuxsock" sysSock.use="off")'
  echo 'input(type="imuxsock" socket="'"$folder"'/log.sock" ruleset="all" parseTrusted="off" useSpecialParser="off")'
  echo 'module(load="imptcp")'
  echo 'input(type="imptcp" address="127.0.0.1" port="'"$port"'" ruleset="all")'
  if [ -n "$tls" ]; then
    mode=anon
    [ -z "$client" ] || mode=x509/certvalid
    echo 'module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="'"$mode"'")'
    echo 'input(type="imtcp" address="127.0.0.1" port="'"$tls"'" ruleset="all")'
  fi
} > "$folder/rsyslog.conf"
# Whoever starts this may have blocked signals, which rsyslogd would inherit and not end when told to.
exec env --default-signal=TERM,INT rsyslogd -n -C -f "$folder/rsyslog.conf" -i "$folder/rsyslog.pid"
