#!/bin/bash
# Makes .env of .env.example, or of an earlier version's .env what this version needs: adds the variables that are missing, and fills in each
# secret that is empty. What is there stays. Prints no secret.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
[ -e .env ] || cp .env.example .env
chmod 600 .env
if [ -n "$(tail -c 1 .env)" ]; then echo >> .env; fi
while IFS= read -r line; do
  name=${line%%=*}
  if [[ ! $line =~ ^[A-Z_]+= ]] || grep -q "^$name=" .env; then
    continue
  fi
  printf '%s\n' "$line" >> .env
done < .env.example
filled=()
while IFS= read -r name; do
  secret=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  sed -i "s/^$name=\$/$name=$secret/" .env
  filled+=("$name")
done < <(grep -oE '^[A-Z_]+_(PASSWORD|KEY)=$' .env | tr -d '=')
echo ".env: đã điền (filled in): ${filled[*]:-không có gì thiếu (nothing was missing)}"
