#!/usr/bin/env bash
# compute-sanitizer over a folder made by scripts/gpu-bundle, on a machine with a GPU: sanitize.sh [LOGS]
#
# memcheck and initcheck look at recorded calls, generated calls and tests; synccheck and racecheck at those whose kernels
# share memory between threads: reductions, scans, selections, sorting. A planted write out of bounds must be found, so that
# the check is known to check. Kernels come from BORNITE_CACHE_DIR: fill it by run.sh first, else each is compiled here.
# SECONDS_EACH, 1800 unless set, is how long each may take, SIDE_BY_SIDE how many run at a time. Ends with 0 if nothing was
# found but what was planted.
set -u
here=$(cd "$(dirname "$0")" && pwd)
logs=$(mkdir -p "${1:-sanitizer}" && cd "${1:-sanitizer}" && pwd)
export BORNITE_TEST_DEVICE=${BORNITE_TEST_DEVICE:-cuda:0}
# Every piece of memory as long as was asked for: a write behind it is seen. For initcheck, not allocated in stream order: of
# such memory it reports reads of what a kernel on another stream has written, in programs that are right as well.
export BORNITE_CUDA_EXACT=1
tool=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
[ -x "$tool" ] || { echo "compute-sanitizer was not found: it comes with the CUDA toolkit"; exit 2; }

# look TOOL NAME COMMAND…: nothing may be found. (Asking the driver whether an address is its own is no error.) Most of the
# time goes into preparing kernels, on one core: several looks run side by side.
look() {
    while [ "$(jobs -rp | wc -l)" -ge "${SIDE_BY_SIDE:-$(nproc)}" ]; do wait -n; done
    look_alone "$@" &
}
look_alone() {
    local kind=$1 name=$1-$2 begun=$SECONDS status
    shift 2
    # Memory that one stream frees and another uses is an error too.
    [ "$kind" = memcheck ] && set -- --track-stream-ordered-races all "$@"
    [ "$kind" = initcheck ] && local -x BORNITE_CUDA_EXACT=plain
    timeout "${SECONDS_EACH:-1800}" "$tool" --tool "$kind" --report-api-errors no --error-exitcode 9 "$@" >"$logs/$name.txt" 2>&1
    status=$?
    if [ $status -eq 0 ]; then
        echo "ok      $name ($((SECONDS - begun)) s): $(grep 'SUMMARY' "$logs/$name.txt" | sed 's/=* *//')"
    else
        echo "FAILED  $name (status $status): $(grep -E 'SUMMARY|test result' "$logs/$name.txt" | tr '\n' ' ')"
    fi | tee -a "$logs/summary.txt"
}

: >"$logs/summary.txt"
log="$logs/planted.txt"
if timeout 120 "$tool" --tool memcheck --error-exitcode 9 "$here/tests/planted_write" >"$log" 2>&1; then
    echo "FAILED  the planted write was not found, see $log"
elif grep -q 'Invalid __global__ write' "$log"; then
    echo "ok      the planted write was found"
else
    echo "FAILED  the planted write did not run, see $log"
fi | tee -a "$logs/summary.txt"
calls=("$here/bin/bornite-conformance" check --device "$BORNITE_TEST_DEVICE" --against cpu --jobs 1)
# look_at_each TOOL PROGRAM: each of a program's tests by itself, side by side.
look_at_each() {
    local one
    for one in $("$here/tests/$2" --list --format terse | sed -n 's/: test$//p'); do
        look "$1" "$2-${one//::/-}" "$here/tests/$2" --exact "$one"
    done
}
for kind in memcheck initcheck; do
    look $kind replay "$here/bin/bornite-conformance" replay --device "$BORNITE_TEST_DEVICE" --jobs 1 \
        --excused "$here/data/corpora/later.txt" "$here/data/corpora/tier1"
    look $kind check "${calls[@]}" --cases 5
    for test in regressions statuses surface; do
        look $kind $test "$here/tests/$test"
    done
    for test in devices jobs views; do
        look_at_each $kind $test
    done
done
look_at_each synccheck devices
# racecheck loses track of kernels that many threads start, and says so: those tests have `check` for it, below.
look racecheck devices "$here/tests/devices" --skip agree_with_the_cpu --test-threads 1
look memcheck streams "$here/tests/streams"
# Of kernels that several threads start on streams of their own initcheck gives a wrong account: stream_order.cu.
look initcheck streams "$here/tests/streams" --skip many_threads_with --test-threads 1
for kind in synccheck racecheck; do
    look $kind selections "$here/tests/jobs" selections
    look $kind scatters "$here/tests/jobs" scatters
    for name in sum var argmax max cumsum cumprod nonzero matmul; do
        look $kind "$name" "${calls[@]}" --only ".$name" --cases 20
    done
done
wait
! grep -q "^FAILED" "$logs/summary.txt"
