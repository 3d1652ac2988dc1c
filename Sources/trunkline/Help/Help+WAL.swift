extension Help {
    static let walPush = """
        OVERVIEW: Store one WAL file in every repository.

        Success means that it is durable in every required repository. A file that is stored
        already is compared: the same content is success, other content is an error and nothing
        changes. Files that wait behind it are stored too, and then done when they are asked for.

        USAGE: trunkline wal push [OPTION]... PATH

        OPTIONS
          PATH                  The file, as PostgreSQL's %p names it
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --explain-memory      Print how much memory a push may use, as a sum, and stop;
                                stands without PATH
          -h, --help            Print this text

        EXIT STATUS
          0    The file is stored
          65   The file is damaged, of another cluster, or differs from what is stored
          66   The file does not exist
          69   A repository cannot be reached
          75   The deadline passed
          Never more than 125. All of them are explained in docs/OPERATING.md.

        EXAMPLES
          archive_command = 'trunkline wal push %p'
          trunkline wal push --explain-memory

        """

    static let walFetch = """
        OVERVIEW: Bring one WAL file back.

        DEST appears complete or not at all. Files after it are fetched in the background.

        USAGE: trunkline wal fetch [OPTION]... NAME DEST

        OPTIONS
          NAME                  The file's name, PostgreSQL's %f
          DEST                  Where to put it, PostgreSQL's %p
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       What opens the objects of --repository
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --explain-memory      Print how much memory a fetch may use, as a sum, and stop;
                                stands without NAME and DEST
          -h, --help            Print this text

        EXIT STATUS
          0    DEST is complete
          1    Every repository says that there is no such file
          64   The command line is wrong (only when called by hand)
          75   Trouble, on a standby or when called by hand or by pg_rewind
          255  Any trouble in recovery: PostgreSQL stops, and does not take the file for missing

        EXAMPLES
          restore_command = 'trunkline wal fetch %f %p'
          trunkline wal fetch 00000002.history /tmp/00000002.history
          trunkline wal fetch --repository s3://bucket/prefix --identity key 00000002.history /tmp/h

        """

    static let walPrefetch = """
        OVERVIEW: Keep the next segments ready for a server in recovery.

        Started by "wal fetch"; there is no need to run it. Ends with the recovery, or when nothing
        has been asked for during a minute, and removes DIRECTORY.

        USAGE: trunkline wal prefetch [OPTION]... DIRECTORY TARGET

        OPTIONS
          DIRECTORY             Where the segments wait; an absolute path
          TARGET                The file that PostgreSQL asks for
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       What opens the objects of --repository
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          1    Anything else

        EXAMPLES
          trunkline wal prefetch /var/lib/postgresql/15/main/pgsql_tmp_trunkline_42 pg_wal/RECOVERYXLOG

        """

    static let walList = """
        OVERVIEW: Show what WAL is stored, per timeline, with gaps named.

        USAGE: trunkline wal list [OPTION]...

        OPTIONS
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       Not needed: names alone are read
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --json                Print one JSON object
          -h, --help            Print this text

        EXIT STATUS
          0    Done, and there is no gap
          1    There are gaps
          69   A repository cannot be reached

        EXAMPLES
          trunkline wal list
          trunkline wal list --cluster main --json

        """
}
