#!/usr/bin/env bash
# Tries the Debian package on a bare machine: a clean root from Debian's packages, without a network of its own.
# A region is founded there, of a hub and two members as services of users of their own; a question is asked and
# answered; the package is upgraded with the data in place, which is killed in the middle, twice; it is removed while
# it serves, installed again, and purged. Then the offline bundle is installed and serves the same data.
#
#   sudo deploy/debian/try.sh PACKAGE [FORMER [BUNDLE]]     # FORMER: the package to begin with; else PACKAGE itself
#
# Needs mmdebstrap. Systemd does not run in such a root: what its units start is started as they say.
set -euo pipefail
package=$(realpath "${1:?"usage: deploy/debian/try.sh PACKAGE [FORMER [BUNDLE]]"}")
former=$(realpath "${2:-$package}")
here=$(cd "$(dirname "$0")/../.." && pwd)
root=$(mktemp -d "${TMPDIR:-/var/tmp}/safelane-clean-root-XXXXXX")
chmod 755 "$root"
end() {
    umount "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap end EXIT

# SAFELANE_CLEAN_ROOT: a tarball that mmdebstrap has made before, so that it needs no mirror.
if [ -n "${SAFELANE_CLEAN_ROOT:-}" ]; then
    tar -x -C "$root" -f "$SAFELANE_CLEAN_ROOT"
else
    mmdebstrap --quiet --variant=minbase --include=python3,adduser trixie "$root"
fi
cp "$former" "$root/former.deb"
cp "$package" "$root/package.deb"
if [ -n "${3:-}" ]; then mkdir "$root/bundle" && tar -x -C "$root/bundle" --strip-components=1 -f "$3"; fi
# SAFELANE_REHEARSAL: the folder `docs/how-to/rehearsal` of FORMER, which may not understand the present policy.
cp -r "${SAFELANE_REHEARSAL:-$here/docs/how-to/rehearsal}" "$root/rehearsal"
cp "$here/deploy/debian/try_inside.sh" "$root/try_inside.sh"
mount -t proc proc "$root/proc"
systemd-analyze verify --root="$root" safelane-hub.service 2>/dev/null || true
# No network but the loopback of its own: nothing is fetched, and nobody else's ports are in the way. Whatever
# runs there ends with it.
unshare --net --pid --fork --kill-child bash -c "ip link set lo up && exec chroot '$root' /bin/bash /try_inside.sh"
echo "The package installs, serves, upgrades and goes, and leaves the data.${3:+ The bundle installs and serves them.}"
