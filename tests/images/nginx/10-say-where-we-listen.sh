#!/bin/sh
set -eu
sed -n 's/^[[:space:]]*listen[[:space:]]*\([^;]*\);.*/listening on \1/p' /etc/nginx/conf.d/*.conf
