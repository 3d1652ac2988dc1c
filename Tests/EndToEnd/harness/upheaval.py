"""What a database goes through between backups: every way in which the files of a relation change."""

# A part of the database that stays as it is, so that "unchanged" has a size; its rows compress badly.
BALLAST_ROWS = 150_000

BEGINNING = [
    f"create table ballast as select g as number, md5(g::text) || md5((-g)::text) as text"
    f" from generate_series(1, {BALLAST_ROWS}) g",
    "create unique index on ballast (number)",
    "create table growing as select g as number, repeat('x', 100) as text from generate_series(1, 2000) g",
    "create table shrinking as select g as number, md5(g::text) as text from generate_series(1, 40000) g",
    "create table truncated as select g as number from generate_series(1, 5000) g",
    "create table doomed as select g as number from generate_series(1, 5000) g",
    "create table rewritten (number int primary key, text text)",
    "insert into rewritten select g, md5(g::text) from generate_series(1, 20000) g",
    "create table toasted as select g as number, (select string_agg(md5((g * h)::text), '')"
    " from generate_series(1, 300) h) as text from generate_series(1, 40) g",
    "create unlogged table fleeting (number int primary key)",
    "insert into fleeting select generate_series(1, 5000)",
]

ROUNDS = [
    ["insert into growing select g, repeat('y', 100) from generate_series(1, 30000) g",
     "update ballast set text = 'changed' where number between 70000 and 70100",
     "create tablespace elsewhere location '{tablespace}'",
     "create table far_away (number int primary key, text text) tablespace elsewhere",
     "insert into far_away select g, md5(g::text) from generate_series(1, 5000) g",
     "create unlogged table fleeting_far_away (number int primary key) tablespace elsewhere",
     "insert into fleeting_far_away select generate_series(1, 100)"],
    ["truncate truncated",
     "insert into truncated values (-1)",
     "drop table doomed",
     "delete from rewritten where number % 3 = 0",
     "vacuum full rewritten",
     "delete from shrinking where number > 4000",
     "vacuum shrinking",
     "update toasted set text = reverse(text) where number % 2 = 0",
     "insert into far_away select g, 'more' from generate_series(5001, 5100) g"],
    ["create database second",
     "create database third strategy file_copy",
     "alter table truncated set tablespace elsewhere",
     "alter table far_away set tablespace pg_default",
     "drop table fleeting",
     "create index on growing (number)",
     "reindex table rewritten",
     "alter table shrinking add column at timestamptz default '2026-01-01'",
     "delete from growing where number < 5000",
     "vacuum growing",
     "alter table ballast set (fillfactor = 90)",
     "create role somebody"],
]


def begin(server):
    server.sql(*BEGINNING)


def round_of_changes(server, number, tablespace):
    """Round 0 to 2, each on top of the one before; `tablespace` is an empty directory for the first."""
    server.sql(*(statement.replace("{tablespace}", str(tablespace)) for statement in ROUNDS[number]))
    if number == 2:
        server.program("psql", "-XAtq", "-d", "second", "-c", "create table inside as select generate_series(1, 5000)")


def expect_unlogged_are_empty(server):
    """What is unlogged is there, can be written to, and has nothing in it."""
    names = server.sql("select relname from pg_class where relpersistence = 'u' and relkind = 'r'").split()
    for name in names:
        assert server.sql(f"select count(*) from {name}") == "0", name
        server.sql(f"insert into {name} values (1)")
    return names
