"""Damages a stream of bytes as a bad line does, while it flows: flips bits, cuts bytes out, and puts text in between.

usage: noise.py < IN > OUT     about one record in a hundred suffers
"""

import os
import random
import sys
import time

line = random.Random(1)
# So many bytes pass, then so many are left out.
passing, cut = line.randrange(2_000, 6_000), 0
while data := os.read(sys.stdin.fileno(), 4096):
    damaged = bytearray()
    for byte in data:
        if passing > 0:
            passing -= 1
            damaged.append(byte)
        elif cut > 0:
            cut -= 1
            passing = 0 if cut else line.randrange(2_000, 6_000)
        else:
            match line.randrange(3):
                case 0:
                    damaged.append(byte ^ 1 << line.randrange(8))
                case 1:
                    cut = line.randrange(0, 39)
                case 2:
                    damaged += b"\r\n[boot] \xacF\x01 battery low\r\n"
                    damaged.append(byte)
            if cut == 0:
                passing = line.randrange(2_000, 6_000)
    sys.stdout.buffer.write(damaged)
    sys.stdout.buffer.flush()
    # A simulated line is faster than a table is drawn.
    time.sleep(0.03)
