#!/bin/bash
# Whether a service of this container says that it is ready: `ready.sh MONITOR-PORT`. Asked every few seconds, so it starts no interpreter.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
read -t 3 -r _ status _ <&3
[ "$status" = 200 ]
