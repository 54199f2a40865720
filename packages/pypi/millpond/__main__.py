"""`python -m millpond`: the binary, as if it had been called itself."""

import os
import subprocess
import sys

from ._binary import find_binary


def main() -> None:
    """Becomes the binary, where a process can."""
    command = [find_binary(), *sys.argv[1:]]
    if sys.platform == "win32":
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


main()
