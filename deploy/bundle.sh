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
partial="$target.new"
rm -rf "$partial"
mkdir -p "$partial/wheels"
# Wheels only: nothing is compiled in an office without internet.
"$python" -m pip download --quiet --only-binary :all: --require-hashes -r "$here/requirements/runtime.txt" -d "$partial/wheels"
"$python" -m venv "$partial/build"
PIP_FIND_LINKS="$partial/wheels" "$partial/build/bin/pip" install --quiet --upgrade --no-index setuptools
"$partial/build/bin/pip" wheel --quiet --no-deps --no-build-isolation --no-index -w "$partial" "$here"
rm -rf "$partial/build"
cp "$here/requirements/runtime.txt" "$here/deploy/install.sh" "$partial/"
cp -r "$here/deploy/systemd" "$partial/"
(cd "$partial" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d '\n' sha256sum > SHA256SUMS)
mv "$partial" "$target"
echo "$target is whole, for $("$python" -c 'import sys,platform; print("Python %d.%d on %s" % (*sys.version_info[:2], platform.machine()))')."
