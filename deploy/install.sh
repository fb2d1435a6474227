#!/usr/bin/env bash
# Installs Safelane from this folder, without internet.
#
#   ./install.sh TARGET [PYTHON]        # for instance: sudo ./install.sh /opt/safelane
set -euo pipefail
target=${1:?"usage: ./install.sh TARGET [PYTHON]"}
python=${2:-python3}
cd "$(dirname "$0")"
sha256sum --quiet --check SHA256SUMS || { echo "This folder is damaged: copy it again." >&2; exit 1; }
[ ! -e "$target" ] || { echo "$target is there already; name a new folder, or move it away first." >&2; exit 1; }
# A virtual environment knows its own path, so it is made where it stays; what fails half-way is taken away again.
trap 'rm -rf "$target"' EXIT
# Debian's python3 brings no pip: one is in the folder, and runs from its wheel.
wheels=(wheels/pip-*.whl)
"$python" -m venv --without-pip "$target"
pip=("$target/bin/python" "${wheels[0]}/pip" --disable-pip-version-check install --quiet --no-index --no-deps)
PIP_FIND_LINKS=wheels "${pip[@]}" --require-hashes -r runtime.txt
"${pip[@]}" ./safelane-*.whl
"$target/bin/safelane" --version
trap - EXIT
