import Foundation
import Testing

/// The release binary starts quickly only as long as it drags in few libraries: libcurl alone has thirty, and is opened
/// on first use.
struct LinkageTests {
    private static let binary = ".build/release/trunkline"
    private static let client = ".build/release/trunkline-wal"

    /// Beside the C library's own parts.
    private static let allowed: Set<String> = [
        "libzstd.so.1", "libsodium.so.23", "libxxhash.so.0", "libexpat.so.1", "libisal.so.2", "libgcc_s.so.1",
        "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
    ]
    /// Twice what it has: a general JSON library would add a half to it.
    private static let byteCountMax = 40 << 20
    /// The Swift runtime and the C library are most of it.
    private static let clientByteCountMax = 16 << 20

    @Test(.enabled(if: Checkout.exists(binary), "there is no release build"))
    func onlyExpectedLibrariesAreLinked() throws {
        let needed = try Self.neededLibraries()
        #expect(!needed.isEmpty)
        #expect(needed.subtracting(Self.allowed) == [], "not in the budget")
    }

    @Test(.enabled(if: Checkout.exists(binary), "there is no release build"))
    func theBinaryStaysSmall() throws {
        let path = Checkout.root.appendingPathComponent(Self.binary).path
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect(size < Self.byteCountMax)
    }

    @Test(.enabled(if: Checkout.exists(client), "there is no release build"))
    func theClientIsStatic() throws {
        let headers = try Self.programHeaders(Self.client)
        #expect(headers.contains(" LOAD "), "\(headers)")
        #expect(!headers.contains(" INTERP "), "no loader")
        #expect(!headers.contains(" NEEDED "), "no library")
        let size = try #require(
            try FileManager.default.attributesOfItem(
                atPath: Checkout.root.appendingPathComponent(Self.client).path)[.size] as? Int)
        #expect(size < Self.clientByteCountMax)
    }

    private static func programHeaders(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/objdump")
        process.arguments = ["-p", Checkout.root.appendingPathComponent(path).path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    /// The NEEDED entries of the dynamic section: what the loader opens before `main`, directly.
    private static func neededLibraries() throws -> Set<String> {
        let lines = try programHeaders(binary).split(separator: "\n")
        return Set(
            lines.compactMap { line in
                let words = line.split(separator: " ")
                return words.count == 2 && words[0] == "NEEDED" ? String(words[1]) : nil
            })
    }
}
