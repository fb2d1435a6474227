#!/usr/bin/env bash
# Builds the wheel of a source tree, with the setuptools of a Python. Equal input gives equal bytes.
#
#   deploy/release/wheel.sh FOLDER TREE PYTHON
#
# TREE holds nothing but the sources, since setuptools leaves its own files where it builds: `git archive` makes one.
# SOURCE_DATE_EPOCH is the time that each file in the wheel has.
set -euo pipefail
usage="usage: deploy/release/wheel.sh FOLDER TREE PYTHON"
folder=$(realpath "${1:?$usage}") tree=${2:?$usage} python=$(realpath --no-symlinks "${3:?$usage}")
: "${SOURCE_DATE_EPOCH:?Set SOURCE_DATE_EPOCH, or two builds have different bytes.}"
umask 022
# The hook that pip would call (PEP 517), without pip and an environment for it.
said=$(cd "$tree" && "$python" -c 'import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])' "$folder" 2>&1) ||
    { echo "$said" >&2; exit 1; }
