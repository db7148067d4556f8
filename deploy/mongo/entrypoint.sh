#!/bin/bash
# mongod wants its key file readable by its own user only, which no mount can promise, and certificate and key in one file: write both here,
# then go on as the image does. Clients need no certificate, but they have to log in.
set -euo pipefail
umask 077
printf '%s\n' "$MONGO_REPLICA_KEY" > /etc/mongo-replica.key
cat /tonghop/tls/tls.crt /tonghop/tls/tls.key > /etc/mongo-tls.pem
chown mongodb:mongodb /etc/mongo-replica.key /etc/mongo-tls.pem
chmod 400 /etc/mongo-replica.key /etc/mongo-tls.pem
unset MONGO_REPLICA_KEY
exec docker-entrypoint.sh mongod --replSet rs0 --bind_ip_all --keyFile /etc/mongo-replica.key \
  --tlsMode requireTLS --tlsCertificateKeyFile /etc/mongo-tls.pem --tlsCAFile /tonghop/ca/ca.crt --tlsAllowConnectionsWithoutCertificates "$@"
