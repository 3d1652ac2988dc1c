/// The file that `trunkline init` writes: short, commented, and read back to the same meaning.
package struct ConfigurationTemplate: Equatable, Sendable {
    package struct Repository: Equatable, Sendable {
        package let name: String
        package let url: String
        /// Left out of the file when nil.
        package let endpoint: String?
        package let region: String?

        package init(name: String, url: String, endpoint: String? = nil, region: String? = nil) {
            self.name = name
            self.url = url
            self.endpoint = endpoint
            self.region = region
        }
    }

    package let cluster: String
    package let dataDirectory: String
    /// Written only when it is not the default.
    package let stateDirectory: String?
    package let repositories: [Repository]
    /// Key texts.
    package let recipients: [String]
    package let identityFile: String?
    package let digestKeyFile: String?
    package let signingKeyFile: String?
    /// Key texts of the hosts whose signatures are to count.
    package let signers: [String]

    package init(
        cluster: String, dataDirectory: String, stateDirectory: String? = nil, repositories: [Repository],
        recipients: [String], identityFile: String? = nil, digestKeyFile: String? = nil, signingKeyFile: String? = nil,
        signers: [String] = []
    ) {
        self.cluster = cluster
        self.dataDirectory = dataDirectory
        self.stateDirectory = stateDirectory
        self.repositories = repositories
        self.recipients = recipients
        self.identityFile = identityFile
        self.digestKeyFile = digestKeyFile
        self.signingKeyFile = signingKeyFile
        self.signers = signers
    }

    /// The whole file, ending in a newline.
    package func render() -> String {
        ([Self.preface, clusterSection] + repositories.enumerated().map { section($0.element, isFirst: $0.offset == 0) }
            + [encryptionSection, Self.walSection]).joined(separator: "\n")
    }

    private static let preface = """
        # Trunkline's configuration. Every key is explained in docs/CONFIGURATION.md, and every key can also be
        # set as an environment variable: TRUNKLINE_WAL_PREFETCH=16 is prefetch = 16 in [wal].

        """

    private static let walSection = """
        # [wal]
        # lookahead      = 32        # waiting segments that one push may store besides its own
        # prefetch       = 8         # segments kept ahead of replay
        # push-deadline  = "5min"    # after which a push fails, and PostgreSQL tries again
        # fetch-deadline = "5min"    # how long trouble is retried before recovery is stopped

        """

    private var clusterSection: String {
        var lines = [
            "# One PostgreSQL database cluster. The name becomes part of the names of its objects.",
            "[cluster.\(Self.key(cluster))]",
            "pgdata = \(Self.quoted(dataDirectory))",
        ]
        if let stateDirectory { lines.append("state  = \(Self.quoted(stateDirectory))") }
        return Self.text(lines)
    }

    private func section(_ repository: Repository, isFirst: Bool) -> String {
        let comments = [
            "# A place that holds objects; there may be several, and all hold the same. A push succeeds when every",
            "# one has the file, except those with required = false.",
        ]
        var lines =
            (isFirst ? comments : []) + [
                "[repository.\(Self.key(repository.name))]",
                "url      = \(Self.quoted(repository.url))",
            ]
        if let endpoint = repository.endpoint { lines.append("endpoint = \(Self.quoted(endpoint))") }
        if let region = repository.region { lines.append("region   = \(Self.quoted(region))") }
        return Self.text(lines)
    }

    private var encryptionSection: String {
        guard !recipients.isEmpty else {
            return Self.text([
                "# Nothing is encrypted. Name recipients instead of this line to change that for what comes.",
                "[encryption]",
                "mode = \"none\"",
            ])
        }
        var lines = [
            "# Whoever holds the identity of one of these recipients can read the repositories; nobody else can.",
            "[encryption]",
            "recipients = [",
        ]
        lines += recipients.map { "    \(Self.quoted($0))," } + ["]"]
        if let identityFile {
            lines.append("# Needed to restore. Keep a copy where a fire in this house does not reach it.")
            lines.append("identity = \(Self.quoted(identityFile))")
        }
        if let digestKeyFile {
            lines.append("# Shared by the hosts of this cluster: tells same from different without reading.")
            lines.append("digest-key = \(Self.quoted(digestKeyFile))")
        }
        if let signingKeyFile {
            lines.append("# This host's own: proves what it wrote.")
            lines.append("signing-key = \(Self.quoted(signingKeyFile))")
        }
        if !signers.isEmpty {
            lines.append("# Only what one of these hosts has signed is restored. A second host adds its own line here.")
            lines += ["signers = ["] + signers.map { "    \(Self.quoted($0))," } + ["]"]
        }
        return Self.text(lines)
    }

    private static func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }

    /// A bare key where TOML allows one (toml.io/en/v1.0.0, "Keys").
    private static func key(_ name: String) -> String {
        let isBare = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isBare && !name.isEmpty ? name : quoted(name)
    }

    /// A basic string (toml.io/en/v1.0.0, "String").
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
