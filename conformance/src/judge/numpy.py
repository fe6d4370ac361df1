"""Runs calls of NumPy (or CuPy) for the conformance suite.

Frames come on standard input and go to standard output: four bytes of length (little endian), a header in JSON, then
the bytes of the arrays that the header names, each in C order. The first frame out says which versions answer.
"""
import json
import operator
import struct
import sys
import warnings

MODULE = sys.argv[1] if len(sys.argv) > 1 else "numpy"

import numpy as np

if MODULE == "cupy":
    import cupy as xp
else:
    xp = np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

CLASSES = [
    "AxisError", "LinAlgError", "OverflowError", "ZeroDivisionError", "IndexError", "ValueError", "TypeError",
    "MemoryError",
]
# Python's forms of what an array's special methods do.
UNARY = {
    "__neg__": operator.neg, "__pos__": operator.pos, "__abs__": operator.abs, "__invert__": operator.invert,
    "__len__": len, "__bool__": bool, "__int__": int, "__float__": float, "__complex__": complex, "__iter__": list,
    "__repr__": repr, "__str__": str,
}
BINARY = [
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift", "matmul", "eq",
    "ne", "lt", "le", "gt", "ge",
]
PLAIN = {f"__{name}__": getattr(operator, f"__{name}__") for name in BINARY}
REVERSED = {f"__r{name}__": getattr(operator, f"__{name}__") for name in BINARY[:13]}
IN_PLACE = {f"__i{name}__": getattr(operator, f"__i{name}__") for name in BINARY[:13]}


def read_exactly(count):
    data = sys.stdin.buffer.read(count)
    if len(data) != count:
        sys.exit(0)
    return data


def read_frame():
    (length,) = struct.unpack("<I", read_exactly(4))
    header = json.loads(read_exactly(length))
    arrays = {}
    for key, dtype, shape in header["arrays"]:
        dtype = np.dtype(dtype)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        arrays[key] = xp.array(np.frombuffer(read_exactly(size), dtype).reshape(shape))
    return header, arrays


def write_frame(header, arrays):
    header["arrays"] = [[a.dtype.name, list(a.shape)] for a in arrays]
    text = json.dumps(header).encode()
    out = sys.stdout.buffer
    out.write(struct.pack("<I", len(text)))
    out.write(text)
    for array in arrays:
        out.write(np.ascontiguousarray(array).tobytes())
    out.flush()


class Case:
    def __init__(self, header, arrays):
        self.arrays = arrays
        self.written = header["args"]
        self.args = [self.value(arg) for arg in header["args"]]
        self.kwargs = {name: self.value(arg) for name, arg in header["kwargs"].items()}

    def item(self, item):
        if not isinstance(item, dict):
            return item
        if "$slice" in item:
            return slice(*[self.value(part) for part in item["$slice"]])
        if "$ellipsis" in item:
            return Ellipsis
        if "$newaxis" in item:
            return None
        return self.value(item)

    def index(self, items):
        return tuple(self.item(item) for item in items)

    def viewed(self, array, steps):
        for step in steps:
            ((name, value),) = step.items()
            if name == "transpose":
                array = array.transpose(value)
            elif name == "slice":
                array = array[self.index(value)]
            elif name == "broadcast_to":
                array = xp.broadcast_to(array, value)
            elif name == "swapaxes":
                array = array.swapaxes(*value)
        return array

    def value(self, arg):
        if isinstance(arg, list):
            return [self.value(item) for item in arg]
        if not isinstance(arg, dict):
            return arg
        if "$float" in arg:
            return float(arg["$float"])
        if "$complex" in arg:
            return complex(*[self.value(part) for part in arg["$complex"]])
        if "$scalar" in arg:
            return np.array(self.value(arg["value"])).astype(arg["$scalar"])[()]
        if "$array" in arg:
            return self.viewed(self.arrays[arg["$array"]], arg.get("view", []))
        if "$arg" in arg:
            return self.viewed(self.arrays[self.written[arg["$arg"]]["$array"]], arg.get("view", []))
        if "$dtype" in arg:
            return np.dtype(arg["$dtype"])
        if "$tuple" in arg:
            return tuple(self.value(item) for item in arg["$tuple"])
        if "$index" in arg:
            return self.index(arg["$index"])
        raise KeyError(f"unknown argument {arg}")


def resolve(path):
    found = xp
    for part in path:
        found = getattr(found, part)
    return found


def run(call, case):
    args, kwargs = case.args, case.kwargs
    module, name = call.split(".", 1)
    if module == "ndarray":
        first = xp.asarray(args[0]) if not isinstance(args[0], np.generic) else args[0]
        if name in UNARY:
            return UNARY[name](first)
        if name in PLAIN:
            return PLAIN[name](first, args[1])
        if name in REVERSED:
            return REVERSED[name](args[1], first)
        if name in IN_PLACE:
            return IN_PLACE[name](first, args[1])
        if name == "__getitem__":
            return first[args[1]]
        if name == "__setitem__":
            first[args[1]] = args[2]
            return first
        attribute = getattr(first, name)
        result = attribute(*args[1:], **kwargs) if callable(attribute) else attribute
        return first if result is None else result
    if call == "numpy.dtype":
        return args[0].dtype
    path = name.split(".")
    if path[0] in ("finfo", "iinfo") and len(path) == 2:
        return getattr(getattr(xp, path[0])(args[0]), path[1])
    if call in ("numpy.finfo", "numpy.iinfo"):
        return resolve(path)(args[0]).bits
    if path[0] == "dtype":
        return args[0] == args[1] if path[1] == "__eq__" else getattr(args[0], path[1])
    if name in ("mgrid", "ogrid"):
        return resolve(path)[args[0]]
    function = resolve(path)
    result = function(*args, **kwargs) if callable(function) else function
    return args[0] if result is None else result


def program(statements, variables):
    # Variables of the library are values. Before one is written to, the program makes it the owner of its elements.
    results = []
    for statement in statements:
        if "$drop" in statement:
            del variables[statement["$drop"]]
        elif "$own" in statement:
            variables[statement["$own"]] = variables[statement["$own"]].copy()
        elif "$read" in statement:
            results.append(variables[statement["$read"]].copy())
        else:
            to = statement["to"]
            if to is None:
                written = statement["kwargs"].get("out", statement["args"][0])["$array"]
                for name, array in variables.items():
                    if name != written and np.may_share_memory(array, variables[written]):
                        raise AssertionError(f"{written}, which is written to, shares memory with {name}")
            value = run(statement["$call"], Case(statement, variables))
            if to is not None:
                variables[to] = xp.asarray(value)
    return results


class Writer:
    def __init__(self):
        self.arrays = []

    def write(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, (np.ndarray, np.generic, xp.ndarray)):
            array = np.asarray(value.get() if xp is not np and isinstance(value, xp.ndarray) else value)
            if array.dtype.kind not in "biufc" or array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):
                raise NotImplementedError(f"a result of type {array.dtype}")
            self.arrays.append(array)
            return {"$array": len(self.arrays) - 1}
        if isinstance(value, int):
            return value
        if isinstance(value, float):
            return {"$float": repr(value)}
        if isinstance(value, complex):
            return {"$complex": [{"$float": repr(value.real)}, {"$float": repr(value.imag)}]}
        if isinstance(value, (list, tuple)):
            return [self.write(item) for item in value]
        if isinstance(value, np.dtype):
            if value.kind not in "biufc":
                raise NotImplementedError(f"the type {value}")
            return {"$dtype": value.name}
        if isinstance(value, type) and issubclass(value, np.generic):
            return {"$dtype": np.dtype(value).name}
        raise NotImplementedError(f"a result of type {type(value)}")


def answer(header, arrays):
    writer = Writer()
    try:
        if header["call"] == "program":
            value = program(header["args"], arrays)
        else:
            value = run(header["call"], Case(header, arrays))
        value = writer.write(value)
    except Exception as error:
        names = [cls.__name__ for cls in type(error).__mro__]
        if xp is not np and (names[0].startswith("CUDA") or names[0] == "CompileException"):
            # After some errors of the GPU every further call of the process would fail.
            sys.exit(f"{names[0]}: {error}")
        known = next((name for name in CLASSES if name in names), None)
        return {"raises": known or "", "text": f"{type(error).__name__}: {error}"[:300]}, []
    return {"value": value}, writer.arrays


def facts():
    found = {"Python": sys.version.split()[0], "NumPy": np.__version__}
    if xp is not np:
        runtime = xp.cuda.runtime
        version = lambda number: f"{number // 1000}.{number % 1000 // 10}"
        found["CuPy"] = xp.__version__
        found["CUDA runtime"] = version(runtime.runtimeGetVersion())
        found["CUDA of the driver"] = version(runtime.driverGetVersion())
        found["GPU"] = runtime.getDeviceProperties(0)["name"].decode()
    return found


def main():
    write_frame({"module": MODULE, "version": xp.__version__, "facts": facts()}, [])
    while True:
        write_frame(*answer(*read_frame()))


main()
