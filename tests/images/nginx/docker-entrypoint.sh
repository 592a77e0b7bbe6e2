#!/bin/sh
# vim:sw=4:ts=4:et
# Runs the start-up steps of /docker-entrypoint.d when nginx is what starts, then becomes the command.
set -e

note() {
    if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then
        echo "$0: $*"
    fi
}

case "$1" in
    nginx|nginx-debug)
        for step in $(find /docker-entrypoint.d -follow -type f -name '*.sh' | sort -V); do
            if [ -x "$step" ]; then
                note "running $step"
                "$step"
            else
                note "leaving out $step: not executable"
            fi
        done
        note "ready to start"
        ;;
esac

exec "$@"
