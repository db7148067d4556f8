#!/bin/bash
# Writes the two lock files: exact versions with hashes, the same for every Python that the product supports, and no address of a registry.
# `make lock` keeps the versions that are locked, as far as pyproject.toml allows them; `make lock UPGRADE=1` takes the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input uv
# What builds the product is locked too: it is built without a network.
sed -n 's/^requires = \["\(setuptools[^"]*\)"\]$/\1/p' pyproject.toml > "$folder/build.in"
grep -q . "$folder/build.in"

compile() { # FILE ARGUMENTS…
  cp "deploy/$1" "$folder/$1" 2>/dev/null || true
  "$folder/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    ${UPGRADE:+--upgrade} -o "$folder/$1" pyproject.toml "$folder/build.in" "${@:2}" >/dev/null
  { echo '# Written by `make lock`.'; cat "$folder/$1"; } > "$folder/written"
  cp "$folder/written" "deploy/$1"
}
compile requirements.txt
compile requirements-dev.txt --extra dev --constraint "$folder/requirements.txt"
