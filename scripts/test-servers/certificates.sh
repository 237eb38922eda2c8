#!/bin/sh
# Makes certificates for tests with openssl, in a folder: one authority and what it signed, and some that must be refused.
#
#   certificates.sh FOLDER
#
# good: for localhost and 127.0.0.1. wrong-host: for elsewhere.example. expired: ended in 2021. self-signed: by itself.
# stranger: by an authority that nobody knows. client: for this side.
set -eu
cd "$1"

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
}

# certificate NAME SUBJECT-ALT-NAMES AUTHORITY FROM UNTIL
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" > "$1.ext"
  : > "$3.index"
  cat > "$3.cnf" <<CNF
[ca]
default_ca = this
[this]
database = $3.index
new_certs_dir = .
certificate = $3.pem
private_key = $3.key
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = supplied
CNF
  openssl ca -batch -notext -config "$3.cnf" -extfile "$1.ext" -startdate "$4" -enddate "$5" -in "$1.csr" -out "$1.pem" 2>/dev/null
}

past=20200101000000Z
yesterday=$(date -u -d yesterday +%Y%m%d%H%M%SZ)
soon=$(date -u -d '+30 days' +%Y%m%d%H%M%SZ)
here=DNS:localhost,IP:127.0.0.1

authority ca "Weir test authority"
authority unknown "Another authority"
certificate good "$here" ca "$yesterday" "$soon"
certificate wrong-host DNS:elsewhere.example ca "$yesterday" "$soon"
certificate expired "$here" ca "$past" 20210101000000Z
certificate stranger "$here" unknown "$yesterday" "$soon"
certificate client DNS:client.example ca "$yesterday" "$soon"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=self-signed" -addext "subjectAltName=$here" \
  -keyout self-signed.key -out self-signed.pem 2>/dev/null
