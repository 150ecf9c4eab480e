#!/bin/sh
# How long ./swav takes to start, on every JDK from 17 here: bench/startup.sh [ROUNDS]
# Prints the median, fastest and slowest of ROUNDS (7) for 'swav --help', and from 'swav pretrain' on the sample images to its
# first optimiser step, each with the archive of classes that the launcher makes and with the JDK's own only. Everything is
# built, prepared and drawn before; the ways take turns. For Linux, on a machine that does nothing else.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
rounds=${1:-7}
work=$(mktemp -d)
child=
trap 'kill "$child" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
mkfifo lines

now() {
    echo $(($(date +%s%N) / 1000000))
}

# Milliseconds that the words given take to end.
until_end() {
    start=$(now)
    "$@" >/dev/null
    echo $(($(now) - start))
}

# Milliseconds from the words given to the line about the first step; then the run is ended.
until_first_step() {
    rm -rf runs
    start=$(now)
    "$@" >lines 2>&1 &
    child=$!
    took=
    while read -r line; do
        case $line in
            *'step 1/'*)
                took=$(($(now) - start))
                kill -9 "$child"
                break
                ;;
        esac
    done <lines
    wait "$child" 2>/dev/null || true
    child=
    if [ -z "$took" ]; then
        echo "bench/startup.sh: '$*' ended before its first step" >&2
        return 1
    fi
    echo "$took"
}

# "median (fastest to slowest)" of the numbers on standard input.
summary() {
    sort -n | awk '{ t[NR] = $1 / 1000 } END {
        m = NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2
        printf "%.2f s (%.2f to %.2f)", m, t[1], t[NR] }'
}

jdks=$(for home in /usr/lib/jvm/*; do
    [ -x "$home/bin/javac" ] && [ -r "$home/release" ] && readlink -f "$home"
done | sort -u)
export TERM=dumb
unset SWAV_JAVA_OPTS

for jdk in $jdks; do
    # builds, makes the archive, draws the sample images
    JAVA_HOME=$jdk "$root/swav" --version >/dev/null
    JAVA_HOME=$jdk until_first_step "$root/swav" pretrain >/dev/null
done
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    for jdk in $jdks; do
        export JAVA_HOME="$jdk"
        for archive in launcher jdk; do
            unset SWAV_JAVA_OPTS
            [ "$archive" = launcher ] || export SWAV_JAVA_OPTS="-XX:SharedArchiveFile=$jdk/lib/server/classes.jsa"
            until_end "$root/swav" --help >>"help.${jdk##*/}.$archive"
            until_first_step "$root/swav" pretrain >>"pretrain.${jdk##*/}.$archive"
        done
    done
done
printf '%-26s %-26s %-26s %s\n' "median of $rounds (range)" '' 'archive of the launcher' "the JDK's own only"
for jdk in $jdks; do
    for command in help pretrain; do
        what='swav --help'
        [ "$command" = help ] || what='swav pretrain, to step 1'
        printf '%-26s %-26s %-26s %s\n' "${jdk##*/}" "$what" \
            "$(summary <"$command.${jdk##*/}.launcher")" "$(summary <"$command.${jdk##*/}.jdk")"
    done
done
