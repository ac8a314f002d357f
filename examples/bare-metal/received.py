"""Checks what came over the line: every value of the clean line is whole, and a bad line loses few and changes none.

usage: received.py CLEAN.safetensors NOISY.safetensors
"""

import json
import struct
import sys


def read(path):
    """The values of each key by their sequence numbers: index, elements as bytes."""
    data = open(path, "rb").read()
    start = 8 + struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:start])

    def tensor(name):
        begin, end = header[name]["data_offsets"]
        return data[start + begin : start + end]

    keys = {}
    for key in ("imu.accel", "imu.burst"):
        count, elements = header[key]["shape"][0], tensor(key)
        size = len(elements) // count
        sequences = struct.unpack(f"<{count}{'q' if header[key + '#sequence']['dtype'] == 'I64' else 'Q'}", tensor(key + "#sequence"))
        indices = struct.unpack(f"<{count}q", tensor(key + "#index"))
        rows = (elements[nth * size : (nth + 1) * size] for nth in range(count))
        keys[key] = dict(zip(sequences, zip(indices, rows)))
    return keys


def expected(key, now):
    if key == "imu.accel":
        return struct.pack("<3h", (now + 0x8000) % 0x10000 - 0x8000, -1, 1)
    return struct.pack("<4f", now, now, now, now)


clean, noisy = read(sys.argv[1]), read(sys.argv[2])
for key, values in clean.items():
    for now, row in values.values():
        assert row == expected(key, now), f"{key} at {now}"
    left = noisy[key]
    assert all(values[sequence] == value for sequence, value in left.items()), f"{key}: a changed value"
    lost = len(values) - len(left)
    print(f"{key}: {len(values)} values, all as captured; the bad line loses {lost} and changes none")
    assert 0 < lost < len(values) / 20
