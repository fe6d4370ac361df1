#!/usr/bin/env bash
# Runs a folder made by scripts/gpu-bundle on a machine with an NVIDIA driver, and leaves a report beside it.
#
#   ./run.sh [REPORT_FOLDER]
#
# BORNITE_DEVICE      the device, cuda:0 unless set
# BORNITE_STEPS       which of "replay tests check pictures versus sanitize" are run; all but the last unless set
# BORNITE_MINUTES     how long generated calls are compared with the CPU, 2 unless set
# BORNITE_STEP_LIMIT  seconds after which a step is stopped, 1800 unless set
# BORNITE_PEERS       what versus compares with, "cupy,torch" unless set; those that Python does not have are left out
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
report=${1:-$here/report}
device=${BORNITE_DEVICE:-cuda:0}
steps=${BORNITE_STEPS:-replay tests check pictures versus}
limit=${BORNITE_STEP_LIMIT:-1800}
mkdir -p "$report"
report=$(cd "$report" && pwd)
export BORNITE_CACHE_DIR=${BORNITE_CACHE_DIR:-$report/kernels}
summary=$report/summary.txt
: >"$summary"

# note NAME COMMAND…: runs a command, keeps what it prints, and writes whether it went well into the summary.
note() {
    local name=$1 begun=$SECONDS status
    shift
    timeout "$limit" "$@" >"$report/$name.txt" 2>&1
    status=$?
    if [ $status -eq 0 ]; then
        echo "ok      $name ($((SECONDS - begun)) s)" | tee -a "$summary"
    else
        echo "FAILED  $name (status $status, $((SECONDS - begun)) s): $(tail -n 1 "$report/$name.txt")" | tee -a "$summary"
    fi
}

wanted() { [[ " $steps " == *" $1 "* ]]; }

nvidia-smi >"$report/machine.txt" 2>&1 || echo "no nvidia-smi here" >>"$report/machine.txt"
if wanted replay; then
    note replay "$here/bin/bornite-conformance" replay --device "$device" --report "$report/replay.json" \
        --excused "$here/data/corpora/later.txt" "$here/data/corpora/tier1"
fi
if wanted tests; then
    one() { note "test-$1" env BORNITE_TEST_DEVICE="$device" "$here/tests/$1"; }
    # Those that compile most, side by side; the others want the device's memory, or its counters, for themselves.
    long="devices jobs trees views"
    for test in $long; do one "$test" & done
    wait
    for test in "$here"/tests/*; do
        test=$(basename "$test")
        [[ " $long " == *" $test "* ]] || one "$test"
    done
fi
if wanted check; then
    note check "$here/bin/bornite-conformance" check --device "$device" --against cpu \
        --minutes "${BORNITE_MINUTES:-2}" --report "$report/check.json"
fi
if wanted pictures; then
    photo=$here/data/examples/coffee.png
    note photo-cpu "$here/bin/photo_lab" --device cpu --input "$photo" --out "$report/pictures-cpu"
    note photo-gpu "$here/bin/photo_lab" --device "$device" --input "$photo" --out "$report/pictures-gpu" \
        --against "$report/pictures-cpu"
    cd "$report" || exit 2
    for example in heat mandelbrot black_scholes; do
        note "example-$example" "$here/bin/$example" --device "$device"
    done
fi
if wanted versus; then
    note versus "$here/bin/bornite-versus" --device "$device" --peers "${BORNITE_PEERS:-cupy,torch}" \
        --seconds 0.3 --report "$report/versus.json"
    cat "$report/versus.txt"
    note figures "$here/bin/bornite-gpu-figures"
    cat "$report/figures.txt"
fi
if wanted sanitize; then
    note sanitize "$here/sanitize.sh" "$report/sanitizer"
    cat "$report/sanitize.txt"
fi
cat "$summary"
! grep -q "^FAILED" "$summary"
