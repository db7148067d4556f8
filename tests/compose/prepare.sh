#!/bin/bash
# Builds stand-ins for the images that docker-compose.yml names, for machines that reach no image registry; needs root, Docker, debootstrap,
# npm and a node >= 20. Every image has the tag `tonghop-stand-in`, so the real ones are never replaced. A minute, later seconds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kept=$root/.run/compose
export DOCKER_BUILDKIT=0
for tool in docker debootstrap npm node; do
  command -v "$tool" >/dev/null || { echo "Thiếu $tool (missing). Ví dụ: apt-get install docker.io docker-compose debootstrap npm" >&2; exit 2; }
done
docker info >/dev/null 2>&1 || { echo 'Docker chưa chạy (not running): systemctl start docker, hoặc dockerd &' >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! docker image inspect tonghop-stand-in-base:bookworm >/dev/null 2>&1; then
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,libcurl4 bookworm "$work/base" >/dev/null
  tar -C "$work/base" -c . | docker import - tonghop-stand-in-base:bookworm
fi
if [ ! -e "$kept/mongosh/node_modules/mongosh" ]; then
  mkdir -p "$kept/mongosh"
  (cd "$kept/mongosh" && npm install --silent mongosh)
fi

cp -r "$here/images" "$work/images"
mkdir "$work/images/python/authorities"
cp /usr/local/share/ca-certificates/*.crt "$work/images/python/authorities/" 2>/dev/null || touch "$work/images/python/authorities/none.txt"
"$root/.venv/bin/python" - "$work/images" <<'PYTHON'
import shutil, sys
from services.devstack import servers
shutil.copy(servers.find_nats_server(), f"{sys.argv[1]}/nats/nats-server")
shutil.copy(servers.find_mongod(), f"{sys.argv[1]}/mongo/mongod")
PYTHON
cp "$(readlink -f "$(command -v node)")" "$work/images/mongo/node"
cp -r "$kept/mongosh" "$work/images/mongo/mongosh"
docker build -q -t python:tonghop-stand-in "$work/images/python"
docker build -q -t nats:tonghop-stand-in "$work/images/nats"
docker build -q -t axllent/mailpit:tonghop-stand-in "$work/images/mail"
docker build -q -t mongo:tonghop-stand-in "$work/images/mongo"
