#!/bin/sh
# As in the real image: arguments that begin with a dash are those of nats-server.
case "${1:-}" in -*) set -- nats-server "$@" ;; esac
exec "$@"
