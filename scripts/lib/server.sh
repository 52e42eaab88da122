# shellcheck shell=bash
# Runs the demo for a script and takes it away again. Sourced after common.sh, from the root of the
# project.

server_url=
server_folder=
server_pid=
server_port=
server_settings=()

# Sets server_binary to the release build, made now. SERVER_BINARY names one that is there already.
ensure_server_binary() {
    if [[ -n ${SERVER_BINARY:-} ]]; then
        server_binary=$SERVER_BINARY
    else
        say "building the server"
        cargo build --release --locked --quiet
        server_binary=${CARGO_TARGET_DIR:-target}/release/chancery
    fi
    at_exit stop_demo_server
}

# Starts the demo in a new folder, with settings of the form NAME=value, and waits until it serves.
# Sets server_url.
# shellcheck disable=SC2120 # the settings are optional
start_demo_server() {
    server_port=$(free_port) || die "no free port on 127.0.0.1"
    server_url=http://127.0.0.1:$server_port
    server_folder=$(mktemp -d)
    server_settings=("$@")
    run_demo_server
}

# Ends the demo as `kill -9` does.
kill_demo_server() {
    kill -KILL "$server_pid"
    # Says that it was killed, which is known.
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

# Runs the demo in its folder, where it may have been before, and waits until it serves.
run_demo_server() {
    local tries
    (
        # The settings of whoever runs the script are meant for another server, and this one refuses
        # those that it does not know.
        for name in DATABASE_URL $(compgen -e CHANCERY_); do
            unset "$name"
        done
        export CHANCERY_DATA_DIR="$server_folder/data" CHANCERY_SERVER__BIND="127.0.0.1:$server_port"
        export CHANCERY_LOG__FORMAT=json
        for setting in ${server_settings[@]+"${server_settings[@]}"}; do
            export "${setting?}"
        done
        exec "$server_binary" demo
    ) >>"$server_folder/output" 2>>"$server_folder/log" &
    server_pid=$!
    for ((tries = 0; tries < 600; tries++)); do
        if curl --silent --fail --output /dev/null "$server_url/readyz"; then
            return 0
        fi
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 20 "$server_folder/log" >&2
    die "the demo did not start"
}

stop_demo_server() {
    if [[ -n $server_pid ]]; then
        kill "$server_pid" 2>/dev/null
        wait "$server_pid" 2>/dev/null
        server_pid=
    fi
    if [[ -n $server_folder ]]; then
        rm -rf "$server_folder"
        server_folder=
    fi
    return 0
}

# Prints a member of the demo's account with this role: demo_account administrator email
demo_account() {
    # The demo writes its accounts as an array of {role, email, password}, for its owner's eyes only.
    python3 - "$server_folder/data/demo-accounts.json" "$@" <<'PYTHON'
import json
import sys

file, role, member = sys.argv[1:]
print(next(account[member] for account in json.load(open(file)) if account["role"] == role))
PYTHON
}

# Prints an access token for the demo's account with this role.
demo_token() {
    # Reads the password by itself: arguments are seen by every user of the machine.
    python3 - "$server_folder/data/demo-accounts.json" "$1" "$server_url" <<'PYTHON'
import json
import sys
import urllib.request

file, role, url = sys.argv[1:]
account = next(account for account in json.load(open(file)) if account["role"] == role)
request = urllib.request.Request(
    url + "/v1/auth/login",
    json.dumps({"email": account["email"], "password": account["password"]}).encode(),
    {"Content-Type": "application/json"},
)
print(json.load(urllib.request.urlopen(request))["access_token"])
PYTHON
}

# Runs the statements of a file in the demo's database, whichever it is, in one transaction.
run_demo_sql() {
    local setting url=
    for setting in ${server_settings[@]+"${server_settings[@]}"}; do
        if [[ $setting == DATABASE_URL=* ]]; then
            url=${setting#*=}
        fi
    done
    if [[ -n $url ]]; then
        psql "$url" --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --single-transaction --file="$1"
        return
    fi
    python3 - "$server_folder/data/chancery.db" "$1" <<'PYTHON'
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=60)
database.executescript("BEGIN IMMEDIATE;" + open(sys.argv[2]).read() + "COMMIT;")
PYTHON
}
