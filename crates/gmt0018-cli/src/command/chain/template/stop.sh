
ids=$(node_processes)
if [ -z "$ids" ]; then
    say "$green" " $name isn't running."
    exit 0
fi
for id in $ids; do
    kill "$id" 2>/dev/null
done
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    if [ -z "$(node_processes)" ]; then
        say "$green" " stop $name success."
        exit 0
    fi
done
say "$red" "  Exceed maximum number of retries. Please try again to stop $name"
exit 1
