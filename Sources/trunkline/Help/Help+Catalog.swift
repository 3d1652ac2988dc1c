extension Help {
    static let list = """
        OVERVIEW: Show the backups, and from when to when the cluster can be restored.

        For each repository, in UTC. The end of a window is when its last segment was stored: every
        transaction in it is older. No key is needed; with an identity that asks for no passphrase
        the histories of timelines are read too.

        USAGE: trunkline list [OPTION]...

        OPTIONS
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       What opens the objects of --repository; may be left out
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --json                Print one JSON object
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          1    A summary or a history is damaged or not to be trusted, and left out
          69   A repository cannot be reached

        EXAMPLES
          trunkline list
          trunkline list --cluster main --json

        """

    static let show = """
        OVERVIEW: Tell everything about one backup.

        Without an identity, what is in the clear; with one, also what its manifest says.

        USAGE: trunkline show [OPTION]... BACKUP

        OPTIONS
          BACKUP                Its id, the beginning of its id, or "latest"
          --files               Every file, with its size, its pieces and its checksum; needs an
                                identity
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       What opens the objects of --repository; may be left out
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --json                Print one JSON object
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          65   The manifest is damaged, or no identity opens it
          66   There is no such backup, or there are several
          69   No repository can be reached

        EXAMPLES
          trunkline show latest
          trunkline show 20261125T143000Z-3f9a2c1d --files

        """

    static let verify = """
        OVERVIEW: Read what is stored, and say what is wrong with it.

        With an identity every byte is read, opened and compared with what the manifests say; without
        one the structure is verified: names, lengths, continuity of WAL, trailers. Every object that
        is missing, damaged or not needed by anything is named. What was verified is remembered.

        USAGE: trunkline verify [OPTION]... [BACKUP]

        OPTIONS
          BACKUP                One backup, with its packs and the WAL that makes it consistent: its
                                id, the beginning of its id, or "latest" (default: everything)
          --wal                 The WAL alone; with BACKUP, also all WAL behind its start
          --all                 Everything: backups, WAL, artifacts. This is the default
          --structure           Open nothing, even if there is an identity
          --max-age DURATION    Skip what was verified within this time, such as 7d
          --sample PERCENT      Read a random share of what is due, such as 5%, the part that was
                                not verified for the longest time first
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --repository URL      Read here, without a configuration: file:///dir or s3://bucket/prefix
          --endpoint URL        The server of an s3:// repository (default: AWS)
          --region NAME         Its region
          --identity FILE       What opens the objects of --repository; may be left out
          --cluster NAME        The cluster (default: the only one, or the one of this directory)
          --json                Print one JSON object
          -h, --help            Print this text

        EXIT STATUS
          0    Everything that was looked at is right
          1    Something is not: each finding is named
          66   There is no such backup
          69   A repository cannot be reached
          77   An identity or a repository may not be used by this user

        EXAMPLES
          trunkline verify
          trunkline verify latest --wal
          trunkline verify --max-age 30d --sample 5%

        """
}
