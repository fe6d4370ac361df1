"""A peer of bornite-versus: takes arrays and lines of work on standard input, answers with values and times.

Each request is a line of JSON; arrays follow as raw bytes. The same for answers.
"""
import json
import sys
import timeit

import numpy as np

name = sys.argv[1]
inp, out = sys.stdin.buffer, sys.stdout.buffer


def nothing():
    pass


if name == "numpy":
    import numpy as xp

    def to(a):
        return a

    def back(a):
        return np.asarray(a)

    sync = nothing
    version = np.__version__
elif name == "cupy":
    import cupy as xp

    to, back = xp.asarray, xp.asnumpy
    sync = xp.cuda.Device().synchronize
    version = xp.__version__
elif name == "torch":
    import torch as xp

    device = "cuda" if xp.cuda.is_available() else "cpu"

    def to(a):
        return xp.from_numpy(a).to(device)

    def back(a):
        if not hasattr(a, "cpu"):
            return np.asarray(a)
        return (a.float() if a.dtype == xp.bfloat16 else a).cpu().numpy()

    sync = xp.cuda.synchronize if device == "cuda" else nothing
    version = xp.__version__ + " on " + device
elif name == "jax":
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as xp

    to = xp.asarray
    back = np.asarray

    def sync():
        pass

    version = jax.__version__
else:
    sys.exit("unknown peer " + name)


def prepared(a, repeats, cast):
    """The operand as the row wants it: repeated along its first axis, and of another type."""
    if repeats > 1:
        a = (xp.cat if name == "torch" else xp.concatenate)([a] * repeats)
    if cast:
        a = a.to(getattr(xp, cast)) if name == "torch" else a.astype(cast)
    return a


def release():
    """Gives cached device memory back, so that peers and bornite fit beside one another."""
    if name == "cupy":
        xp.get_default_memory_pool().free_all_blocks()
    elif name == "torch" and device == "cuda":
        xp.cuda.empty_cache()


def answer(message, data=b""):
    out.write(json.dumps(message).encode() + b"\n" + data)
    out.flush()


scope = {"xp": xp, "np": np, "sync": sync}
answer({"version": version})
for line in inp:
    request = json.loads(line)
    try:
        kind = request["do"]
        if kind == "array":
            data = inp.read(request["bytes"])
            host = np.frombuffer(data, request["dtype"]).reshape(request["shape"]).copy()
            if request["stays"]:
                scope[request["name"]] = host
            else:
                scope[request["name"]] = prepared(to(host), request["repeats"], request["cast"])
            answer({"ok": True})
        elif kind == "setup":
            exec(request["lines"], scope)
            answer({"ok": True})
        elif kind == "clear":
            for key in request["names"]:
                scope.pop(key, None)
            release()
            answer({"ok": True})
        elif kind == "value":
            value = eval(request["line"], scope)
            value = back(value[0] if isinstance(value, tuple) else value)
            value = np.ascontiguousarray(value)
            answer({"dtype": value.dtype.name, "shape": list(value.shape), "bytes": value.nbytes}, value.tobytes())
        elif kind == "time":
            line = request["line"]
            if name == "jax":
                line = "(" + line + ").block_until_ready()"
            timer = timeit.Timer(line, globals=scope)
            # What was started must be done before the next is timed.
            begun = timeit.default_timer()
            timer.timeit(request["calls"])
            sync()
            answer({"seconds": timeit.default_timer() - begun})
    except Exception as e:  # the row says why it could not be run
        answer({"error": type(e).__name__ + ": " + str(e)[:200]})
