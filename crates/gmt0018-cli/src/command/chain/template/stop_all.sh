#!/bin/bash
# Stops all nodes beside this file, one after the other, and ends with 1 if one did not stop.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1

status=0
for directory in "$here"/*/; do
    directory=${directory%/}
    if [ -f "$directory/config.ini" ] && [ -f "$directory/stop.sh" ]; then
        echo "try to stop ${directory##*/}"
        bash "$directory/stop.sh" || status=1
    fi
done
exit "$status"
