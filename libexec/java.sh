# shellcheck shell=sh
# Finds a Java and starts the program with it, for the swav of a checkout and that of a distribution. They set
#   jar         the program's own, first of the class path
#   classpath   all of it
#   target      the folder where an archive of its classes may be kept
# shellcheck disable=SC2154

fail() {
    printf 'swav: %s\n' "$1" >&2
    exit 1
}

# Sets feature (17) and runtime (17.0.15+6) to the versions of the JDK at $1; to nothing if there is none.
read_java_version() {
    feature=
    runtime=
    [ -x "$1/bin/java" ] || return 0
    if [ -r "$1/release" ]; then
        while IFS='="' read -r name _ value _; do
            case $name in
                JAVA_VERSION) feature=${value%%[!0-9]*} ;;
                JAVA_RUNTIME_VERSION) runtime=$value ;;
            esac
        done <"$1/release"
    else
        runtime=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
        feature=${runtime%%[!0-9]*}
    fi
}

# Whether the JDK at $1 will do; to build it must have a compiler ($2 = build).
usable() {
    read_java_version "$1"
    [ -n "$feature" ] && [ "$feature" -ge 17 ] && { [ "$2" != build ] || [ -x "$1/bin/javac" ]; }
}

# What is at the JAVA_HOME $1, in brackets, for a message that it will not do.
told() {
    [ -n "$1" ] || return 0
    read_java_version "$1"
    if [ -n "$feature" ]; then
        printf ' (%s: Java %s)' "$1" "$runtime"
    else
        printf ' (%s: no Java there)' "$1"
    fi
}

# Sets java_home, feature and runtime for the purpose $1 (build or run).
find_java() {
    java_home=${JAVA_HOME:-}
    if [ -n "$java_home" ] && usable "$java_home" "$1"; then
        return 0
    fi
    on_path=$(command -v java || true)
    if [ -n "$on_path" ]; then
        resolved=$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")
        on_path=${resolved%/bin/java}
    fi
    mac=
    if [ -x /usr/libexec/java_home ]; then
        mac=$(/usr/libexec/java_home -v 17+ 2>/dev/null || true)
    fi
    for java_home in "$on_path" "$mac" /usr/lib/jvm/*; do
        if [ -n "$java_home" ] && usable "$java_home" "$1"; then
            return 0
        fi
    done
    what='Java 17 or newer is needed'
    [ "$1" = run ] || what='a JDK 17 or newer (with javac) is needed to build'
    fail "$what, and none was found in JAVA_HOME$(told "${JAVA_HOME:-}"), on the PATH or in /usr/lib/jvm.
      Install one (apt install openjdk-17-jdk, brew install openjdk, https://adoptium.net) or set JAVA_HOME."
}

# Sets heap, in MB, for the program's own objects; images and tensors live outside it. An eighth of the memory, 512 MB to
# 4 GB.
choose_heap() {
    if [ -r /proc/meminfo ]; then
        read -r _ kb _ </proc/meminfo # MemTotal comes first
        mb=$((kb / 1024))
    else
        mb=$(($(sysctl -n hw.memsize 2>/dev/null || echo 8589934592) / 1048576))
    fi
    if [ -r /sys/fs/cgroup/memory.max ]; then
        read -r limit </sys/fs/cgroup/memory.max
        if [ "$limit" != max ] && [ $((limit / 1048576)) -lt "$mb" ]; then
            mb=$((limit / 1048576))
        fi
    fi
    heap=$((mb / 8))
    [ "$heap" -ge 512 ] || heap=512
    [ "$heap" -le 4096 ] || heap=4096
}

# Sets options: what every start of java takes, as a list of words.
choose_java_options() {
    choose_heap
    options="-Xmx${heap}m -XX:-UsePerfData -Dfile.encoding=UTF-8 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"
    if [ "$feature" -ge 22 ]; then
        options="$options --enable-native-access=ALL-UNNAMED -Djdk.console=java.base"
    fi
    if [ "$feature" -ge 24 ]; then
        options="$options --sun-misc-unsafe-memory-access=allow"
    fi
}

# Sets archive to a file with the program's classes as java keeps them in memory, which makes a start faster; to nothing
# where there is none. It is made once for each build and Java. Java checks it too, and goes without where it does not fit.
find_class_archive() {
    archive=$target/launcher-$feature.jsa
    key="$java_home $runtime $classpath"
    # shellcheck disable=SC3013 # dash, bash, ksh and busybox have -nt
    if [ "$(cat "$archive.key" 2>/dev/null)" != "$key" ] || [ "$jar" -nt "$archive.key" ]; then
        # where nothing can be written, as in somebody else's checkout, another Java's archive must not be used either
        if ! [ -w "$target" ] || ! make_class_archive; then
            archive=
            return
        fi
    fi
    [ -f "$archive" ] || archive=
}

# The key is written even if java could not make an archive, so that it is not tried at every start.
make_class_archive() {
    work=$target/launcher.$$
    mkdir "$work" 2>/dev/null || return 1
    trap 'rm -rf "$work"; exit 130' INT TERM
    echo "Preparing for Java $feature (once for this build) ..." >&2
    rm -f "$archive" "$archive.key"
    # with G1, the archive holds constants as well, which the serial collector can read but not write
    # shellcheck disable=SC2086
    if {
        "$java_home/bin/java" $options -XX:+UseSerialGC "-XX:DumpLoadedClassList=$work/classes.lst" \
            -cp "$classpath" org.swav4j.cli.Rehearsal "$work/rehearsal" &&
            "$java_home/bin/java" $options -XX:+UseG1GC -Xshare:dump "-XX:SharedClassListFile=$work/classes.lst" \
                "-XX:SharedArchiveFile=$work/classes.jsa" -cp "$classpath"
    } >"$work/log" 2>&1 </dev/null; then
        mv -f "$work/classes.jsa" "$archive" || true
    fi
    mv -f "$work/log" "$target/launcher-$feature.log" || true
    { printf '%s\n' "$key" >"$work/key" && mv -f "$work/key" "$archive.key"; } || true
    rm -rf "$work"
    trap - INT TERM
}

# Whether the words ask for a text only. That is done before java's second compiler pays.
prints_only() {
    for last; do :; done
    case ${last:---help} in -h | --help) return 0 ;; esac
    case $1 in -V | --version | help | presets) return 0 ;; esac
    return 1
}

# Becomes java. $java_home, $feature and $runtime are find_java's; what is not set from outside is chosen.
start_java() {
    choose_java_options
    find_class_archive
    # an archive that does not fit is no reason to print anything
    silence='-Xlog:cds*=off,class+path=off'
    [ "$feature" -lt 24 ] || silence="$silence,aot*=off"
    quick=
    ! prints_only "$@" || quick=-XX:TieredStopAtLevel=1
    # exec, so that Ctrl-C and kill reach java. $options, $quick and SWAV_JAVA_OPTS are lists of words.
    # shellcheck disable=SC2086
    exec "$java_home/bin/java" $options -XX:+UseSerialGC ${archive:+"-XX:SharedArchiveFile=$archive"} "$silence" $quick \
        "-Dswav.command=$0" ${SWAV_JAVA_OPTS:-} -cp "$classpath" org.swav4j.cli.Main "$@"
}
