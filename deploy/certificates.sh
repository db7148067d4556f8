#!/bin/bash
# Run by the service `certificates` of docker-compose.yml. Running it again changes nothing before a certificate has fewer than 30 days left;
# `certificates.sh renew` makes all of them again.
set -euo pipefail
tonghop tls init --out deploy/tls --host nats=nats-1,nats-2,nats-3 --host mongo=mongo-1,mongo-2,mongo-3 --host "ingest=ingest,$TLS_HOSTS" --host "portal=portal,$TLS_HOSTS"
if [ "${1:-}" = renew ]; then tonghop tls renew --out deploy/tls; fi
# Keys of NATS that exist stay. Each service gets a folder with its own credentials alone.
tonghop nats init --out deploy/nats-keys
for name in ingest aggregate notify portal; do
  mkdir -p -m 700 "deploy/nats-keys/services/$name"
  cp "deploy/nats-keys/creds/$name.creds" "deploy/nats-keys/services/$name/$name.creds"
  chmod 600 "deploy/nats-keys/services/$name/$name.creds"
done
# The two services run as this user, without the right to read other users' files. NATS and MongoDB start as root.
chown -R 10001 deploy/tls/ingest deploy/tls/portal deploy/nats-keys
