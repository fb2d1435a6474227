#!/usr/bin/env bash
# Builds the Debian package: Safelane with everything of its lock in /usr/lib/safelane, its command in /usr/bin, and
# the units of a hub and a node. It is for the Debian on which it is built, since it has that Debian's Python.
#
#   deploy/debian/build.sh FOLDER [SOURCE] [REVISION]      # writes FOLDER/safelane_VERSION-REVISION_ARCH.deb
#
# Needs Debian's python3 and dpkg-deb, and the environment that `make install` makes. Equal input gives equal bytes.
set -euo pipefail
folder=${1:?"usage: deploy/debian/build.sh FOLDER [SOURCE] [REVISION]"}
here=$(cd "$(dirname "$0")/../.." && pwd)
source=$(cd "${2:-$here}" && pwd)
revision=${3:-1}
python=/usr/bin/python3          # Debian's own: what the package depends on
pip=("$here/.venv/bin/python" -m pip --disable-pip-version-check --quiet)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct)}
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/root" home=/usr/lib/safelane
mkdir -p "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/share/doc/safelane" "$root/DEBIAN" "$folder"

"$python" -m venv --without-pip "$root$home"
"${pip[@]}" --python "$root$home/bin/python" install --no-compile --only-binary :all: --no-deps --require-hashes \
    -r "$source/requirements/runtime.txt"
# From what is committed.
git -C "$source" archive --prefix=source/ HEAD | tar -x -C "$work"
"$here/deploy/release/wheel.sh" "$work" "$work/source" "$here/.venv/bin/python"
"${pip[@]}" --python "$root$home/bin/python" install --no-compile --no-deps --no-index "$work"/safelane-*.whl
version=$("$root$home/bin/python" -c 'from gateway import __version__; print(__version__)')
# 1.0.0~rc1 comes before 1.0.0; 1.0.0rc1 would come after it.
version=$(sed -E 's/([0-9])(a|b|rc)([0-9]+)$/\1~\2\3/' <<<"$version")

# The environment stands elsewhere once it is installed; and what nobody runs there stays away.
find "$root$home/bin" -type f -exec sed -i "s|$root||g" {} +
sed -i "s|$root||g" "$root$home/pyvenv.cfg"
find "$root$home" \( -name __pycache__ -o -name direct_url.json -o -name REQUESTED \) -prune -exec rm -rf {} +
# Commands were recorded with the path of the place where this was built, which differs each time.
find "$root$home" -name RECORD -exec sed -i -E '/direct_url\.json|REQUESTED/d; s|^((\.\./)+bin/[^,]*),.*|\1,,|' {} +
# Its users cannot write there: compiled here, by the content, so that the time of a file means nothing.
"$root$home/bin/python" -m compileall -q -j 2 --invalidation-mode unchecked-hash -s "$root" "$root$home/lib"
ln -s "$home/bin/safelane" "$root/usr/bin/safelane"
for unit in hub node; do
    sed 's|/opt/safelane/bin/|/usr/bin/|; /^# Before that:/d' "$source/deploy/systemd/safelane-$unit.service" \
        >"$root/usr/lib/systemd/system/safelane-$unit.service"
done
mkdir -p "$root/usr/sbin"
install -m 755 "$source/deploy/debian/encrypt.sh" "$root/usr/sbin/safelane-encrypt"
cp "$source/deploy/systemd/safelane-disk.service" "$root/usr/lib/systemd/system/"
cp "$source/LICENSE" "$root/usr/share/doc/safelane/copyright"
cp "$source/NOTICE" "$source/README.md" "$source/CHANGELOG.md" "$root/usr/share/doc/safelane/"

for script in postinst prerm postrm; do install -m 755 "$here/deploy/debian/$script" "$root/DEBIAN/$script"; done
series=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
next=$("$python" -c 'import sys; print("%d.%d" % (sys.version_info[0], sys.version_info[1] + 1))')
cat >"$root/DEBIAN/control" <<END
Package: safelane
Version: $version-$revision
Architecture: $(dpkg --print-architecture)
Maintainer: $(sed -n 's/^author = //p' "$source/setup.cfg" | head -1 | grep . || echo "see /usr/share/doc/safelane/README.md")
Depends: python3 (>= $series), python3 (<< $next), adduser
Recommends: gocryptfs, fuse3
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Section: net
Priority: optional
Description: regional victim-assistance statistics, and never a person's data
 A gateway between states' registers of mine victims and a regional centre: each state
 keeps its records, and a table goes out that no question can take a person from.
END
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build -Zzstd -z10 "$root" "$folder/safelane_$version-${revision}_$(dpkg --print-architecture).deb"
