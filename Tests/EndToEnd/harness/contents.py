"""What a server holds, in a form that can be compared, and PostgreSQL's own checks of how it holds it."""

import hashlib

# What differs between servers that hold the same: random tokens of pg_dump, and where tablespaces lie.
VOLATILE = ("\\restrict ", "\\unrestrict ", "CREATE TABLESPACE ")


def contents(server):
    """pg_dumpall as {"database: COPY table": digest of its rows, ..., "definitions": digest}: no unlogged rows.

    Digests, because a difference in a dump of some megabytes is nothing to print; the key says which table it is.
    """
    dump = server.program("pg_dumpall", "--no-unlogged-table-data").out
    found, definitions, database, table = {}, hashlib.sha256(), "", None
    for line in dump.splitlines():
        if table:
            if line == "\\.":
                found[table], table = rows.hexdigest(), None
            else:
                rows.update(line.encode() + b"\n")
            continue
        if line.startswith("\\connect "):
            database = line.split()[1]
        if line.startswith("COPY "):
            table, rows = f"{database}: {line}", hashlib.sha256()
        if not line.startswith(VOLATILE):
            definitions.update(line.encode() + b"\n")
    assert found and table is None, "a whole dump"
    return found | {"definitions": definitions.hexdigest()}


def check_relations(server):
    """pg_amcheck: every heap and every B-tree of every database, each index against its table."""
    server.program("pg_amcheck", "--all", "--install-missing", "--heapallindexed")


def check_pages(server):
    """pg_checksums on the files of a server that was stopped cleanly."""
    server.program("pg_checksums", "--check", "--pgdata", server.data)


def check_everything(server):
    """Both; the server is stopped afterwards."""
    check_relations(server)
    server.stop()
    check_pages(server)
