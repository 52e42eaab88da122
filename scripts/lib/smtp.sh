# shellcheck shell=bash
# Finds a Python that the tests' mail server (tests/api/support/mail/server.py) runs on, or makes one.
# Sourced after common.sh and python.sh, from the root of the project.
#
# ensure_smtp sets and exports TEST_SMTP_PYTHON. It looks in this order:
#
#   1. TEST_SMTP_PYTHON, as it is
#   2. a python3 on this machine that has aiosmtpd and trustme
#   3. a virtual environment in the target folder, made with pip
#   4. the packages of Debian and Ubuntu, when run as root: then as in 2
#
# With none of these it fails and says what to install. It never goes on without: the tests of mail
# would be missing, and nobody would see it.

# Where the virtual environment is; the tests look there too.
smtp_folder=${CARGO_TARGET_DIR:-target}/smtp

ensure_smtp() {
    if [[ -n ${TEST_SMTP_PYTHON:-} ]]; then
        say "mail server: the Python that TEST_SMTP_PYTHON names"
    elif has_smtp_packages python3; then
        TEST_SMTP_PYTHON=$(command -v python3)
    elif (install_python_packages scripts/smtp "$smtp_folder"); then
        TEST_SMTP_PYTHON=$(realpath -s "$smtp_folder")/bin/python
    elif [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        say "mail server: installing Debian's packages"
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends python3-aiosmtpd python3-trustme >&2
        has_smtp_packages python3 || die "the packages python3-aiosmtpd and python3-trustme do not work"
        TEST_SMTP_PYTHON=$(command -v python3)
    else
        die "no mail server for the tests. Do one of these:
  - install Python 3.11 or later with its venv module, and let pip reach a package index
  - install the Python packages aiosmtpd and trustme
  - set TEST_SMTP_PYTHON to a Python that has them"
    fi
    export TEST_SMTP_PYTHON
}

has_smtp_packages() {
    "$1" -c 'import aiosmtpd, trustme' 2>/dev/null
}
