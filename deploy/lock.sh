#!/bin/bash
# Writes deploy/requirements.txt: the exact version of every package that the image installs, as pip resolves pyproject.toml today.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/source"
cp -r pyproject.toml services shared "$folder/source/"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --upgrade 'setuptools>=77' "$folder/source"
{
  echo '# Written by `make lock`; installed by deploy/Dockerfile. setuptools builds the product itself.'
  "$folder/venv/bin/python" -m pip freeze --all --exclude tonghop --exclude pip
} > "$folder/requirements.txt"
mv "$folder/requirements.txt" deploy/requirements.txt
