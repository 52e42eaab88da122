# shellcheck shell=bash
# Starts a Postfix of one's own on a free port, in which everything that is accepted ends in one
# Maildir. Sourced after common.sh.
#
# ensure_postfix sets and exports TEST_POSTFIX, as port:folder, and sees to it that the server is gone
# when the script ends. Postfix changes users, so it needs root; the package of Debian and Ubuntu is
# installed when it is missing.

postfix_folder=

ensure_postfix() {
    [[ $(id -u) == 0 ]] || die "Postfix needs root"
    if ! command -v postfix >/dev/null; then
        command -v apt-get >/dev/null || die "no Postfix: install it"
        say "Postfix: installing Debian's package"
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix >&2
    fi
    local port daemons owner group
    port=$(free_port) || die "no free port for Postfix"
    # The built-in values: whatever this machine's own Postfix is set to must not matter.
    daemons=$(postconf -d -h daemon_directory)
    owner=$(id -u nobody)
    group=$(id -g nobody)
    postfix_folder=$(mktemp -d)
    at_exit stop_postfix
    chmod 755 "$postfix_folder"
    mkdir "$postfix_folder"/{etc,queue,data,mail}
    chown postfix "$postfix_folder/data"
    chown "$owner:$group" "$postfix_folder/mail"
    cat >"$postfix_folder/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $postfix_folder/queue
data_directory = $postfix_folder/data
daemon_directory = $daemons
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = example.gov
virtual_mailbox_base = $postfix_folder/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:$owner
virtual_gid_maps = static:$group
virtual_minimum_uid = 1
maillog_file = $postfix_folder/mail.log
maillog_file_prefixes = $postfix_folder
EOF
    cat >"$postfix_folder/etc/master.cf" <<EOF
$port     inet       n  -  n  -     -  smtpd
cleanup   unix       n  -  n  -     0  cleanup
qmgr      unix       n  -  n  300   1  qmgr
rewrite   unix       -  -  n  -     -  trivial-rewrite
bounce    unix       -  -  n  -     0  bounce
defer     unix       -  -  n  -     0  bounce
trace     unix       -  -  n  -     0  bounce
flush     unix       n  -  n  1000? 0  flush
proxymap  unix       -  -  n  -     -  proxymap
virtual   unix       -  n  n  -     -  virtual
error     unix       -  -  n  -     -  error
retry     unix       -  -  n  -     -  error
anvil     unix       -  -  n  -     1  anvil
postlog   unix-dgram n  -  n  -     1  postlogd
EOF
    postfix -c "$postfix_folder/etc" start >&2 || die "Postfix does not start"
    export TEST_POSTFIX="$port:$postfix_folder/mail/all"
}

stop_postfix() {
    postfix -c "$postfix_folder/etc" stop >/dev/null 2>&1
    rm -rf "$postfix_folder"
}
