extension Help {
    static let backup = """
        OVERVIEW: Make a base backup of the running server on this host.

        It is complete by itself, and stores only what no earlier backup has stored: blocks that did not
        change are referred to. Files are read directly; the server is asked by its connection to begin and
        to end the backup. An interrupted backup leaves nothing that is listed, and the next one finds what
        it has stored.

        USAGE: trunkline backup [OPTION]...

        OPTIONS
          --full                Store everything anew
          --reread              Read every file, whatever its times and the WAL summaries say
          --checkpoint KIND     fast or spread (default: as configured, which is fast)
          --from-standby        The server is a standby; set primary in [cluster.NAME] as well
          --annotation KEY=VALUE
                                What to write on the backup; may be repeated
          --jobs N              Threads that read, compress and seal (default: one per core)
          --bandwidth RATE      Bytes a second to the repositories, such as 20MiB (default: no limit)
          --json                Print one JSON object
          --explain-memory      Print the most memory it takes, as a sum, and do nothing
          --cluster NAME        Which cluster (default: the only one, or that of the working directory)
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          -h, --help            Print this text

        EXIT STATUS
          0    The backup and the WAL it needs are durable in every required repository
          1    The same, but checksums of pages were wrong: they are named
          64   The command line is wrong
          69   A repository or the server cannot be reached, or the WAL does not arrive
          74   Reading or writing on this host failed
          75   Another backup of this cluster is running on this host
          78   The configuration is wrong, or the server is not set up for backups

        EXAMPLES
          trunkline backup
          trunkline backup --annotation release=2026.11 --bandwidth 50MiB

        """
}
