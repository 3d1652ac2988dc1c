import FoundationEssentials

/// The language-neutral vectors of Tests/Vectors (docs/FORMAT.md, "Vectors").
enum VectorFiles {
    /// The vectors of one folder by their names.
    static func load<Vector: Decodable>(_ type: Vector.Type, _ folder: String) throws -> [(
        name: String, vector: Vector
    )] {
        let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(tests)/Vectors/\(folder)"
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
            let data = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
            return (name, try JSONDecoder().decode(type, from: data))
        }
    }

    static func octets(hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// Tests/Vectors/stream: an object and what comes of reading it.
struct StreamVector: Decodable {
    struct Content: Decodable {
        let byteCount: Int
        let blake2b256: String
    }

    /// What a writer needs to write the same object again.
    struct Seal: Decodable {
        let recipients: [String]
        let signingKey: String?
        let digestKey: String?
        let random: String
    }

    let outcome: String
    let name: String
    let identities: [String]
    let digestKey: String?
    let signers: [String]
    let acceptUnencrypted: Bool
    let object: Data
    let content: Content?
    let seal: Seal?
}

/// Tests/Vectors/keys: a text and what comes of reading it as a key of one kind.
struct KeyVector: Decodable {
    let outcome: String
    let kind: String
    let text: String
    let passphrase: String?
    let `public`: String?
}

/// Tests/Vectors/compare: a trailer and what comes of comparing it with a content.
struct CompareVector: Decodable {
    let outcome: String
    let name: String
    let trailer: String
    let objectByteCount: UInt64
    let content: Data
    let blockByteCount: Int
    let digestKey: String?
    let signers: [String]
}
