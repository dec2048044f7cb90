# Runs one server for a test process and outlives it by as long as cleaning up takes.
#
# Started as: sh -c THIS migsafe-supervisor FOLDER SIGNAL
# Every line on standard input is a command; its exit status is printed when it is done. Standard
# input ends when the test process ends, in whatever way: then the server is stopped with SIGNAL and FOLDER
# removed.

# A lost reader of our answers, or a signal meant for the tests, must not keep us from cleaning up.
trap '' HUP INT TERM PIPE
folder=$1
last_signal=$2
log=$folder/log
pid=

# Runs a command to its end.
run() { "$@" </dev/null >>"$log" 2>&1; }

# Starts the server, which takes signals as usual.
start() {
    (
        trap - HUP INT TERM PIPE
        exec "$@"
    ) </dev/null >>"$log" 2>&1 &
    pid=$!
}

# Tells whether the server runs. `kill -0` would count one that ended but was not waited for.
alive() {
    [ -n "$pid" ] || return 1
    jobs -l >"$folder/jobs" 2>/dev/null
    grep -q "$pid.*Running" "$folder/jobs"
}

# Stops the server with the signal $1, and with KILL if it is still there after 15 seconds.
stop() {
    [ -n "$pid" ] || return 0
    kill -"$1" "$pid" 2>/dev/null
    turns=0
    while alive; do
        turns=$((turns + 1))
        [ "$turns" -lt 750 ] || kill -KILL "$pid" 2>/dev/null
        sleep 0.02
    done
    wait "$pid" 2>/dev/null
    pid=
    return 0
}

# Made here and not by the test process: so it is never there without somebody who removes it.
mkdir -m 700 "$folder" && cd "$folder"
echo "$?"

while IFS= read -r command; do
    eval "$command"
    echo "$?"
done

stop "$last_signal"
cd /
rm -rf "$folder"
