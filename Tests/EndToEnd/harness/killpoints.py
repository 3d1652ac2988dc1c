"""Builds killpoint.c once and says how to use it."""

import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).with_name("killpoint.c")


class KillPoints:
    def __init__(self, folder):
        self.library = pathlib.Path(folder) / "killpoint.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(self.library), str(SOURCE),
                        "-ldl"], check=True)

    def environment(self, number, program="trunkline"):
        return {"LD_PRELOAD": str(self.library), "KILLPOINT": str(number), "KILLPOINT_PROGRAM": program}
