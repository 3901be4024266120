
# Whether a process has a handler for a signal; without one the signal would end it.
handles() {
    local mask
    mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
    [ -n "$mask" ] && (((16#$mask >> ($(kill -l "$2") - 1)) & 1))
}

ids=$(node_processes)
if [ -n "$ids" ]; then
    id=${ids%%$'\n'*}
    say "$green" " $name is running, pid is $id."
    # A node that runs is signalled, in case it has something to read again.
    for signal in USR1 USR2; do
        if handles "$id" "$signal"; then
            kill -s "$signal" "$id"
        fi
    done
    exit 0
fi

ulimit -n 1024
export RUST_LOG=bcos_wasm=error

touch nohup.out
written=$(wc -c <nohup.out)
nohup "$binary" -c config.ini -g config.genesis </dev/null >>nohup.out 2>&1 &

sleep 1.5
for _ in 1 2 3 4; do
    sleep 0.5
    ids=$(node_processes)
    # Only what this start has written counts.
    if [ -n "$ids" ] && tail -c "+$((written + 1))" nohup.out | tail -n 20 | grep -q -e running -e 'initialize server'; then
        say "$green" " $name start successfully pid=${ids%%$'\n'*}"
        exit 0
    fi
done
say "$red" "  Exceed waiting time. Please try again to start $name "
tail -n 20 nohup.out
exit 1
