# shellcheck shell=bash
# The tools that are Python packages, at the versions of scripts/clients/python. Sourced after
# common.sh, from the root of the project.

# Where they are installed, beside other things that can be made again.
python_folder=${CARGO_TARGET_DIR:-target}/clients/python

# Installs what the requirements name, unless that is there already.
ensure_python_tools() {
    local source=scripts/clients/python wanted
    python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        die "Python 3.11 or later with its venv module not found"
    wanted=$(cat "$source/requirements.txt" "$source/constraints.txt")
    if [[ $(cat "$python_folder/installed.txt" 2>/dev/null) != "$wanted" ]]; then
        say "installing the Python packages of $source"
        rm -rf "$python_folder"
        python3 -m venv "$python_folder"
        "$python_folder/bin/pip" install --quiet --disable-pip-version-check \
            --requirement "$source/requirements.txt" --constraint "$source/constraints.txt" >&2
        # Last, so that an installation that was cut short is done again.
        printf '%s\n' "$wanted" >"$python_folder/installed.txt"
    fi
}
