/// The texts of --help. They are literals, so that what one reads here is what one gets; tests compare them with the
/// command table and with snapshots.
package enum Help {
    package static func text(_ verb: Verb?) -> String {
        switch verb {
        case nil: overview
        case .initialize: initialize
        case .keyNew: keyNew
        case .keyShow: keyShow
        case .walPush: walPush
        case .walFetch: walFetch
        case .walPrefetch: walPrefetch
        case .walList: walList
        case .agent: agent
        case .backup: backup
        case .restore: restore
        case .artifactPut: artifactPut
        case .artifactGet: artifactGet
        case .artifactList: artifactList
        case .list: list
        case .show: show
        case .verify: verify
        case .metrics: metrics
        case .version: version
        }
    }

    private static let overview = """
        OVERVIEW: Trunkline archives PostgreSQL, and proves that it can be restored.

        USAGE: trunkline VERB [OPTION]... [OPERAND]...

        VERBS
          init                  Write a configuration, make keys, prepare the repositories
          key new               Make an identity and print its recipient
          key show              Print the recipients of identities
          wal push PATH         Store one WAL file; this is archive_command
          wal fetch NAME DEST   Bring one WAL file back; this is restore_command
          wal list              Show what WAL is stored, with gaps named
          agent                 Archive ahead of the server, and answer it at once
          backup                Make a base backup of the running server
          restore [BACKUP]      Bring a backup back, and set the server up to recover from there
          artifact put NAME     Store any stream beside the backups: a dump, a key, a snapshot
          artifact get NAME     Bring a stream back
          artifact list [NAME]  Show what streams are stored
          list                  Show the backups, and from when to when can be restored
          show BACKUP           Tell everything about one backup
          verify [BACKUP]       Read what is stored, and say what is wrong with it
          metrics               Print what Prometheus may want to know of the archive
          version               Print the version

        OPTIONS
          -h, --help            Explain the program, or the verb before it
          --version             Print the version

        EXIT STATUS
          0    Done
          1    A file or an object is missing, or a check found something
          64   The command line is wrong
          78   The configuration is wrong
          All of them are explained in docs/OPERATING.md.

        EXAMPLES
          trunkline init --pgdata /var/lib/postgresql/15/main --repository file:///var/backups/trunkline
          trunkline wal list

        """

    private static let version = """
        OVERVIEW: Print the version.

        USAGE: trunkline version [--json]

        OPTIONS
          --json                Print one JSON object
          -h, --help            Print this text

        EXIT STATUS
          0    Done

        EXAMPLES
          trunkline version

        """
}
