extension Help {
    static let initialize = """
        OVERVIEW: Write a configuration, make keys, and prepare the repositories for a cluster.

        The server need not run. What exists already is kept: running it twice changes nothing.
        At the end it prints the lines for postgresql.conf and says where to keep the identity.

        USAGE: trunkline init --pgdata DIR --repository URL [OPTION]...

        OPTIONS
          --pgdata DIR          The data directory of the cluster
          --repository URL      file:///directory or s3://bucket/prefix; may be repeated
          --cluster NAME        What to call the cluster (default: main)
          --config FILE         The file to write (default: /etc/trunkline/trunkline.toml)
          --identity FILE       The identity to use, or to make (default: beside the configuration)
          --endpoint URL        The server of s3:// repositories (default: AWS)
          --region NAME         Their region
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          64   The command line is wrong
          65   The data directory is not one, or the repository belongs to something else
          69   A repository cannot be reached
          77   A file or a repository may not be written
          78   The configuration that exists is wrong

        EXAMPLES
          trunkline init --pgdata /var/lib/postgresql/15/main --repository file:///var/backups/trunkline
          trunkline init --pgdata "$PGDATA" --repository s3://bucket/prefix --region eu-west-1

        """
}
