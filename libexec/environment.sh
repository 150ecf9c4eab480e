# shellcheck shell=sh
# What must be in the environment before java starts, for ./swav and the benchmarks, which source this file and then call
# set_environment. What is set from outside stays. docs/architecture.md has the measurements.

# Which memory allocator SWAV_ALLOCATOR asks for; the caller ends the program if it is none of these.
allocator_is_known() {
    case ${SWAV_ALLOCATOR:-auto} in
        auto | glibc | jemalloc | system) ;;
        *)
            printf "swav: SWAV_ALLOCATOR: '%s' is not an allocator; it must be auto, glibc, jemalloc or system.\n" \
                "$SWAV_ALLOCATOR" >&2
            return 1
            ;;
    esac
}

# Sets jemalloc to the path of a libjemalloc that this machine's programs can load; to nothing if there is none.
find_jemalloc() {
    for jemalloc in /usr/lib/"$(uname -m)"-linux-gnu/libjemalloc.so.2 /usr/lib64/libjemalloc.so.2 \
        /usr/local/lib/libjemalloc.so.2; do
        ! loads "$jemalloc" || return 0
    done
    jemalloc=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null |
        sed -n 's/.*libjemalloc\.so\.2 .*x86-64.* => //p' | head -n 1)
    loads "$jemalloc" || jemalloc=
}

# Whether the library at $1 can be preloaded: the loader complains, for any program, about those that cannot.
loads() {
    [ -r "$1" ] && [ -z "$(LD_PRELOAD=$1 /bin/sh -c : 2>&1)" ]
}

# A step's large blocks, given back to the kernel and faulted in again in the next, take a third of the CPU time. So memory
# is kept, on huge pages. glibc leaves what it does not know aside; huge pages need 2.35.
keep_memory_with_glibc() {
    tunables=glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184
    tunables=$tunables:glibc.malloc.top_pad=1073741824:glibc.malloc.arena_max=1
    export GLIBC_TUNABLES="${GLIBC_TUNABLES-$tunables}"
}

keep_memory_with_jemalloc() {
    export LD_PRELOAD="$jemalloc${LD_PRELOAD:+:$LD_PRELOAD}"
    export MALLOC_CONF="${MALLOC_CONF-dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always,narenas:1}"
}

# By itself jemalloc where it is installed: no slower, with less memory (docs/performance.md).
set_allocator() {
    case ${LD_PRELOAD:-} in
        *malloc*) return ;; # preloaded already
    esac
    case ${SWAV_ALLOCATOR:-auto} in
        system) ;;
        glibc) keep_memory_with_glibc ;;
        jemalloc)
            find_jemalloc
            if [ -z "$jemalloc" ]; then
                echo 'swav: SWAV_ALLOCATOR=jemalloc: there is no libjemalloc.so.2 here; install it (apt install libjemalloc2)' \
                    'or leave SWAV_ALLOCATOR unset.' >&2
                return 1
            fi
            keep_memory_with_jemalloc
            ;;
        *)
            jemalloc=
            [ -n "${GLIBC_TUNABLES+set}" ] || find_jemalloc
            if [ -n "$jemalloc" ]; then
                keep_memory_with_jemalloc
            else
                keep_memory_with_glibc
            fi
            ;;
    esac
}

# For libtorch with CUDA: the CUDA that Python packages bring, where there are any, behind what the system has.
find_cuda() {
    cuda=$(python3 -c 'import glob, sys
print(":".join(d for p in sys.path for d in sorted(glob.glob(p + "/nvidia/*/lib"))))' 2>/dev/null || true)
    export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}${LD_LIBRARY_PATH:+:}$cuda"
}

set_environment() {
    allocator_is_known || return 2
    system=$(uname -s)
    if [ "$system" = Linux ] && getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
        set_allocator || return 1
    fi
    # OpenCV refuses larger pictures instead of allocating what a forged header asks for, and does not write to the terminal.
    export OPENCV_IO_MAX_IMAGE_PIXELS="${OPENCV_IO_MAX_IMAGE_PIXELS-67108864}"
    export OPENCV_LOG_LEVEL="${OPENCV_LOG_LEVEL-OFF}"
    # libtorch warns of what is normal between hosts, as that one has no name; what fails is said by swav itself.
    export TORCH_CPP_LOG_LEVEL="${TORCH_CPP_LOG_LEVEL-ERROR}"
    # In the C locale java cannot open files with names beyond ASCII.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
        C | POSIX) [ "$system" != Linux ] || export LC_ALL=C.UTF-8 ;;
    esac
}
