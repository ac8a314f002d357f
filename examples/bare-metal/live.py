"""Runs a command whose output is a terminal, and checks that its table is drawn anew while bytes still come.

usage: live.py COMMAND [ARGUMENT ...] < IN     the last table is printed
"""

import os
import pty
import re
import subprocess
import sys

terminal, output = pty.openpty()
command = subprocess.Popen(sys.argv[1:], stdout=output)
os.close(output)
drawn = bytearray()
try:
    while data := os.read(terminal, 4096):
        drawn += data
except OSError:
    # The other end of the terminal was closed.
    pass
assert command.wait() == 0, "the command has failed"
tables = drawn.decode().replace("\r\n", "\n").split("\x1b[H\x1b[J")
print(tables[-1])
counts = [int(count) for table in tables for count in re.findall(r"^(\d+) values", table, re.MULTILINE)]
print(f"the table was drawn {len(counts)} times, at {counts} values")
assert len(counts) >= 2 and counts[0] < counts[-1], "a table while bytes still come"
