extension Help {
    static let artifactPut = """
        OVERVIEW: Store any stream beside the backups, as a new version of NAME.

        The stream comes from standard input, or from a command, which is the better way: when it
        fails, nothing is stored. Whoever writes into a pipe cannot say that its end is missing.
        The id of the version is printed. Versions are kept side by side and never overwritten.

        USAGE: trunkline artifact put [OPTION]... NAME

        OPTIONS
          NAME                  Letters, digits, dots, hyphens, underscores; parts between slashes
          --command COMMAND     Run COMMAND by /bin/sh, and store what it writes to standard output
          --content-type TYPE   What it is, for people: application/sql
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --json                Print one JSON object
          --explain-memory      Print how much memory a put may use, as a sum, and stop;
                                stands without NAME
          -h, --help            Print this text

        EXIT STATUS
          0    The version is stored in every required repository
          64   The command line is wrong
          69   A repository cannot be reached
          74   COMMAND failed, or its output cannot be read
          75   A signal ended it

        EXAMPLES
          trunkline artifact put globals --command 'pg_dumpall --globals-only'
          trunkline artifact put nightly/shop --command 'pg_dump -Fc shop'
          trunkline artifact put keys/tls < server.key

        """

    static let artifactGet = """
        OVERVIEW: Write a stored stream to standard output.

        No byte is written that is not as it was stored. That the end is there as well is known
        only at the end: use what was written only when the exit status is 0.

        USAGE: trunkline artifact get [OPTION]... NAME

        OPTIONS
          NAME                  As it was stored
          --version ID          Which version, as "artifact list" shows it (default: the newest)
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       What opens the objects of --repository
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          -h, --help            Print this text

        EXIT STATUS
          0    All of it is written
          1    Every repository says that there is no such version
          64   The command line is wrong
          65   The stored stream is damaged, or not for this identity
          69   A repository cannot be reached
          74   Standard output cannot be written

        EXAMPLES
          trunkline artifact get nightly/shop > shop.dump && pg_restore -d shop shop.dump
          trunkline artifact get globals --version 20261125T143000Z-3f9a2c1d

        """

    static let artifactList = """
        OVERVIEW: Show which streams are stored, with their versions.

        USAGE: trunkline artifact list [OPTION]... [NAME]

        OPTIONS
          NAME                  Only this one, and those whose names go on behind it and a slash
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       Not needed: only records are read
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --json                Print one JSON object
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          1    Some record is damaged, or signed by nobody who is trusted
          69   A repository cannot be reached

        EXAMPLES
          trunkline artifact list
          trunkline artifact list nightly --json

        """
}
