// Shows what compute-sanitizer's initcheck makes of memory that is allocated in stream order. The program is right: every read
// comes after an event that was recorded behind the write, nothing is freed, and the values are compared at the end. With
// an argument the memory comes from cudaMallocAsync, else from cudaMalloc.
//
//   nvcc -O2 -o stream_order scripts/stream_order.cu
//   compute-sanitizer --tool initcheck ./stream_order          # 0 errors
//   compute-sanitizer --tool initcheck ./stream_order async    # on a busy GPU now and then thousands
#include <cstdio>
#include <cuda_runtime.h>
#include <mutex>
#include <thread>
#include <vector>

const int N = 1 << 13, THREADS = 16, ROUNDS = 120, KEPT = 24;
__global__ void put(double2* to, double value) { to[blockIdx.x * blockDim.x + threadIdx.x] = make_double2(value, value); }
__global__ void add(double2* to, const double2* x, const double2* y) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    to[i] = make_double2(x[i].x + y[i].x, x[i].y + y[i].y);
}

struct Known { double2* at; double value; cudaEvent_t written; };
std::mutex lock;
std::vector<Known> known;
bool in_stream_order;

double2* room(cudaStream_t stream) {
    double2* at;
    if (in_stream_order) cudaMallocAsync(&at, N * sizeof(double2), stream);
    else cudaMalloc(&at, N * sizeof(double2));
    return at;
}

void work(int seed) {
    cudaStream_t stream;
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    unsigned long long state = seed * 7919 + 1;
    auto below = [&](int limit) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return (int)((state >> 33) % limit);
    };
    for (int round = 0; round < ROUNDS; round++) {
        Known mine = {room(stream), (double)below(1000), nullptr}, other = {};
        put<<<N / 256, 256, 0, stream>>>(mine.at, mine.value);
        {
            std::lock_guard<std::mutex> guard(lock);
            if (!known.empty()) other = known[below(known.size())];
        }
        if (other.at) {
            cudaStreamWaitEvent(stream, other.written, 0);
            double2* sum = room(stream);
            add<<<N / 256, 256, 0, stream>>>(sum, mine.at, other.at);
            mine.at = sum, mine.value += other.value;
        }
        cudaEventCreateWithFlags(&mine.written, cudaEventDisableTiming);
        cudaEventRecord(mine.written, stream);
        std::lock_guard<std::mutex> guard(lock);
        if (known.size() == KEPT) known[below(KEPT)] = mine;
        else known.push_back(mine);
    }
    cudaStreamSynchronize(stream);
}

int main(int count, char**) {
    in_stream_order = count > 1;
    std::vector<std::thread> threads;
    for (int t = 0; t < THREADS; t++) threads.emplace_back(work, t);
    for (auto& thread : threads) thread.join();
    int wrong = 0;
    std::vector<double2> host(N);
    for (auto& k : known) {
        cudaMemcpy(host.data(), k.at, N * sizeof(double2), cudaMemcpyDeviceToHost);
        for (auto& x : host) wrong += x.x != k.value || x.y != k.value;
    }
    printf("%d wrong: %s\n", wrong, cudaGetErrorString(cudaDeviceSynchronize()));
    return wrong != 0;
}
