#!/bin/bash
# What the real image's entrypoint promises, in short: gives up root; makes the first user on a server that listens on loopback only and asks
# nobody who he is; then runs mongod, with --auth.
set -Eeuo pipefail
[ "${1:0:1}" = - ] && set -- mongod "$@"
if [ "$1" = mongod ] && [ "$(id -u)" = 0 ]; then
  chown -R mongodb /data/db /data/configdb
  exec setpriv --reuid=mongodb --regid=mongodb --init-groups "$BASH_SOURCE" "$@"
fi
if [ "$1" = mongod ] && [ -n "${MONGO_INITDB_ROOT_USERNAME:-}" ]; then
  if [ ! -e /data/db/WiredTiger ]; then
    mongod --fork --logpath /tmp/first.log --bind_ip 127.0.0.1 --dbpath /data/db --pidfilepath /tmp/first.pid >/dev/null
    mongosh --quiet --host 127.0.0.1 admin --eval 'db.createUser({
      user: process.env.MONGO_INITDB_ROOT_USERNAME, pwd: process.env.MONGO_INITDB_ROOT_PASSWORD, roles: [{ role: "root", db: "admin" }] })'
    mongod --shutdown --dbpath /data/db >/dev/null
  fi
  unset "${!MONGO_INITDB_@}"
  set -- "$@" --auth
fi
exec "$@"
