#!/bin/sh
# Whether the newest commit, built twice in folders of different names, gives the same jars and archives byte by byte. Takes
# two builds' time and some 2 GB below TMPDIR, and ends with 1 if a file differs.
#   dist/reproducible.sh [OPTION-FOR-MAVEN ...]
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
commit=$(git -C "$root" rev-parse HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# jars keep who may read the files that they were made of
umask 022

for name in first 'the second'; do
    git clone -q "$root" "$work/$name"
    git -C "$work/$name" checkout -q --detach "$commit"
    (
        cd "$work/$name"
        sh ./mvnw -q -Dmaven.test.skip=true "$@" package >&2
        find core app bench dist \( -path '*/target/*.jar' -o -path 'dist/target/swav4j-*' -o -path 'dist/target/sbom.json' \) -type f -exec sha256sum {} + | sort -k 2
    ) >"$work/$name.sums"
done
cat "$work/first.sums"
diff "$work/first.sums" "$work/the second.sums" >"$work/difference" || {
    echo 'These differ:' >&2
    cat "$work/difference" >&2
    exit 1
}
echo 'Both builds gave the same bytes.'
