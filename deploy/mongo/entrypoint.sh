#!/bin/bash
# mongod wants its key file readable by its own user only, which no mount can promise: write it here, then go on as the image does.
set -euo pipefail
umask 077
printf '%s\n' "$MONGO_REPLICA_KEY" > /etc/mongo-replica.key
chown mongodb:mongodb /etc/mongo-replica.key
chmod 400 /etc/mongo-replica.key
unset MONGO_REPLICA_KEY
exec docker-entrypoint.sh mongod --replSet rs0 --bind_ip_all --keyFile /etc/mongo-replica.key "$@"
