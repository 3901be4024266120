#!/bin/bash
# Starts all nodes beside this file at once, and ends with 1 if one did not start.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1

started=()
for directory in "$here"/*/; do
    directory=${directory%/}
    if [ -f "$directory/config.ini" ] && [ -f "$directory/start.sh" ]; then
        echo "try to start ${directory##*/}"
        bash "$directory/start.sh" &
        started+=("$!")
    fi
done

status=0
for id in "${started[@]}"; do
    wait "$id" || status=1
done
exit "$status"
