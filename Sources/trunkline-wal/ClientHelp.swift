/// The text of --help.
package enum ClientHelp {
    package static let text = """
        OVERVIEW: Ask the agent to store a WAL file, or to bring one back.

        With no agent, or one that does not answer, "trunkline wal push" or "trunkline wal fetch"
        does it: the program beside this one, with the same words and the same exit status.

        USAGE: trunkline-wal push [OPTION]... PATH
               trunkline-wal fetch [OPTION]... NAME DEST

        OPTIONS
          PATH                  The file to store, as PostgreSQL's %p names it
          NAME                  The name of the file to bring back, PostgreSQL's %f
          DEST                  Where to put it, PostgreSQL's %p
          --config FILE         The configuration (default: the agent's own)
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --socket PATH         Where the agent listens (default: TRUNKLINE_SOCKET, or
                                /run/trunkline/agent.sock)
          -h, --help            Print this text
          --version             Print the version
          Other options are those of "trunkline wal push" and "trunkline wal fetch", which is
          then run without asking the agent.

        EXIT STATUS
          That of "trunkline wal push" and "trunkline wal fetch"; docs/OPERATING.md has them all.

        EXAMPLES
          archive_command = 'trunkline-wal push %p'
          restore_command = 'trunkline-wal fetch %f %p'

        """
}
