# shellcheck shell=bash
# The tools that are npm packages, at the versions of scripts/clients/typescript. Sourced after
# common.sh, from the root of the project.

# Where they are installed, beside other things that can be made again.
typescript_folder=${CARGO_TARGET_DIR:-target}/clients/typescript

# Installs what the lock file names, unless that is there already.
ensure_typescript_tools() {
    install_npm_packages scripts/clients/typescript "$typescript_folder"
}

# Installs what the lock file in one folder names into another, unless that is there already. No
# package may run a script of its own while it is installed: none of these needs to.
install_npm_packages() {
    local source=$1 folder=$2
    command -v npm >/dev/null ||
        die "npm not found: install Node.js 20.19 or later of 20, or 22.12 or later"
    mkdir -p "$folder"
    if ! cmp -s "$source/package-lock.json" "$folder/installed-lock.json"; then
        say "installing the npm packages of $source"
        cp "$source/package.json" "$source/package-lock.json" "$folder/"
        npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund >&2
        # Last, so that an installation that was cut short is done again.
        cp "$source/package-lock.json" "$folder/installed-lock.json"
    fi
}

# Runs one of the tools.
typescript_tool() {
    local name=$1
    shift
    "$typescript_folder/node_modules/.bin/$name" "$@"
}
