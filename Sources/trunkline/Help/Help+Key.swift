extension Help {
    static let keyNew = """
        OVERVIEW: Make an identity, and print its recipient.

        The identity is the secret that opens what is sealed to its recipient. Whoever loses all
        identities of a repository loses what is in it: keep a copy elsewhere.

        USAGE: trunkline key new [--output FILE] [--passphrase | --passphrase-file FILE]

        OPTIONS
          --output FILE         Write the identity to FILE, readable by its owner alone, and print
                                the recipient; FILE must not exist (default: print the identity)
          --passphrase          Ask for a passphrase on the terminal, and protect the identity by it
          --passphrase-file FILE
                                Take the passphrase from the first line of FILE
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          64   The command line is wrong
          66   The passphrase cannot be read
          73   FILE exists
          74   FILE cannot be written

        EXAMPLES
          trunkline key new --output /etc/trunkline/identity
          trunkline key new --output escrow.identity --passphrase

        """

    static let keyShow = """
        OVERVIEW: Print the recipients of the identities in FILE, one per line.

        USAGE: trunkline key show [--config FILE] [--passphrase-file FILE] [FILE]

        OPTIONS
          FILE                  The identity file (default: those of the configuration)
          --config FILE         The configuration (default: /etc/trunkline/trunkline.toml)
          --passphrase-file FILE
                                Where the passphrase of protected identities stands; without it,
                                the terminal is asked
          -h, --help            Print this text

        EXIT STATUS
          0    Done
          64   The command line is wrong
          65   FILE is not an identity file, or is damaged, or the passphrase is wrong
          66   FILE does not exist
          77   FILE may be read by others, or not by this user

        EXAMPLES
          trunkline key show /etc/trunkline/identity

        """
}
