import Codec
import Foundation
import Platform
import Testing
import trunkline

@testable import Operations

@Suite struct KeyTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func newThenShow() throws {
        #expect(scratch.transcript("key", "new", "--output", "DIR/id") == "> trunkline-recipient-KEY\n= 0")
        let status = try #require(try FileSystem.status(of: scratch.file("id")))
        #expect(status.permissions == 0o600)
        let made = Transcript.of(["key", "show", try scratch.file("id")])
        let text = try String(contentsOfFile: scratch.file("id"), encoding: .utf8)
        let recipient = try #require(made.split(separator: "\n").first?.dropFirst(2))
        #expect(text.contains("# recipient: \(recipient)\n"))
        #expect(made.hasSuffix("\n= 0"))
    }

    @Test func anExistingFileStays() throws {
        let file = try scratch.file("id", "precious\n")
        #expect(
            scratch.transcript("key", "new", "--output", "DIR/id") == """
                ! trunkline: error: write identity to "DIR/id": the file exists, and is not overwritten
                ! trunkline: hint: Whoever loses an identity loses what is sealed to it: choose another name, or move \
                the file away.
                = 73
                """)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious\n")
        #expect(throws: OperationError.self) { try PrivateFile.create(file, [1], holding: "identity") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["id"])
    }

    @Test func aDirectoryThatIsNotThere() {
        #expect(
            scratch.transcript("key", "new", "--output", "DIR/no/id") == """
                ! trunkline: error: write identity to "DIR/no/id": no such file or directory
                = 66
                """)
        #expect(scratch.transcript("key", "new", "--output", "DIR/").hasSuffix("\n= 73"))
    }

    @Test func printedWithoutOutput() {
        let transcript = Transcript.of(["key", "new"])
        #expect(transcript.contains("> # recipient: trunkline-recipient-"))
        #expect(transcript.contains("> trunkline-identity-"))
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o620, 0o610, 0o601])
    func othersMayNotUseAnIdentity(_ mode: Int) throws {
        _ = try scratch.file("id", "trunkline-identity-x\n", mode: mode)
        let octal = String(mode, radix: 8)
        #expect(
            scratch.transcript("key", "show", "DIR/id") == """
                ! trunkline: error: read identity from "DIR/id": group or others may use this file (mode 0\(octal))
                ! trunkline: hint: It holds a secret: run chmod go= 'DIR/id'.
                = 77
                """)
    }

    @Test func filesThatAreNoIdentities() throws {
        _ = try scratch.file("empty", "# nothing\n")
        _ = try scratch.file("text", "hello\n")
        _ = try scratch.file("large", String(repeating: "#", count: KeyFile.byteCountMax + 1))
        _ = try scratch.file("signing", SigningKey.generate().secretText + "\n")
        var identity = Array(Identity.generate().secretText)
        identity[40] = identity[40] == "a" ? "b" : "a"
        _ = try scratch.file("damaged", String(identity) + "\n")
        let names = ["empty", "text", "large", "damaged", "missing", "", "signing"]
        let transcripts = names.map { "$ key show DIR/\($0)\n" + scratch.transcript("key", "show", "DIR/\($0)") + "\n" }
        try Snapshot.check("key-show.txt", transcripts.joined())
    }

    @Test func passphrases() throws {
        let right = try scratch.file("right", "correct horse\r\nignored\n")
        let wrong = try scratch.file("wrong", "battery staple\n")
        let cheap = LockedIdentity.Cost(passes: 1, memoryKiB: 8)
        let new = KeyNew(passphrase: .file(right), time: UnixTime(seconds: 0, nanoseconds: 0), cost: cheap)
        let recipient = try new.write(to: scratch.file("id"))
        let text = try String(contentsOfFile: scratch.file("id"), encoding: .utf8)
        #expect(
            text.hasPrefix(
                """
                # made by trunkline at 1970-01-01T00:00:00Z
                # protected by a passphrase
                # recipient: \(recipient)
                trunkline-locked-identity-
                """))
        #expect(try KeyShow(passphrase: .file(right)).run(scratch.file("id")) == [recipient])
        #expect(throws: OperationError.self) { try KeyShow(passphrase: .file(wrong)).run(scratch.file("id")) }
        #expect(
            scratch.transcript("key", "show", "--passphrase-file", "DIR/wrong", "DIR/id") == """
                ! trunkline: error: unlock "DIR/id": the passphrase does not unlock it
                = 65
                """)
        #expect(
            scratch.transcript("key", "show", "--passphrase-file", "DIR/nothing", "DIR/id") == """
                ! trunkline: error: read passphrase from "DIR/nothing": there is no such file
                = 66
                """)
    }

    @Test func badPassphraseFiles() throws {
        _ = try scratch.file("empty", "\nsecond\n")
        _ = try scratch.file("open", "secret\n", mode: 0o644)
        #expect(scratch.transcript("key", "new", "--passphrase-file", "DIR/empty").hasSuffix("\n= 65"))
        #expect(scratch.transcript("key", "new", "--passphrase-file", "DIR/open").hasSuffix("\n= 77"))
        #expect(scratch.transcript("key", "new", "--passphrase-file", "DIR/x", "--passphrase").hasSuffix("\n= 64"))
    }

    @Test func identitiesOfTheConfiguration() throws {
        _ = scratch.transcript("key", "new", "--output", "DIR/a")
        _ = scratch.transcript("key", "new", "--output", "DIR/b")
        let text = Reading.least + "identity = \"\(scratch.path)/a\"\nidentities = [\"\(scratch.path)/b\"]\n"
        _ = try scratch.file("t.toml", text)
        #expect(
            scratch.transcript("key", "show", "--config", "DIR/t.toml")
                == "> trunkline-recipient-KEY\n> trunkline-recipient-KEY\n= 0")
        _ = try scratch.file("none.toml", Reading.least)
        #expect(
            scratch.transcript("key", "show", "--config", "DIR/none.toml") == """
                ! trunkline: error: read "DIR/none.toml": [encryption] names no identity
                ! trunkline: hint: Say which file: trunkline key show FILE.
                = 78
                """)
    }
}
