internal import Platform

/// Where a host keeps what `verify` remembers of one repository: `<state>/verify/<name of the repository>`.
struct VerifyMemoryFile: Sendable {
    private let directory: String
    private let name: String

    /// Only names of objects stand in it, which whoever reads the repository knows.
    private static let permissions: UInt16 = 0o640

    init(stateDirectory: String, repository: String) {
        directory = "\(stateDirectory)/verify"
        name = repository
    }

    /// Nil when there is none, or none that can be read: then nothing is remembered.
    func load() -> [UInt8]? { try? FileSystem.readWhole("\(directory)/\(name)", limit: VerifyMemory.byteCountMax) }

    func save(_ memory: VerifyMemory) throws(OperationError) {
        do throws(PlatformError) {
            try FileSystem.createDirectory(directory, permissions: 0o750, parents: true)
            var file = try AtomicFile(directory: directory, name: name, permissions: Self.permissions)
            try file.write(octets: memory.encode())
            _ = try file.commit(overwrite: .replace)
        } catch {
            throw OperationError(error, doing: "remember what was verified in")
        }
    }
}
