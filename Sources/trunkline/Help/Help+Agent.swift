extension Help {
    static let agent = """
        OVERVIEW: Archive ahead of the server, and answer it at once.

        The resident process of a host: it watches what the servers of the configuration want archived,
        stores it ahead of their asking, and keeps the WAL of a recovery ready. Clients ask it through a
        socket: trunkline-wal, in archive_command and restore_command, or the archive module. Without it
        they do the work themselves.

        It runs in the foreground, says on standard error what goes wrong, and knows systemd: readiness,
        watchdog, socket activation. SIGHUP makes it read the configuration again, SIGTERM ends it.

        USAGE: trunkline agent [OPTION]...

        OPTIONS
          --explain-memory      Print the most memory it takes, as a sum, and do nothing
          --cluster NAME        Serve this cluster alone (default: all of the configuration)
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          -h, --help            Print this text

        EXIT STATUS
          0    It was told to end
          64   The command line is wrong
          66   The directory of its socket does not exist
          73   What has the name of its socket is none
          74   It cannot listen at its socket
          77   A key may not be read by this user, or may be read by others
          78   The configuration is wrong

        EXAMPLES
          trunkline agent
          archive_command = 'trunkline-wal push %p'
          restore_command = 'trunkline-wal fetch %f %p'

        """
}
