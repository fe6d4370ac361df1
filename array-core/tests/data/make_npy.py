"""Writes the files under tests/data/npy with NumPy: python make_npy.py (NumPy 2; the files are kept, this shows their origin)."""
import os

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npy")
CODES = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()


def path(name):
    return os.path.join(HERE, name)


def values(code):
    """Shape (2, 3): k * 37 + 5 for k = 0 … 5; bool: k odd; complex: the imaginary part is -k."""
    k = np.arange(6)
    if code == "b1":
        v = k % 2 == 1
    elif code[0] == "c":
        v = (k * 37 + 5) - 1j * k
    else:
        v = (k * 37 + 5) % 120 if code[1:] == "1" else k * 37 + 5
    return v.astype(code).reshape(2, 3)


def save(name, array, version=None):
    with open(path(name), "wb") as f:
        np.lib.format.write_array(f, array, version=version)


for code in CODES:
    a = values(code)
    save(f"{code}_c.npy", a)
    save(f"{code}_f.npy", np.asfortranarray(a))
    if a.itemsize > 1:
        save(f"{code}_be.npy", a.astype(a.dtype.newbyteorder(">")))

save("f8_v2.npy", values("f8"), (2, 0))
save("f8_v3.npy", values("f8"), (3, 0))
save("f8_0d.npy", np.float64(2.5))
save("i4_1d.npy", np.arange(5, dtype="i4"))
save("i4_empty.npy", np.zeros((0, 3), "i4"))
save("i2_empty_f.npy", np.zeros((3, 0, 2), "i2", order="F"))
save("u1_8d.npy", np.arange(24, dtype="u1").reshape(1, 2, 1, 3, 1, 2, 2, 1))
save("i2_f4d.npy", np.asfortranarray(np.arange(24, dtype="i2").reshape(2, 3, 2, 2)))
save("f4_view.npy", np.arange(24, dtype="f4").reshape(4, 6)[::-2, 1::2])

with open(path("several.npy"), "wb") as f:
    np.save(f, np.arange(3, dtype="i8"))
    np.save(f, np.float32(0.5))
    np.save(f, np.array([True, False]))

# What is refused.
save("object.npy", np.array([1, "two", None], dtype=object))
save("structured.npy", np.zeros(2, dtype=[("a", "f8"), ("b", "i4")]))
save("structured_utf8.npy", np.zeros(2, dtype=[("π", "f8")]))
save("string.npy", np.array(["one", "three"]))
save("bytes.npy", np.array([b"one", b"three"]))
save("datetime.npy", np.array(["2024-02-29"], dtype="M8[D]"))
save("longdouble.npy", np.zeros(2, np.longdouble))

arrays = {
    "x": values("f8"),
    "mask": values("b1"),
    "z": np.asfortranarray(values("c8")),
    "scalar": np.int64(-7),
    "none": np.zeros((0,), "f4"),
    "naïve": np.arange(4, dtype=">u2"),
    "zeros": np.zeros(20_000),
}
small = {k: v for k, v in arrays.items() if k != "zeros"}
np.savez(path("stored.npz"), np.arange(3), **small)
np.savez_compressed(path("deflated.npz"), np.arange(3), **arrays)
