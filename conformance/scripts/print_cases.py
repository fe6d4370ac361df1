"""Writes the table of printed arrays and floats that array-core's printing is tested against.

Usage: python print_cases.py [count] [seed] > array-core/tests-data/print.tsv      (NumPy 2.4 or newer)

A line is: call, dtype, shape, data, options, text; with tabs between. The data are the little-endian bytes of elements
in hexadecimal, repeated until the shape is full. Options are name=value, with `;` between. In option values and in the
text, `\\n` is a line end, `\\s` a semicolon and `\\\\` a backslash.
"""

import random
import sys

import numpy as np

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 700
rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 11)
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 0.1, -0.25, 1 / 3, 2.5, 9.995, 99.99, 999.5, 1000.0, 1000.1, 1e-4, 9e-5, 99999.0,
           999999.0, 1e6, 1e7, 99999999.0, 1e8, 1e15, 1e16, -1e16, 1e-5, 1.2345678e-5, 1e-7, 123456.789, 2.0**-44,
           2.0**60, 65504.0, 3.4028235e38, 1.1754944e-38, 1.4e-45, 5e-324, 1.7976931348623157e308, 6e-8, 0.0625, 0.625]
NONFINITE = [float("nan"), float("inf"), float("-inf")]


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace(";", "\\s")


def reals(n):
    """`n` floats of one kind: the rules look at the whole array, so most arrays are of one kind."""
    kind = rng.randrange(8)
    if kind == 0:
        values = [rng.choice(SPECIAL) for _ in range(n)]
    elif kind == 1:
        values = [rng.choice([0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 12.25]) for _ in range(n)]
    elif kind == 2:
        values = [rng.gauss(0, 1) for _ in range(n)]
    elif kind == 3:
        values = [float(rng.randrange(-50, 50)) for _ in range(n)]
    elif kind == 4:
        values = [rng.uniform(-1, 1) * 10.0 ** rng.randrange(-9, 10) for _ in range(n)]
    elif kind == 5:
        values = [round(rng.uniform(-99, 99), rng.randrange(4)) for _ in range(n)]
    elif kind == 6:
        values = [2.0 ** rng.randrange(-30, 30) for _ in range(n)]
    else:
        values = [rng.uniform(0.5, 1.5) * 10.0**k for k in [rng.randrange(-4, 7)] for _ in range(n)]
    if rng.random() < 0.15:
        values = [rng.choice(NONFINITE) if rng.random() < 0.3 else x for x in values]
    return values


def elements(dtype, n):
    if dtype == "bool":
        return np.array([rng.random() < 0.5 for _ in range(n)], dtype)
    if dtype.startswith(("int", "uint")):
        info = np.iinfo(dtype)
        low, high = rng.choice([(-10, 10), (0, 9), (-1000, 100), (info.min, info.max)])
        return np.array([rng.randint(max(low, info.min), min(high, info.max)) for _ in range(n)], dtype)
    with np.errstate(over="ignore"):
        if dtype.startswith("complex"):
            out = np.empty(n, dtype)
            out.real, out.imag = reals(n), reals(n)
            return out
        return np.array(reals(n)).astype(dtype)


def array(dtype):
    """An array of random shape and the elements that it repeats."""
    kind = rng.random()
    if kind < 0.08:
        shape = rng.choice([(0,), (0, 3), (3, 0), (2, 0, 3), (0, 0)])
    elif kind < 0.2:
        shape = ()
    elif kind < 0.3:
        shape = rng.choice([(1001,), (2000,), (40, 50), (7, 200), (3, 7, 60), (2, 3, 4, 50), (10001,), (500, 3)])
    else:
        shape = tuple(rng.choice([1, 2, 2, 3, 4, 5, 9]) for _ in range(rng.choice([1, 1, 1, 1, 2, 2, 3, 4])))
        while np.prod(shape) > 40:
            shape = shape[1:]
    data = elements(dtype, max(1, min(int(np.prod(shape)), 12)))
    return np.resize(data, shape) if np.prod(shape) else np.empty(shape, dtype), data


def print_options(call):
    options = {}
    if rng.random() < 0.65:
        if rng.random() < 0.5:
            options["precision"] = rng.choice([0, 1, 2, 3, 4, 6, 12, 17, 25])
        if rng.random() < 0.35:
            options["floatmode"] = rng.choice(["fixed", "unique", "maxprec", "maxprec_equal"])
        if rng.random() < 0.2:
            options["suppress"] = True
        if rng.random() < 0.25:
            options["sign"] = rng.choice(["-", "+", " "])
        if rng.random() < 0.2:
            options["threshold"] = rng.choice([0, 3, 10, 20])
        if rng.random() < 0.2:
            options["edgeitems"] = rng.choice([1, 2, 4])
        if rng.random() < 0.35:
            options["linewidth"] = rng.choice([1, 10, 18, 20, 25, 30, 33, 40, 50, 60, 80, 120])
        if rng.random() < 0.1:
            options["nanstr"], options["infstr"] = rng.choice([("missing", "oo"), ("n", "Infinity"), ("NA", "∞")])
    if call == "array2string":
        if rng.random() < 0.5:
            options["separator"] = rng.choice([", ", ",", "", " | ", ";\n", "  "])
        if rng.random() < 0.3:
            options["prefix"] = rng.choice(["x = ", "array(", "αβ"])
        if rng.random() < 0.3:
            options["suffix"] = rng.choice([")", " end."])
    return options


def print_case(dtype, call):
    a, data = array(dtype)
    options = print_options(call)
    own = {k: options[k] for k in ("separator", "prefix", "suffix") if k in options}
    with np.printoptions(**{k: v for k, v in options.items() if k not in own}):
        text = {"str": np.array_str, "repr": np.array_repr, "array2string": np.array2string}[call](a, **own)
    return a.shape, data, options, text


def float_case(dtype, call):
    data = elements(dtype, 1)
    options = {}
    if rng.random() < 0.6:
        options["precision"] = rng.choice([0, 1, 2, 3, 5, 8, 17, 30])
    if rng.random() < 0.4:
        options["unique"] = False
    # NumPy takes more min_digits than precision where precision is 0, and only there.
    if options.get("precision") != 0 and rng.random() < 0.4:
        options["min_digits"] = rng.choice([0, 1, 3, 9, 20])
    options["trim"] = rng.choice("kk.0-")
    if rng.random() < 0.2:
        options["sign"] = True
    if rng.random() < 0.3:
        options["pad_left"] = rng.choice([1, 2, 5])
    if call == "positional":
        if rng.random() < 0.4:
            options["fractional"] = False
        if rng.random() < 0.3:
            options["pad_right"] = rng.choice([1, 2, 5])
        function = np.format_float_positional
    else:
        if rng.random() < 0.3:
            options["exp_digits"] = rng.choice([1, 3, 5])
        function = np.format_float_scientific
    try:
        text = function(data[0], **options)
        # NumPy sometimes leaves the point that `-` should take: its documentation is followed instead.
        text = text.replace(".e", "e") if options["trim"] == "-" else text
    except (TypeError, ValueError) as error:
        text = "!" + type(error).__name__
    return (), data, options, text


def scalar_case(dtype, call):
    data = elements(dtype, 1)
    return (), data, {}, (str if call == "scalar_str" else repr)(data[0])


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for number in range(COUNT):
        roll = rng.random()
        if roll < 0.72:
            # Floats have most of the rules, so they get most of the cases.
            dtype = rng.choice(DTYPES + DTYPES[9:] * 4)
            call = rng.choice(["str", "repr", "array2string"])
            case = print_case(dtype, call)
        elif roll < 0.88:
            dtype, call = rng.choice(["float16", "float32", "float64"]), rng.choice(["positional", "scientific"])
            case = float_case(dtype, call)
        else:
            dtype, call = rng.choice(DTYPES + DTYPES[9:] * 2), rng.choice(["scalar_str", "scalar_repr"])
            case = scalar_case(dtype, call)
        shape, data, options, text = case
        fields = [call, dtype, ",".join(map(str, shape)), data.tobytes().hex(),
                  ";".join(f"{k}={escape(str(v))}" for k, v in options.items()), escape(text)]
        print("\t".join(fields))


main()
