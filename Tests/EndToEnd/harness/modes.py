"""The three ways in which PostgreSQL gets its WAL archived and back.

direct: `trunkline wal push` and `fetch`, a process with everything in it for each file.
agent:  `trunkline-wal push` and `fetch`, which ask the agent. Falling back to the direct program is a failure here:
        a test must not pass because something else did the work.
module: archive_library for the server that archives, `trunkline-wal fetch` for those that recover; PostgreSQL >= 15.
"""

DIRECT, AGENT, MODULE = "direct", "agent", "module"

# What a thin client of the modes with an agent would become, which therefore fails.
NOBODY = "/nowhere/trunkline"
