#!/bin/sh
# Runs nginx in the foreground, with all its files in a folder, for tests.
#
#   nginx.sh FOLDER PORT TLS-PORT CERTIFICATE-NAME...
#
# PORT answers `ok` over HTTP/1.1; TLS-PORT does over HTTP/2, and so does each port above it with the next certificate
# (FOLDER/NAME.pem, see certificates.sh).
set -eu
folder=$1 port=$2 tls=$3
shift 3
{
  echo "daemon off; worker_processes 1; pid $folder/nginx.pid; error_log $folder/nginx.log;"
  echo "events { worker_connections 512; }"
  echo "http { access_log off; keepalive_requests 1000000;"
  echo "  client_body_temp_path $folder/body; proxy_temp_path $folder/proxy; fastcgi_temp_path $folder/fastcgi;"
  echo "  uwsgi_temp_path $folder/uwsgi; scgi_temp_path $folder/scgi; client_max_body_size 64m;"
  answer="add_header X-Protocol \$server_protocol; add_header X-Connection \$connection; return 200 ok;"
  echo "  server { listen 127.0.0.1:$port; location / { $answer } }"
  for name; do
    echo "  server { listen 127.0.0.1:$tls ssl http2; ssl_certificate $folder/$name.pem;"
    echo "    ssl_certificate_key $folder/$name.key; location / { $answer } }"
    tls=$((tls + 1))
  done
  echo "}"
} > "$folder/nginx.conf"
exec nginx -e "$folder/nginx.log" -c "$folder/nginx.conf"
