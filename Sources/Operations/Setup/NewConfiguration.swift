import Codec
import Platform
import Postgres

/// `init`, first half: the configuration file and the keys of a host that has none.
package struct NewConfiguration: Sendable {
    /// Where the configuration goes; keys and state go beside it.
    package let file: String
    package let dataDirectory: String
    package let cluster: String
    /// URLs, in the order in which they are asked when something is fetched.
    package let repositories: [String]
    /// An identity file to use, or to make; nil for one beside the configuration.
    package let identityFile: String?
    package let endpoint: String?
    package let region: String?

    package init(
        file: String, dataDirectory: String, cluster: String, repositories: [String], identityFile: String? = nil,
        endpoint: String? = nil, region: String? = nil
    ) {
        self.file = file
        self.dataDirectory = dataDirectory
        self.cluster = cluster
        self.repositories = repositories
        self.identityFile = identityFile
        self.endpoint = endpoint
        self.region = region
    }

    /// Throws unless the data directory is one: asked before anything is made for it.
    package func requireDataDirectory() throws(OperationError) {
        do throws(PostgresError) {
            _ = try ControlFile.read(in: DataDirectory(dataDirectory))
        } catch {
            throw OperationError(error)
        }
    }

    /// Makes what is missing of identity, digest key and signing key, then the configuration that names them, which
    /// comes last: where it exists, everything it names does. Returns the paths of what was made.
    package func write() throws(OperationError) -> [String] {
        let directory = FileSystem.parent(of: file) ?? "."
        do throws(PlatformError) {
            _ = try FileSystem.createDirectory(directory, permissions: 0o755, parents: true)
        } catch {
            throw OperationError(error, doing: "make directory")
        }
        var made: [String] = []
        let identity = identityFile ?? "\(directory)/identity"
        let recipient = try recipient(identity, &made)
        let digestKey = "\(directory)/digest.key"
        try secret(digestKey, "digest key", &made) { DigestKey.generate().secretText }
        let signingKey = "\(directory)/signing.key"
        try secret(signingKey, "signing key", &made) { SigningKey.generate().secretText }
        let template = ConfigurationTemplate(
            cluster: cluster, dataDirectory: dataDirectory, stateDirectory: stateDirectory(directory),
            repositories: named(), recipients: [recipient], identityFile: identity, digestKeyFile: digestKey,
            signingKeyFile: signingKey, signers: [try signer(signingKey)])
        try writeConfiguration(template.render(), directory)
        return made + [file]
    }

    private func recipient(_ path: String, _ made: inout [String]) throws(OperationError) -> String {
        if ((try? FileSystem.status(of: path)) ?? nil) == nil {
            made.append(path)
            return try KeyNew(passphrase: nil).write(to: path)
        }
        let keys = try KeyShow(passphrase: .terminal).run(path)
        guard let recipient = keys.first else {
            throw OperationError(.badKey, operation: "read identity from", object: path, cause: "it holds no identity")
        }
        return recipient
    }

    private func secret(
        _ path: String, _ noun: String, _ made: inout [String], _ generate: () -> String
    ) throws(OperationError) {
        guard ((try? FileSystem.status(of: path)) ?? nil) == nil else { return }
        var text = KeyFile.print(
            comments: ["\(noun), made by trunkline at \(Clock.now().iso8601())"], secretTexts: [generate()])
        defer { PrivateFile.wipe(&text) }
        try PrivateFile.create(path, text, holding: noun)
        made.append(path)
    }

    private func signer(_ path: String) throws(OperationError) -> String {
        var octets = try PrivateFile.read(path, limit: KeyFile.byteCountMax, holding: "signing key")
        defer { PrivateFile.wipe(&octets) }
        do throws(CodecError) {
            return try SigningKey(file: octets.span).signer.text
        } catch {
            throw OperationError(error, object: path)
        }
    }

    /// `local` and `offsite`, numbered from the second of a kind on.
    private func named() -> [ConfigurationTemplate.Repository] {
        var counts: [String: Int] = [:]
        return repositories.map { url in
            let isLocal = url.hasPrefix("file:")
            let kind = isLocal ? "local" : "offsite"
            let count = (counts[kind] ?? 0) + 1
            counts[kind] = count
            return ConfigurationTemplate.Repository(
                name: count == 1 ? kind : "\(kind)\(count)", url: url, endpoint: isLocal ? nil : endpoint,
                region: isLocal ? nil : region)
        }
    }

    /// Beside a configuration that is not in the usual place, so that several of them do not meet.
    private func stateDirectory(_ directory: String) -> String? {
        file == ConfigurationFile.defaultPath ? nil : "\(directory)/state/\(cluster)"
    }

    private func writeConfiguration(_ text: String, _ directory: String) throws(OperationError) {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        do throws(PlatformError) {
            var target = try AtomicFile(directory: directory, name: name, permissions: 0o640)
            try target.write(text: text)
            if try target.commit(overwrite: .never) { return }
        } catch {
            throw OperationError(error, doing: "write configuration")
        }
        throw OperationError(.exists, operation: "write configuration", object: file, cause: "the file exists")
    }
}
