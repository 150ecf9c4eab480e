#!/bin/sh
# Measures swav4j on an NVIDIA GPU, phase by phase: what is there; training in float32 beside the CPU; images a second, memory
# and share of the peak of whole steps; trainings from JPEGs with augmentation on the CPU and on the GPU; the same step in plain
# PyTorch, where python3 has torch and torchvision.
#
#   bench/gpu.sh [IMAGES]     IMAGES: a folder of photographs; without one the trainings are left out
#
# It needs an NVIDIA GPU with its driver, CUDA 13, cuDNN 9 and NCCL (docs/gpu.md), and a JDK 17. From outside can be set
#   SWAV_CLASSPATH   classes and libraries that were built elsewhere, instead of building
#   SWAV_JAVA_OPTS   further options for java
#   GPU_OUT          where the reports go (bench/target/gpu)
#   GPU_PHASES       which phases: check parity step augment pretrain torch
#   GPU_BATCHES      batches of the steps (64 128 256); the last is that of the trainings
#   GPU_WORKERS      loader threads of the trainings (all cores but two)
set -u
root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd -P)
cd "$root" || exit 1
phases=${GPU_PHASES:-check parity step augment pretrain torch}
batches=${GPU_BATCHES:-64 128 256}
workers=${GPU_WORKERS:-$(($(nproc) > 3 ? $(nproc) - 2 : 1))}
crops=2x224@0.14-1,6x96@0.05-0.14
out=${GPU_OUT:-$root/bench/target/gpu}
mkdir -p "$out" || exit 1

if ! nvidia-smi -L >/dev/null 2>&1; then
    echo 'bench/gpu.sh: no GPU here: nvidia-smi lists none. It needs an NVIDIA GPU and its driver, see docs/gpu.md.' >&2
    exit 1
fi
if [ -z "${SWAV_CLASSPATH:-}" ]; then
    sh ./mvnw -q -Dmaven.test.skip=true -Pgpu -pl app,bench -am package || exit 1
    SWAV_CLASSPATH=app/target/classes:bench/target/classes:$(cat app/target/classpath.txt):$(cat bench/target/classpath.txt)
fi
# shellcheck source=libexec/environment.sh
. libexec/environment.sh
set_environment || exit
find_cuda
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

# phase SECONDS NAME COMMAND...: at most so long; on the terminal and in a report.
phase() {
    limit=$1
    name=$2
    shift 2
    echo "== $name"
    start=$(date +%s)
    timeout -k 5 "$limit" "$@" 2>&1 | tee "$out/$name.txt"
    echo "   ($(($(date +%s) - start)) s)"
}

# java_phase SECONDS NAME MAIN ARGUMENTS...
java_phase() {
    limit=$1
    name=$2
    shift 2
    # shellcheck disable=SC2086 # a list of words
    phase "$limit" "$name" "$java" -Xmx4g -XX:+UseSerialGC -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 ${SWAV_JAVA_OPTS:-} \
        -cp "$SWAV_CLASSPATH" "$@"
}

# A training of so many steps from JPEGs: pretrain NAME FLAGS...
pretrain() {
    name=$1
    shift
    rm -rf "${out:?}/run-$name"
    java_phase 120 "$name" org.swav4j.cli.Main pretrain --data "$out/photographs" --out "$out/run-$name" \
        --arch resnet50 --stem imagenet --crops "$crops" --prototypes 3000 --batch-size "$last" --queue-length 0 \
        --optimizer larc --base-lr 0.6 --precision bf16 --device cuda:0 --workers "$workers" --cache-mb 0 \
        --epochs 1 --max-steps 71 "$@"
    tail -n 1 "$out/run-$name/metrics.jsonl" | tee -a "$out/$name.txt"
}

for last in $batches; do :; done
# shellcheck disable=SC2086 # the batches are words
for what in $phases; do
    case $what in
        check) nvidia-smi -L; java_phase 90 check org.swav4j.bench.GpuBenchmark check ;;
        parity) java_phase 120 parity org.swav4j.bench.GpuBenchmark parity ;;
        augment) java_phase 60 augment org.swav4j.bench.GpuBenchmark augment "$last" ;;
        step) java_phase 150 step org.swav4j.bench.GpuBenchmark step resnet50 "$crops" $batches ;;
        pretrain)
            if [ -z "${1:-}" ]; then
                echo '== pretrain: left out, as no folder of photographs was given'
                continue
            fi
            # as many names as 71 steps need, linked to the same files
            rm -rf "$out/photographs" && mkdir -p "$out/photographs"
            have=$(find "$1" -type f | wc -l)
            for copy in $(seq $((71 * last / have + 1))); do cp -rlL "$1" "$out/photographs/$copy" 2>/dev/null || cp -r "$1" "$out/photographs/$copy"; done
            pretrain augment-cpu
            pretrain augment-device --augment-on device
            rm -rf "$out/photographs" "$out/run-augment-cpu/checkpoints" "$out/run-augment-device/checkpoints"
            ;;
        torch) phase 120 torch python3 bench/reference/gpu_step.py $batches ;;
        *) echo "bench/gpu.sh: '$what' is no phase" >&2 ;;
    esac
done
