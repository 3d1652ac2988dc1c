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
