"""A relation of more than one gibibyte: PostgreSQL keeps it in several files, and block numbers go on across them."""

import pytest

from harness.contents import check_relations
from harness.postgres import quoted

SEGMENT_BLOCKS = 131072  # 1 GiB of 8 KiB
BLOCKS = SEGMENT_BLOCKS + 12000
FILLER_BYTES = 8000
TOUCHED = [0, 5, SEGMENT_BLOCKS - 1, SEGMENT_BLOCKS, SEGMENT_BLOCKS + 77]
# Where the server keeps no WAL it writes the table once instead of twice.
MINIMAL = {"wal_level": "minimal", "max_wal_senders": "0", "archive_mode": "off"}
USUAL = {"wal_level": "replica", "max_wal_senders": "5", "archive_mode": "on", "summarize_wal": "on"}
DIGEST = "select count(*), sum(number), sum(hashtext(filler || state)::bigint) from large"


def make_large(server):
    """One row to a page; frozen, or the first one to read it would change every page."""
    rows = f'seq 1 {BLOCKS} | sed "s/$/\\t\\t{"x" * FILLER_BYTES}/"'
    server.sql("begin; create table large (number int, state text, filler text);"
               " alter table large alter filler set storage plain;"
               f" copy large from program {quoted(rows)} with (freeze); commit")
    size = int(server.sql("select pg_relation_size('large')"))
    assert size >= BLOCKS * 8192, "two files"


@pytest.mark.parametrize("major", [17])
def test_a_relation_in_two_files(stage, repository, major):
    server, tool = stage.primary(major, repository("local"), settings={"summarize_wal": "off"})
    server.stop()
    server.configure(MINIMAL | {"summarize_wal": "off"})
    server.start()
    make_large(server)
    server.stop()
    server.configure(USUAL)
    server.start()
    full = tool.backup()
    server.sql(*(f"update large set state = 'touched' where ctid = '({block},1)'" for block in TOUCHED))
    server.sql(f"delete from large where ctid = '({BLOCKS - 1},1)'")
    digest = server.sql(DIGEST)
    later = tool.backup()
    assert later["method"] == "summaries" and later["readBytes"] < later["bytes"] / 20, later
    assert later["storedBytes"] < full["storedBytes"] / 4, later
    server.archive_everything()
    server.stop()
    restored = stage.recovered(major, tool, "restored", backup=later["id"]).start(seconds=120)
    assert restored.sql(DIGEST) == digest
    check_relations(restored)
