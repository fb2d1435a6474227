#!/usr/bin/env bash
# safelane-encrypt: keeps /var/lib/safelane encrypted with gocryptfs, on a machine whose disk is not.
#
#   safelane-encrypt begin [FILE]   # once, as root: encrypts what is there, and shows a key for the safe
#   safelane-encrypt open [FILE]    # after each start of the machine, unless safelane-disk.service does so
#   safelane-encrypt close
#
# FILE holds the passphrase, on a stick that is taken away again for example; without one it is asked for. It stands in
# no argument and no environment. Where `begin` was broken off it is begun again: what was there is deleted only
# after every byte was read back.
set -euo pipefail
umask 077
plain=${SAFELANE_DIRECTORY:-/var/lib/safelane}
cipher=$plain.encrypted
before=$plain.unencrypted
copied=$before.copied  # its name once every byte is known to be encrypted: what is left of it only has to go

fail() {
    echo "safelane-encrypt: $*" >&2
    exit 1
}
# The system sets up the directory before it starts a service, and then the service's own user works in it.
others=()
if [ "$(id -u)" = 0 ]; then others=(-allow_other); fi
is_open() { findmnt --noheadings --types fuse.gocryptfs --mountpoint "$plain" >/dev/null; }
serves() {
    [ -d /run/systemd/system ] || return 1
    systemctl is-active --quiet safelane-hub || systemctl is-active --quiet safelane-node
}
secret=
ask() {
    local again
    if [ -n "$1" ]; then
        secret=$(head -n 1 -- "$1") || fail "$1 cannot be read; nothing was changed."
    else
        read -rsp "Passphrase of $cipher: " secret && echo >&2
        if [ "$2" = new ]; then
            read -rsp "The same once more: " again && echo >&2
            [ "$secret" = "$again" ] || fail "the two differ; nothing was changed."
        fi
    fi
    [ "${#secret}" -ge 15 ] || fail "a passphrase has 15 characters or more; nothing was changed."
}
mount_it() {
    # What lies in the directory would be hidden, and stay as it is.
    [ -z "$(ls -A "$plain")" ] || fail "$plain is not open, and yet not empty: move away what is in it."
    printf '%s\n' "$secret" | gocryptfs -quiet "${others[@]}" "$cipher" "$plain" || fail "not opened: is the passphrase right?"
}

begin() {
    command -v gocryptfs >/dev/null || fail "install it first: apt install gocryptfs"
    rm -rf "$copied"
    if serves; then fail "stop it first: systemctl stop safelane-hub safelane-node"; fi
    if [ -e "$cipher/gocryptfs.conf" ] && [ ! -e "$before" ]; then fail "$plain is encrypted already."; fi
    ask "${1:-}" new
    # Whatever an attempt that was broken off has left is made anew: the original is still there.
    if is_open; then close; fi
    if [ -e "$before" ]; then rm -rf "$cipher" && rmdir "$plain" 2>/dev/null || true; else mv "$plain" "$before"; fi
    mkdir -p -m 0700 "$plain" "$cipher"
    printf '%s\n' "$secret" | gocryptfs -init -quiet "$cipher"
    echo "Keep this in a safe: it opens the directory when the passphrase is lost (gocryptfs -masterkey=stdin)."
    printf '%s\n' "$secret" | gocryptfs-xray -dumpmasterkey "$cipher/gocryptfs.conf" 2>/dev/null
    mount_it
    cp -a "$before/." "$plain/"
    diff -rq --no-dereference "$before" "$plain" >&2 || fail "not the same: $before is as it was. Repeat it."
    close
    mount_it  # what was read back came from the disk, and not from memory alone
    diff -rq --no-dereference "$before" "$plain" >&2 || fail "not the same: $before is as it was. Repeat it."
    mv "$before" "$copied"
    rm -rf "$copied"
    echo "$plain is encrypted and open. What was deleted may still be readable on the disk:" >&2
    echo "begin before the first real record, or wipe the free space." >&2
}

open() {
    rm -rf "$copied"
    if is_open; then return; fi
    [ -e "$cipher/gocryptfs.conf" ] || fail "nothing is encrypted yet: safelane-encrypt begin"
    [ ! -e "$before" ] || fail "it was begun and broken off: safelane-encrypt begin"
    ask "${1:-}" known
    mount_it
}

close() { if is_open; then fusermount3 -u "$plain" || fail "in use: stop the service first."; fi; }

case ${1:-} in
    begin | open | close) "$@" ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" ;;
esac
