#!/bin/bash
# Run by the service `certificates` of docker-compose.yml. Running it again changes nothing before a certificate has fewer than 30 days left;
# `certificates.sh renew` makes all of them again.
set -euo pipefail
tonghop tls init --out deploy/tls --host nats=nats-1,nats-2,nats-3 --host mongo=mongo-1,mongo-2,mongo-3 --host "ingest=ingest,$TLS_HOSTS" --host "portal=portal,$TLS_HOSTS"
if [ "${1:-}" = renew ]; then tonghop tls renew --out deploy/tls; fi
# The two services run as this user, without the right to read other users' files. NATS and MongoDB start as root.
chown -R 10001 deploy/tls/ingest deploy/tls/portal
