#!/usr/bin/env bash
# Makes a folder with everything that an office without internet needs: the wheels of the lock, with their hashes,
# Safelane's own wheel, and the installer.
#
#   deploy/bundle.sh TARGET [PYTHON]
set -euo pipefail
target=${1:?"usage: deploy/bundle.sh TARGET [PYTHON]"}
python=${2:-python3}
here=$(cd "$(dirname "$0")/.." && pwd)
[ ! -e "$target" ] || { echo "$target is there already; name a new folder." >&2; exit 1; }
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || stat -c %Y "$here/setup.cfg")}
umask 022
partial="$target.new"
rm -rf "$partial"
mkdir -p "$partial/wheels"
# Wheels only: nothing is compiled in an office without internet.
for lock in runtime installer; do
    "$python" -m pip --disable-pip-version-check download --quiet --only-binary :all: --no-deps --require-hashes \
        -r "$here/requirements/$lock.txt" -d "$partial/wheels"
done
"$python" -m venv --without-pip "$partial/build"
pip=("$partial"/wheels/pip-*.whl)  # runs from its wheel
"$partial/build/bin/python" "${pip[0]}/pip" install --quiet --no-index --no-deps "$partial"/wheels/setuptools-*.whl
# The sources alone, without what an environment or a former build left beside them.
mkdir "$partial/tree"
(cd "$here" && cp -r --parents setup.cfg pyproject.toml README.md LICENSE NOTICE requirements gateway policies anonymisers audit "$partial/tree")
find "$partial/tree" -name __pycache__ -prune -exec rm -rf {} +
"$here/deploy/release/wheel.sh" "$partial" "$partial/tree" "$partial/build/bin/python"
rm -rf "$partial/build" "$partial/tree"
cp "$here/requirements/runtime.txt" "$here/deploy/install.sh" "$partial/"
cp -r "$here/deploy/systemd" "$partial/"
(cd "$partial" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d '\n' sha256sum > SHA256SUMS)
mv "$partial" "$target"
echo "$target is whole, for $("$python" -c 'import sys,platform; print("Python %d.%d on %s" % (*sys.version_info[:2], platform.machine()))')."
