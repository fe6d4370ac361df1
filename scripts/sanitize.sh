#!/usr/bin/env bash
# compute-sanitizer over the test binaries of a folder, on a machine with a GPU: sanitize.sh [FOLDER] [LOGS]
#
# FOLDER holds binaries of the tests, named as their files in tests/ and conformance/tests/ (default: beside this script).
# memcheck, initcheck and synccheck look at what indexes, reduces, scans and selects, racecheck at reductions and scans; a
# planted write out of bounds must be found, so that the check is known to check. Kernels come from BORNITE_CACHE_DIR:
# fill it by a run without the sanitizer first. Ends with 0 if nothing was found but what was planted.
set -u
folder=$(cd "${1:-$(dirname "$0")}" && pwd)
logs=$(mkdir -p "${2:-sanitizer}" && cd "${2:-sanitizer}" && pwd)
export BORNITE_TEST_DEVICE=${BORNITE_TEST_DEVICE:-cuda:0}
# Every piece of memory as long as was asked for: a write behind it is seen.
export BORNITE_CUDA_EXACT=1
tool=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
[ -x "$tool" ] || { echo "compute-sanitizer was not found: it comes with the CUDA toolkit"; exit 2; }
failed=0

# check TOOL TEST [FILTER]: nothing may be found. (Asking the driver whether an address is its own is no error.)
check() {
    [ -x "$folder/$2" ] || { echo "$1 $2: no such binary"; failed=1; return; }
    local log="$logs/$1-$2.txt"
    if timeout "${SECONDS_EACH:-300}" "$tool" --tool "$1" --report-api-errors no --error-exitcode 9 "$folder/$2" ${3:-} >"$log" 2>&1; then
        echo "$1 $2: $(grep 'SUMMARY' "$log" | sed 's/=* *//')"
    else
        echo "$1 $2 FAILED: $(grep -E 'SUMMARY|test result' "$log" | tr '\n' ' '), see $log"
        failed=1
    fi
}

log="$logs/planted.txt"
if timeout 120 "$tool" --tool memcheck --error-exitcode 9 "$folder/planted" >"$log" 2>&1; then
    echo "the planted write was NOT found, see $log"
    failed=1
elif grep -q 'Invalid __global__ write' "$log"; then
    echo "the planted write was found"
else
    echo "the planted write did not run, see $log"
    failed=1
fi
for each in memcheck initcheck synccheck; do
    check "$each" statuses
    check "$each" jobs gathers
    check "$each" devices fused_reductions
    check "$each" views what_is_assigned
done
for each in memcheck racecheck; do
    check "$each" devices sums_and_moments
done
check racecheck devices fused_reductions
exit $failed
