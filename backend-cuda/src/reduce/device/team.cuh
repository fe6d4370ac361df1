// The states of a team's threads become one, in a fixed order.

template<class T> FN T from_lane(T x, int distance) {
    return by_words(x, [=](u32 word) { return __shfl_down_sync(0xffffffffu, word, distance); });
}
// Of the threads t, t + 1, … t + members - 1: at the first of them. Every thread of the block comes here.
FN State of_neighbours(State s, State* shared, u32 t, u32 members) {
    u32 member = t & (members - 1);
    for (u32 d = members / 2; d >= 32; d /= 2) {
        __syncthreads();
        if (member >= d && member < 2 * d) shared[t] = s;
        __syncthreads();
        if (member < d) s = merge(s, shared[t + d]);
    }
    for (u32 d = members / 2 < 16 ? members / 2 : 16; d > 0; d /= 2) s = merge(s, from_lane(s, d));
    return s;
}
// Of the threads t, t + width, … of a block of `members` rows of that width: at the first of them.
FN State of_column(State s, State* shared, u32 t, u32 width, u32 members) {
    u32 member = t / width;
    for (u32 d = members / 2; d > 0; d /= 2) {
        __syncthreads();
        if (member >= d && member < 2 * d) shared[t] = s;
        __syncthreads();
        if (member < d) s = merge(s, shared[t + d * width]);
    }
    return s;
}
