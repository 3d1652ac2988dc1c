extension Help {
    static let metrics = """
        OVERVIEW: Print what Prometheus may want to know of the archive.

        In Prometheus's text format, for the textfile collector of its node exporter, without an
        agent: what waits in pg_wal, and for each repository up to where WAL is stored, the recovery
        window, the backups. A repository in trouble is told as trunkline_repository_up 0, and the
        exit status says why. docs/METRICS.md explains every metric.

        USAGE: trunkline metrics [OPTION]...

        OPTIONS
          --output FILE         Write there, in one step, instead of to standard output: readable for
                                everybody
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --cluster NAME        The cluster (default: all of them)
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          1    A summary or a history is damaged or not to be trusted, and left out
          66   The folder of FILE does not exist
          69   A repository cannot be reached
          74   pg_wal cannot be read, or FILE not be written
          75   A repository took too long
          78   The configuration is wrong, or a repository holds nothing of the cluster

        EXAMPLES
          trunkline metrics
          trunkline metrics --output /var/lib/prometheus/node-exporter/trunkline.prom

        """
}
