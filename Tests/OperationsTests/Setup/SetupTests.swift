import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct FoundRepositoriesTests {
    private let host: Host

    init() throws { host = try Host() }

    /// Every file below the host's directory with its content.
    private func snapshot(_ path: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try FileSystem.list(path) {
            let file = "\(path)/\(name)"
            switch try FileSystem.status(of: file)?.kind {
            case .directory: files.merge(try snapshot(file)) { left, _ in left }
            case .regular: files[file] = try FileSystem.readWhole(file, limit: 1 << 20)
            default: break
            }
        }
        return files
    }

    @Test func twiceChangesNothing() throws {
        let first = try host.found(["local", "second"])
        #expect(first.founded == ["local", "second"] && first.joined == ["local", "second"])
        #expect(first.system == "\(host.system)")
        #expect(first.major == 15)
        let before = try snapshot(host.directory.path)
        let again = try host.found(["local", "second"])
        #expect(again.founded.isEmpty && again.joined.isEmpty)
        #expect(try snapshot(host.directory.path) == before)
    }

    @Test func aRepositoryMayJoinLater() throws {
        try host.found(["local"])
        let report = try host.found(["local", "second"])
        #expect(report.founded == ["second"] && report.joined == ["second"])
    }

    private func plant(_ key: String, _ text: String) throws {
        try host.directory.write("repository-local/\(key)", Array(text.utf8))
    }

    @Test(arguments: [
        "", "{}", "nonsense", #"{"format":2,"repository":"0123456789abcdef0123456789abcdef","created":""}"#,
    ])
    func aMarkerThatIsNotOursStopsIt(text: String) throws {
        try host.found()
        try FileSystem.remove("\(host.root("local"))/trunkline.json")
        try plant("trunkline.json", text)
        let error = #expect(throws: OperationError.self) { try host.found() }
        #expect(error?.object == "local")
    }

    @Test(arguments: [
        "", "nonsense", #"{"since":"","segmentBytes":16777216,"system":"1"}"#,
        #"{"since":"","segmentBytes":1048576,"system":"SYSTEM"}"#,
    ])
    func aRecordThatIsNotOursStopsIt(text: String) throws {
        try host.found()
        let key = RepositoryLayout.key(of: host.system, in: WAL.cluster).path
        try FileSystem.remove("\(host.root("local"))/\(key)")
        try plant(key, text.replacing("SYSTEM", with: "\(host.system)"))
        let error = #expect(throws: OperationError.self) { try host.found() }
        #expect(error?.code == .damaged)
    }
}

@Suite struct NewConfigurationTests {
    private let directory: TemporaryDirectory
    private var file: String { "\(directory.path)/etc/trunkline.toml" }

    init() throws { directory = try TemporaryDirectory() }

    private func configuration(identity: String? = nil) -> NewConfiguration {
        NewConfiguration(
            file: file, dataDirectory: "/data", cluster: "main",
            repositories: ["file:///a", "s3://bucket/b", "file:///c"], identityFile: identity)
    }

    @Test func makesTheFileAndItsKeys() throws {
        let made = try configuration().write()
        #expect(
            made.map { $0.dropFirst(directory.path.count) } == [
                "/etc/identity", "/etc/digest.key", "/etc/signing.key", "/etc/trunkline.toml",
            ])
        for name in ["identity", "digest.key", "signing.key"] {
            #expect(try FileSystem.status(of: "\(directory.path)/etc/\(name)")?.permissions == 0o600)
        }
        let text = String(decoding: try #require(try directory.octets(of: "etc/trunkline.toml")), as: UTF8.self)
        for part in [
            "[repository.local]", "[repository.offsite]", "[repository.local2]", "\(directory.path)/etc/state/main",
        ] {
            #expect(text.contains(part))
        }
    }

    @Test func keepsTheKeysThatAreThere() throws {
        _ = try configuration().write()
        let keys = try ["identity", "digest.key", "signing.key"].map { try directory.octets(of: "etc/\($0)") }
        let error = #expect(throws: OperationError.self) { try configuration().write() }
        #expect(error?.code == .exists)
        // Interrupted before the configuration was written: goes on where it was.
        let text = try directory.octets(of: "etc/trunkline.toml")
        try FileSystem.remove(file)
        #expect(try configuration().write() == [file])
        #expect(try directory.octets(of: "etc/trunkline.toml") == text)
        #expect(try ["identity", "digest.key", "signing.key"].map { try directory.octets(of: "etc/\($0)") } == keys)
    }

    @Test func usesAnIdentityThatIsThere() throws {
        let path = "\(directory.path)/mine"
        try PrivateFile.create(
            path, IdentityFile([.open(Cast.alice)]).print(comments: []), holding: "identity")
        _ = try configuration(identity: path).write()
        let text = String(decoding: try #require(try directory.octets(of: "etc/trunkline.toml")), as: UTF8.self)
        #expect(text.contains(Cast.alice.recipient.text))
        #expect(try directory.octets(of: "etc/identity") == nil)
    }

    /// The configuration comes last: where it exists, everything that it names does.
    @Test func anyCallMayFail() throws {
        var nth = 1
        while true {
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: .noSpace) { try configuration().write() }
            let names = try FileSystem.status(of: "\(directory.path)/etc") == nil ? [] : directory.names(below: "etc")
            #expect(names.allSatisfy { !$0.contains(".tmp.") })
            if names.contains("trunkline.toml") {
                #expect(Set(names).isSuperset(of: ["identity", "digest.key", "signing.key"]))
            } else if case .success = result {
                Issue.record("no configuration")
            }
            try FileSystem.removeTree("\(directory.path)/etc")
            guard reached else { break }
            nth += 1
        }
        #expect(nth > 20)
    }
}

@Suite struct SystemCacheTests {
    private let host: Host

    init() throws { host = try Host() }

    @Test func knowsWhatItWasTold() throws {
        let (configuration, cluster) = try host.configuration(["local", "second"])
        let cache = SystemCache(stateDirectory: host.state)
        let other = SystemIdentifier(rawValue: 1)
        let elsewhere = try #require(ClusterName("elsewhere"))
        let (local, second) = (configuration.repositories[0], configuration.repositories[1])
        #expect(!cache.knows(WAL.system, of: cluster.name, in: local))
        cache.remember(WAL.system, of: cluster.name, in: local)
        #expect(cache.knows(WAL.system, of: cluster.name, in: local))
        #expect(!cache.knows(other, of: cluster.name, in: local))
        #expect(!cache.knows(WAL.system, of: elsewhere, in: local))
        #expect(!cache.knows(WAL.system, of: cluster.name, in: second))
        try FileSystem.removeTree(host.state)
        #expect(!cache.knows(WAL.system, of: cluster.name, in: local))
    }

    @Test func aStateDirectoryThatCannotBeMadeIsNoMatter() throws {
        let (configuration, cluster) = try host.configuration()
        let cache = SystemCache(stateDirectory: "\(host.directory.path)/identity/state")
        cache.remember(WAL.system, of: cluster.name, in: configuration.repositories[0])
        #expect(!cache.knows(WAL.system, of: cluster.name, in: configuration.repositories[0]))
    }
}
