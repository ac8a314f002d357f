"""Flash and RAM of a firmware, from the sections of its ELF file; or whether two have the same bytes in flash.

usage: sections.py FILE         prints: FLASH RAM
       sections.py FILE OTHER   fails if they differ
"""

import struct
import sys


def sections(path):
    data = open(path, "rb").read()
    assert data[:6] == b"\x7fELF\x01\x01", "a 32-bit little-endian ELF file"
    offset, size, count = (struct.unpack_from(f, data, at)[0] for f, at in (("<I", 32), ("<H", 46), ("<H", 48)))
    for nth in range(count):
        _, kind, flags, address, begin, length = struct.unpack_from("<6I", data, offset + nth * size)
        if flags & 2 and length:  # it has a place in memory
            has_bytes = kind != 8
            yield address, length, has_bytes, data[begin : begin + length] if has_bytes else b""


RAM = 0x2000_0000
ours = list(sections(sys.argv[1]))
if len(sys.argv) > 2:
    sys.exit(0 if ours == list(sections(sys.argv[2])) else "they differ")
# Initial values of variables count twice: they lie in flash and are copied.
flash = sum(length for _, length, has_bytes, _ in ours if has_bytes)
ram = sum(length for address, length, _, _ in ours if address >= RAM)
print(flash, ram)
