
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
name=${here##*/}
binary=$here/../fisco-bcos
cd "$here" || exit 1

# Prints the ids of the processes that are the node of this directory and of no other.
node_processes() {
    local process id arguments
    if [ -d /proc/self/cwd ]; then
        for process in /proc/[0-9]*; do
            [ "$process/cwd" -ef "$here" ] || continue
            arguments=$({ tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null)
            case $arguments in
            *"fisco-bcos -c config.ini -g config.genesis "*) printf '%s\n' "${process#/proc/}" ;;
            esac
        done
    else
        ps -axo pid=,args= | while read -r id arguments; do
            case $arguments in
            *"$binary -c config.ini -g config.genesis"*) printf '%s\n' "$id" ;;
            esac
        done
    fi
}

# Prints a line, green or red on a terminal.
say() {
    if [ -t 1 ]; then
        printf '\033[%sm%s\033[0m\n' "$1" "$2"
    else
        printf '%s\n' "$2"
    fi
}
green=32
red=31
