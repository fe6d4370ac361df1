// One record in place of several: the first that tells of an error. The host writes MERGED before this text.

struct Args {
    Status* merged;
    const Status* of[MERGED];
};

extern "C" __global__ void __launch_bounds__(MERGED) merge(const __grid_constant__ Args a) {
    const Status* own = a.of[threadIdx.x];
    const u32 bad = __ballot_sync(~0u, own != 0 && own->number != NO_ERROR);
    if (bad == 0 || threadIdx.x != __ffs(bad) - 1) return;
    *a.merged = *own;
    a.merged->lock = FREE;
}
