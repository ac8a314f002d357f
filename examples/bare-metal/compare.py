"""Compares two exported files: the same names and shapes, the same indices, and how far apart the float32 numbers are.

The order of the captures among all others (`#sequence`) and their threads (`#thread`) may differ.

usage: compare.py FILE OTHER [LARGEST-DIFFERENCE]
"""

import array
import json
import sys


def read(path):
    data = open(path, "rb").read()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if name.endswith(("#sequence", "#thread")):
            continue
        begin, end = entry["data_offsets"]
        values = array.array({"F32": "f", "I64": "q"}[entry["dtype"]], data[start + begin : start + end])
        if sys.byteorder == "big":
            values.byteswap()
        tensors[name] = entry["shape"], values
    return tensors


ours, theirs = read(sys.argv[1]), read(sys.argv[2])
allowed = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
if {name: shape for name, (shape, _) in ours.items()} != {name: shape for name, (shape, _) in theirs.items()}:
    sys.exit(f"other names or shapes: {ours.keys()} {theirs.keys()}")
largest, equal, count = 0.0, 0, 0
for name, (_, values) in ours.items():
    if values.typecode != "f":
        if values != theirs[name][1]:
            sys.exit(f"{name}: {values.tolist()} is not {theirs[name][1].tolist()}")
        continue
    for a, b in zip(values, theirs[name][1]):
        largest = max(largest, abs(a - b))
        equal += a == b
        count += 1
print(f"{len(ours)} tensors, {count} numbers, {equal} of them equal to the bit, largest difference {largest:.2g}")
sys.exit(0 if count and largest <= allowed else f"more than {allowed:g} apart")
