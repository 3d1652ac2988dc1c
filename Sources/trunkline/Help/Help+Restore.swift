extension Help {
    static let restore = """
        OVERVIEW: Bring a backup back, and set the server up to recover from there.

        Without BACKUP the newest that ended before the target is taken. That all WAL up to the target
        is there is proven before anything is written. Until the last file is in its place, no server
        starts from DIR. The server is not started.

        USAGE: trunkline restore [OPTION]... [BACKUP] --to DIR

        OPTIONS
          BACKUP                Its name, the beginning of it, or "latest"
          --to DIR              The data directory to make; absent or empty, unless --delta
          --target-time TIME    Recover to a moment, with its zone: "2026-11-25 14:30:00+01"
          --target-lsn LSN      Recover to a position of the WAL, such as 16/B374D848
          --target-xid XID      Recover to a transaction
          --target-name NAME    Recover to a restore point of pg_create_restore_point
          --target KIND         "immediate": only until the backup is consistent
                                (default: to the end of the WAL)
          --target-timeline TIMELINE
                                latest, current, or a number (default: latest)
          --target-inclusive FLAG
                                true or false: whether the target itself is recovered (default: true)
          --target-action ACTION
                                pause, promote or shutdown when it is reached (default: pause)
          --tablespace OLD=NEW  Another place for a tablespace, by its old place or its OID; repeats
          --as-standby          Set up a standby, which goes on recovering
          --delta               Reuse what is in DIR: only blocks that differ are fetched and written,
                                and what the backup does not have is removed
          --force               Leave out the proof of the WAL and the look at the room on the disk
          --dry-run             Say what would be done, and write nothing
          --jobs N              Threads that write (default: one per core)
          --repository URL      Without a configuration: where the backup is
          --endpoint URL        Of an S3 repository without a configuration
          --region NAME         Of an S3 repository without a configuration
          --identity FILE       Without a configuration: what opens the backup
          --json                Print one JSON object
          --explain-memory      Print how much memory a restore may use, as a sum, and stop
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          -h, --help            Print this text

        EXIT STATUS
          0    DIR is complete and durable
          64   The command line is wrong, or a time has no zone
          65   The target is outside of what can be restored, or something stored is damaged
          66   There is no such backup
          69   A repository cannot be reached
          73   DIR is not empty, or a server is running there
          74   Writing failed, or there is not enough room
          78   The configuration is wrong, or a tablespace cannot go there

        EXAMPLES
          trunkline restore --to /var/lib/postgresql/15/main
          trunkline restore --to /srv/pg --target-time "2026-11-25 14:30:00+01" --target-action promote
          trunkline restore latest --to /srv/pg --delta --as-standby

        """
}
