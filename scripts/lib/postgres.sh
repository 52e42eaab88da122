# shellcheck shell=bash
# Finds a PostgreSQL server for tests and measurements, or makes one. Sourced after common.sh.
#
# ensure_postgres sets and exports TEST_POSTGRES_URL, the URL of a user that may create databases,
# and sees to it that whatever it started is gone when the script ends. It looks in this order:
#
#   1. TEST_POSTGRES_URL, as it is
#   2. server binaries on this machine: a cluster of its own in a temporary folder
#   3. a container engine: `docker compose up postgres`, under a project name of its own
#   4. the package of Debian and Ubuntu, when run as root: then as in 2
#
# With none of these it fails and says what to install. It never goes on without PostgreSQL: half of
# the tests would be missing, and nobody would see it.

# The folder of the throw-away cluster, and who runs it: empty for the caller.
postgres_folder=
postgres_bin=
postgres_user=
# The name of the compose project, once started.
postgres_project=
# What create_postgres_database made.
postgres_databases=()
postgres_database_url=

ensure_postgres() {
    if [[ -n ${TEST_POSTGRES_URL:-} ]]; then
        say "PostgreSQL: the server that TEST_POSTGRES_URL names"
    elif find_postgres_binaries; then
        start_postgres_cluster
    elif docker_answers; then
        start_postgres_container
    elif [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        say "PostgreSQL: installing Debian's package"
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends postgresql >&2
        find_postgres_binaries || die "the package postgresql holds no initdb"
        start_postgres_cluster
    else
        die "no PostgreSQL found. Do one of these:
  - install the server, for instance: sudo apt-get install postgresql, or brew install postgresql
  - start a container engine that \`docker info\` can reach
  - set TEST_POSTGRES_URL to the URL of a user that may create databases,
    such as postgres://postgres:secret@127.0.0.1:5432/postgres"
    fi
    export TEST_POSTGRES_URL
}

# Sets postgres_bin to the folder that holds initdb and pg_ctl.
find_postgres_binaries() {
    local candidate
    if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
        postgres_bin=$(dirname "$(command -v initdb)")
        return 0
    fi
    # Debian keeps them off PATH, a folder for each release; the newest is last.
    while IFS= read -r candidate; do
        if [[ -x $candidate/initdb && -x $candidate/pg_ctl ]]; then
            postgres_bin=$candidate
        fi
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -V)
    [[ -n $postgres_bin ]]
}

# Runs a command as the user that the cluster belongs to, from a folder which that user may enter.
as_postgres_user() (
    cd "$postgres_folder" || exit 1
    if [[ -z $postgres_user ]]; then
        exec "$@"
    elif command -v runuser >/dev/null; then
        exec runuser -u "$postgres_user" -- "$@"
    elif command -v setpriv >/dev/null; then
        exec setpriv --reuid="$postgres_user" --regid="$(id -g "$postgres_user")" \
            --clear-groups -- "$@"
    else
        exec su -s "$BASH" "$postgres_user" -c "$(printf '%q ' "$@")"
    fi
)

start_postgres_cluster() {
    local port tries
    if [[ $(id -u) == 0 ]]; then
        # The server refuses to run as root.
        for postgres_user in postgres nobody; do
            id "$postgres_user" >/dev/null 2>&1 && break
        done
    fi
    # Not TMPDIR: the path of a socket has to be shorter than 108 bytes, and the other user must be
    # able to enter.
    postgres_folder=$(mktemp -d /tmp/chancery-postgres.XXXXXX)
    at_exit stop_postgres_cluster
    if [[ -n $postgres_user ]]; then
        chown "$postgres_user" "$postgres_folder"
    fi

    # Words sort as people sort them, where the server was built for it. Chancery asks for the order
    # of the bytes column by column; a column that forgets to shows up here, because its list then
    # differs from the one on SQLite.
    local -a initdb=("$postgres_bin/initdb" --pgdata="$postgres_folder/data" --username=postgres
        --auth=trust --encoding=UTF8 --locale=C --no-sync)
    if ! as_postgres_user "${initdb[@]}" --locale-provider=icu --icu-locale=en-US \
        >"$postgres_folder/initdb.log" 2>&1; then
        rm -rf "$postgres_folder/data"
        if ! as_postgres_user "${initdb[@]}" >"$postgres_folder/initdb.log" 2>&1; then
            cat "$postgres_folder/initdb.log" >&2
            die "initdb failed"
        fi
    fi

    # Nothing here outlives the script, so nothing waits for the disk.
    cat >>"$postgres_folder/data/postgresql.conf" <<SETTINGS
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
listen_addresses = '127.0.0.1'
unix_socket_directories = '$postgres_folder'
SETTINGS

    # Between finding the port and taking it, another program may take it: hence more than one try.
    for ((tries = 0; tries < 5; tries++)); do
        port=$(free_port) || die "no free port on 127.0.0.1"
        if as_postgres_user "$postgres_bin/pg_ctl" start --pgdata="$postgres_folder/data" \
            --log="$postgres_folder/server.log" --options="-p $port" --wait --timeout=60 \
            >/dev/null 2>&1; then
            TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
            say "PostgreSQL: a throw-away cluster of $("$postgres_bin/postgres" --version) on port $port"
            return 0
        fi
    done
    cat "$postgres_folder/server.log" >&2
    die "the throw-away cluster did not start"
}

stop_postgres_cluster() {
    if [[ -f $postgres_folder/data/postmaster.pid ]]; then
        as_postgres_user "$postgres_bin/pg_ctl" stop --pgdata="$postgres_folder/data" \
            --mode=immediate --wait >/dev/null 2>&1
    fi
    rm -rf "$postgres_folder"
}

# Creates an empty database on the server that ensure_postgres found, and sets postgres_database_url
# to its URL. It is dropped when the script ends.
create_postgres_database() {
    local name=chancery_$1_$$ query=
    run_psql --command="create database $name"
    if ((${#postgres_databases[@]} == 0)); then
        at_exit drop_postgres_databases
    fi
    postgres_databases+=("$name")
    # The same URL with another path: scheme://user:password@host:port/database?options
    if [[ $TEST_POSTGRES_URL == *\?* ]]; then
        query="?${TEST_POSTGRES_URL#*\?}"
    fi
    postgres_database_url=${TEST_POSTGRES_URL%%\?*}
    postgres_database_url=$(sed -E 's|^([a-z]+://[^/]*).*|\1|' <<<"$postgres_database_url")/$name$query
}

drop_postgres_databases() {
    local name
    for name in "${postgres_databases[@]}"; do
        run_psql --command="drop database if exists $name with (force)"
    done
}

# psql as a user that may create databases: the one on this machine, or the one in the container.
run_psql() {
    local psql=psql
    if [[ -x $postgres_bin/psql ]]; then
        psql=$postgres_bin/psql
    fi
    if command -v "$psql" >/dev/null; then
        "$psql" --quiet --no-psqlrc --dbname="$TEST_POSTGRES_URL" "$@"
    elif [[ -n $postgres_project ]]; then
        postgres_compose exec --no-TTY postgres psql --quiet --no-psqlrc \
            --username=chancery --dbname=postgres "$@"
    else
        die "psql not found: install the PostgreSQL client"
    fi
}

docker_answers() {
    command -v docker >/dev/null && docker info >/dev/null 2>&1 &&
        docker compose version >/dev/null 2>&1
}

# Compose on the files of this project. The settings that docker-compose.yml insists on are made up
# here: the one is good for as long as the container is, the other for a service that is not started.
postgres_compose() {
    local root
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    POSTGRES_PASSWORD=throwaway CHANCERY_AUTH__SECRET=not-used-by-the-database \
        docker compose --project-name "$postgres_project" --project-directory "$root" \
        --file "$root/docker-compose.yml" --file "$root/scripts/lib/postgres.compose.yml" "$@"
}

start_postgres_container() {
    local address
    say "PostgreSQL: a throw-away container"
    postgres_project=chancery-test-$$
    at_exit stop_postgres_container
    postgres_compose up --detach --wait postgres >&2 || die "the container did not start"
    address=$(postgres_compose port postgres 5432)
    TEST_POSTGRES_URL="postgres://chancery:throwaway@$address/postgres"
}

stop_postgres_container() {
    postgres_compose down --volumes --timeout 1 >/dev/null 2>&1
}
