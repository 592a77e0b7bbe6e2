#!/usr/bin/env bash
# Prepares the data folder as root, steps down to the postgres user, makes the cluster once, then becomes the server.
set -Eeo pipefail

file_env() {
    local name=$1 file=$1_FILE value=${2-}
    if [ -n "${!name-}" ] && [ -n "${!file-}" ]; then
        echo >&2 "error: set either $name or $file, not both"
        exit 1
    fi
    if [ -n "${!name-}" ]; then
        value=${!name}
    elif [ -n "${!file-}" ]; then
        value=$(<"${!file}")
    fi
    export "$name=$value"
    unset "$file"
}

prepare_folders() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 00700 "$PGDATA"
    chmod 03775 /var/run/postgresql
    if [ "$(id -u)" = '0' ]; then
        chown -R postgres:postgres "$PGDATA" /var/run/postgresql
    fi
}

make_cluster() {
    file_env POSTGRES_PASSWORD
    if [ -z "$POSTGRES_PASSWORD" ]; then
        echo >&2 'error: the cluster is empty and POSTGRES_PASSWORD is not set'
        exit 1
    fi
    initdb --username="${POSTGRES_USER:-postgres}" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "$PGDATA"
    for step in /docker-entrypoint-initdb.d/*.sh; do
        [ -e "$step" ] || continue
        . "$step"
    done
}

main() {
    # Options alone mean: the server with these options.
    if [ "${1:0:1}" = '-' ]; then
        set -- postgres "$@"
    fi

    if [ "$1" = 'postgres' ]; then
        prepare_folders
        if [ "$(id -u)" = '0' ]; then
            exec gosu postgres "$BASH_SOURCE" "$@"
        fi
        if [ ! -s "$PGDATA/PG_VERSION" ]; then
            make_cluster
        fi
    fi

    exec "$@"
}

if [ "${#FUNCNAME[@]}" -eq 0 ]; then
    main "$@"
fi
