// What the host must hear of later: the first element that a call does not allow. All bits are ones until there is one.

struct Status {
    // The element's number, by which the first is known.
    u64 number;
    // The index that is out of bounds, the size of its axis, the axis.
    i64 index, size;
    u32 axis;
    // The number of the call's name, or NEGATIVE_POWER.
    u32 operation;
    u32 lock, unused[3];
};
#define NO_ERROR (~(u64)0)
#define NEGATIVE_POWER (~0u - 1)
#define FREE (~0u)

CALL void index_error(u64 status, u64 number, i64 index, i64 size, u32 axis, u32 operation) {
    volatile Status* s = (volatile Status*)status;
    // Blocks begin in about the order of their elements, so that few come here before the first.
    while (number < s->number) {
        if (atomicExch((u32*)&s->lock, 0) != FREE) continue;
        __threadfence();
        if (number < s->number) {
            s->index = index;
            s->size = size;
            s->axis = axis;
            s->operation = operation;
            s->number = number;
        }
        __threadfence();
        atomicExch((u32*)&s->lock, FREE);
    }
}
// Everybody writes the same.
FN void power_error(u64 status) {
    Status* s = (Status*)status;
    s->operation = NEGATIVE_POWER;
    s->number = 0;
}
