package import Storage

/// Where a repository is: the meaning of its `url`.
package enum RepositoryLocation: Equatable, Sendable {
    /// `file:///var/backups/trunkline`: an absolute directory.
    case directory(String)
    /// `s3://bucket/prefix`.
    case bucket(S3Location)

    init(_ url: String) throws(Misfit) {
        if url.hasPrefix("file://") {
            self = .directory(try Self.directory(url.dropFirst("file://".count), url))
        } else if url.hasPrefix("s3://") {
            do throws(StoreError) {
                self = .bucket(try S3Location(url))
            } catch {
                throw Misfit(error)
            }
        } else {
            throw Misfit(
                message: "\"\(url)\" is not the address of a repository",
                hint: "Write file:///directory or s3://bucket/prefix.")
        }
    }

    private static func directory(_ rest: Substring, _ url: String) throws(Misfit) -> String {
        guard rest.hasPrefix("/") else {
            throw Misfit(
                message: "\"\(url)\" is not an absolute directory",
                hint: "A local repository has three slashes: file:///var/backups/trunkline.")
        }
        guard let path = decoded(rest) else { throw Misfit(message: "\"\(url)\" has a malformed percent escape") }
        guard !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Misfit(message: "\"\(url)\" contains a control character")
        }
        guard path.contains(where: { $0 != "/" }) else {
            throw Misfit(message: "\"\(url)\" is the root of the file system")
        }
        return path
    }

    /// RFC 3986, section 2.1; nil when an escape is malformed or the result is not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}

extension Misfit {
    /// What the store would say about an address, said at its line of the file.
    init(_ error: StoreError) {
        self.init(message: "\"\(error.object)\": \(error.cause)", hint: error.hint)
    }
}
