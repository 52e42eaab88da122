# shellcheck shell=bash
# The tools that are Python packages, at the versions of scripts/clients/python. Sourced after
# common.sh, from the root of the project.

# Where they are installed, beside other things that can be made again.
python_folder=${CARGO_TARGET_DIR:-target}/clients/python

# Installs what the requirements name, unless that is there already.
ensure_python_tools() {
    install_python_packages scripts/clients/python "$python_folder"
}

# Installs what the requirements in one folder name into another, unless that is there already.
install_python_packages() {
    local source=$1 folder=$2 wanted
    python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        die "Python 3.11 or later with its venv module not found"
    wanted=$(cat "$source/requirements.txt" "$source/constraints.txt")
    if [[ $(cat "$folder/installed.txt" 2>/dev/null) != "$wanted" ]]; then
        say "installing the Python packages of $source"
        rm -rf "$folder"
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check \
            --requirement "$source/requirements.txt" --constraint "$source/constraints.txt" >&2
        # Last, so that an installation that was cut short is done again.
        printf '%s\n' "$wanted" >"$folder/installed.txt"
    fi
}
