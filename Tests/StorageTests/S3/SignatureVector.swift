import Platform
import Storage
import Testing

/// A request with its published signature, from Tests/Vectors/sigv4.
struct SignatureVector: Sendable, CustomTestStringConvertible {
    private var fields: [(name: String, value: String)] = []

    var name: String { self["name"] }
    var method: String { self["method"] }
    var path: String { self["path"] }
    var service: String { self["service"] }
    var payloadHash: String { self["payload"] }
    var signature: String { self["signature"] }
    var credentials: Credentials {
        Credentials(accessKeyID: self["access-key"], secretAccessKey: self["secret-key"])
    }
    var time: UnixTime { UnixTime(iso8601: self["time"]) ?? UnixTime(seconds: 0) }
    var query: [(name: String, value: String)] { pairs("query", "=") }
    var headers: [(name: String, value: String)] { pairs("header", ": ") }
    var testDescription: String { name }

    /// Reads blocks of `field: value` lines with empty lines between; # begins a comment.
    static func read(_ name: String) throws -> [SignatureVector] {
        let directory = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let octets = try FileSystem.readWhole("/\(directory)/Vectors/sigv4/\(name).txt", limit: 1 << 20)
        var vectors = [SignatureVector()]
        for line in String(decoding: octets, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { vectors.append(SignatureVector()) }
            guard !line.hasPrefix("#"), let colon = line.firstRange(of: ": ") else { continue }
            vectors[vectors.count - 1].fields.append(
                (String(line[..<colon.lowerBound]), String(line[colon.upperBound...])))
        }
        return vectors.filter { !$0.fields.isEmpty }
    }

    private subscript(name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    private func pairs(_ name: String, _ separator: String) -> [(name: String, value: String)] {
        fields.filter { $0.name == name }.compactMap { field in
            field.value.firstRange(of: separator).map {
                (String(field.value[..<$0.lowerBound]), String(field.value[$0.upperBound...]))
            }
        }
    }
}
