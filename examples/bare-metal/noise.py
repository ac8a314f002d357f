"""Damages a stream of bytes as a bad line does: flips bits, cuts bytes out, and puts text in between.

usage: noise.py < IN > OUT     about one record in a hundred suffers
"""

import random
import sys

line = random.Random(1)
data = bytearray(sys.stdin.buffer.read())
damaged, at = bytearray(), 0
while at < len(data):
    until = min(len(data), at + line.randrange(2_000, 6_000))
    damaged += data[at:until]
    if until < len(data):
        match line.randrange(3):
            case 0:
                damaged.append(data[until] ^ 1 << line.randrange(8))
                until += 1
            case 1:
                until += line.randrange(1, 40)
            case 2:
                damaged += b"\r\n[boot] \xacF\x01 battery low\r\n"
    at = until
sys.stdout.buffer.write(damaged)
