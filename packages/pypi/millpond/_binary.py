"""Where the binary is that the wheel has brought."""

import os
import sys
from importlib import metadata
from pathlib import Path


def find_binary() -> str:
    """The one that MILLPOND_BIN names, else that of this installation."""
    if named := os.environ.get("MILLPOND_BIN"):
        return named
    name = "millpond.exe" if sys.platform == "win32" else "millpond"
    # pip writes down where it put each file; with --target it moves the scripts afterwards, to beside the package.
    places = [Path(str(file.locate())) for file in metadata.files("millpond") or [] if file.name == name]
    places.append(Path(__file__).parents[1] / "bin" / name)
    for place in places:
        if place.is_file():
            return str(place.resolve())
    raise FileNotFoundError(f"millpond's binary is in none of {', '.join(map(str, places))}; MILLPOND_BIN may name another")
