"""Runs a program in a terminal of its own, and leaves with its exit code.

On stdin, line by line: `> 'TEXT'` (a Python string) is typed; `< TEXT` is waited for, from where the last one was found.
"""

import ast
import os
import pty
import select
import sys

BOUND_SECONDS = 60

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

seen, rest = b"", b""
for line in sys.stdin.read().splitlines():
    if line.startswith("> "):
        os.write(terminal, ast.literal_eval(line[2:]).encode())
    elif line.startswith("< "):
        wanted = line[2:].encode()
        while wanted not in rest:
            if not select.select([terminal], [], [], BOUND_SECONDS)[0]:
                sys.exit(f"{wanted} never came after {seen}; but {rest}")
            rest += os.read(terminal, 4096)
        at = rest.index(wanted) + len(wanted)
        seen, rest = seen + rest[:at], rest[at:]
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass  # Linux says so when the last program in it has gone.
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
