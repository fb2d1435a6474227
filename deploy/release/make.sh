#!/usr/bin/env bash
# Makes a release of what is committed: source archive, wheels, bill of materials, offline bundle, Debian package,
# and the checksums of all of them, signed. Equal commits give equal bytes, on one kind of machine.
#
#   deploy/release/make.sh FOLDER [PART...]      # PART: source wheel bill bundle debian; all of them unless named
#
# SAFELANE_SIGNING_KEY names the maintainer's SSH key, which stays where it is; `.pub` is enough where an agent has it.
# Needs the environment that `make install-test` makes; the bundle and the package need the internet and Debian's
# python3 with python3-venv, for which they are built.
set -euo pipefail
folder=${1:?"usage: deploy/release/make.sh FOLDER [PART...]"}
here=$(cd "$(dirname "$0")/../.." && pwd)
shift
parts=("${@:-source wheel bill bundle debian}")
wanted() { [[ " ${parts[*]} " == *" $1 "* ]]; }
[ ! -e "$folder" ] || { echo "$folder is there already; name a new folder." >&2; exit 1; }
python="$here/.venv/bin/python"
[ -x "$python" ] || { echo "There is no .venv: run make install-test first." >&2; exit 1; }
# All in English, in one order and one time zone: names, sorting and dates go into what is built.
export LC_ALL=C.UTF-8 TZ=UTC
SOURCE_DATE_EPOCH=$(git -C "$here" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$here" archive --prefix=source/ HEAD | tar -x -C "$work"
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$work/source/gateway/__init__.py")
partial="$work/release"
mkdir "$partial"
if wanted source; then
    git -C "$here" archive --prefix="safelane-$version/" HEAD | gzip -n >"$partial/safelane-$version-source.tar.gz"
fi
if wanted bill; then
    "$python" "$work/source/deploy/release/bill_of_materials.py" "$work/source" >"$partial/safelane-$version.cdx.json"
fi
if wanted wheel; then
    cp -r "$work/source" "$work/tree"
    "$work/source/deploy/release/wheel.sh" "$partial" "$work/tree" "$python"
    "$work/source/deploy/release/wheel.sh" "$partial" "$work/tree/clients/python" "$python"
fi
if wanted bundle; then
    kind=$(/usr/bin/python3 -c 'import sys, platform; print("python%d.%d-%s" % (*sys.version_info[:2], platform.machine()))')
    name="safelane-$version-bundle-$kind"
    "$work/source/deploy/bundle.sh" "$work/$name" /usr/bin/python3
    # Wheels are compressed already.
    tar --create --file="$partial/$name.tar" --directory="$work" --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" \
        --owner=0 --group=0 --numeric-owner "$name"
fi
if wanted debian; then "$here/deploy/debian/build.sh" "$partial"; fi
(cd "$partial" && sha256sum -- * >SHA256SUMS)
if [ -n "${SAFELANE_SIGNING_KEY:-}" ]; then
    ssh-keygen -q -Y sign -f "$SAFELANE_SIGNING_KEY" -n safelane-release "$partial/SHA256SUMS"
else
    echo "The checksums are not signed. Name your SSH key: SAFELANE_SIGNING_KEY=~/.ssh/id_ed25519 make release" >&2
fi
left=$(cd "$work/source" && grep -lF "to be filled in" SECURITY.md CITATION.cff setup.cfg deploy/release/allowed_signers) || true
[ -z "$left" ] || echo "Placeholders are left, to be filled in before others get it: ${left//$'\n'/, }" >&2
mkdir -p "$(dirname "$folder")"
mv "$partial" "$folder"
echo "Safelane $version is in $folder, as of commit $(git -C "$here" rev-parse --short=12 HEAD)."
