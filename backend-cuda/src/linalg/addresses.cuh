// The addresses of blocks of memory that lie one after the other.

struct Args {
    u64* list;
    u64 first, step, count;
};

extern "C" __global__ void BOUNDS(256) addresses(const __grid_constant__ Args a) {
    const u64 i = (u64)blockIdx.x * 256 + threadIdx.x;
    if (i < a.count) a.list[i] = a.first + i * a.step;
}
