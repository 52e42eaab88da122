# shellcheck shell=bash
# What the scripts share: messages, and work that is done however the script ends. Sourced.

# Says something to the person at the terminal, and nothing to whoever reads the output.
say() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
}

# Says why the script cannot go on, and ends it.
die() {
    say "$*"
    exit 1
}

at_exit_functions=()

# Runs a function when the script ends, also when it fails or is interrupted. The last one
# registered runs first.
at_exit() {
    at_exit_functions+=("$1")
}

run_at_exit_functions() {
    local status=$? index
    # One function that fails must not keep the others from running.
    set +e
    for ((index = ${#at_exit_functions[@]} - 1; index >= 0; index--)); do
        "${at_exit_functions[index]}"
    done
    exit "$status"
}

trap run_at_exit_functions EXIT
# So that a signal ends the script by way of EXIT, with the status that shells expect.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Whether something listens on this port of 127.0.0.1.
port_is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Prints a port of 127.0.0.1 that nothing listens on. Taken from below the range that the system
# gives to outgoing connections, so that no test takes it in the meantime.
free_port() {
    local port tries
    for ((tries = 0; tries < 100; tries++)); do
        port=$((20000 + RANDOM % 12000))
        if ! port_is_taken "$port"; then
            echo "$port"
            return 0
        fi
    done
    return 1
}
