import Format
import Foundation
import Testing

/// The built program, with an agent that says what it is told and a shell script in place of `trunkline`.
@Suite struct ThinClientTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write("#!/bin/sh\necho \"$@\" >\"\(scratch("direct"))\"\nexit 42\n", to: "trunkline")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch("trunkline"))
    }

    private struct Outcome: Equatable {
        let status: Int32
        let output: String
        let error: String
    }

    private func process(_ arguments: [String], program: String? = nil) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "trunkline-wal")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: scratch.path)
        process.environment = [
            "TRUNKLINE_SOCKET": scratch("s"), "TRUNKLINE_PROGRAM": program ?? scratch("trunkline"),
        ]
        return process
    }

    private func run(_ arguments: String..., program: String? = nil) throws -> Outcome {
        let process = process(arguments, program: program)
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let texts = [output, error].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        return Outcome(status: process.terminationStatus, output: texts[0], error: texts[1])
    }

    /// What the other program was started with; nil when it was not.
    private func direct() throws -> String? { try scratch.read("direct") }

    @Test(arguments: [(0, ""), (69, "trunkline: error: x\ntrunkline: hint: Y.\n")] as [(UInt8, String)])
    func theAgentDecides(exitCode: UInt8, text: String) throws {
        let agent = try FakeAgent(
            at: scratch("s"), [AgentReply.working, .finished(exitCode: exitCode, text: text)].map { $0.encoded() })
        let outcome = try run("push", "--cluster=main", "pg_wal/1")
        #expect(outcome == Outcome(status: Int32(exitCode), output: "", error: text))
        #expect(try direct() == nil)
        let directory = URL(filePath: scratch.path).resolvingSymlinksInPath().path
        #expect(
            agent.request
                == (try AgentRequest(.push(path: "pg_wal/1"), configuration: "", cluster: "main", directory: directory))
        )
    }

    @Test func aDecliningAgentIsNoObstacle() throws {
        let agent = try FakeAgent(at: scratch("s"), [AgentReply.declined(reason: "no").encoded()])
        #expect(try run("fetch", "a", "b") == Outcome(status: 42, output: "", error: ""))
        #expect(try direct() == "wal fetch a b\n")
        withExtendedLifetime(agent) {}
    }

    /// A status that would end recovery is no answer.
    @Test func anAnswerThatWouldMisleadIsNone() throws {
        let agent = try FakeAgent(at: scratch("s"), [AgentReply.finished(exitCode: 75, text: "x\n").encoded()])
        #expect(try run("fetch", "a", "pg_wal/RECOVERYXLOG") == Outcome(status: 42, output: "", error: ""))
        withExtendedLifetime(agent) {}
    }

    @Test func withoutAnAgentTheOtherProgramDoesIt() throws {
        #expect(try run("push", "--config", "/c", "--socket", scratch("t"), "a").status == 42)
        #expect(try direct() == "wal push --config /c a\n")
        #expect(try run("push", "--explain-memory").status == 42)
        #expect(try direct() == "wal push --explain-memory\n")
    }

    @Test func withoutEitherItSaysSo() throws {
        let none = scratch("none")
        let push = try run("push", "a", program: none)
        #expect(push.status == 69)
        #expect(
            push.error == """
                trunkline-wal: error: the agent does not answer, and execv "\(none)": No such file or directory
                trunkline-wal: hint: Install trunkline beside trunkline-wal, or start "trunkline agent".

                """)
        #expect(try run("fetch", "a", "b", program: none).status == 75)
        #expect(try run("fetch", "a", "pg_wal/RECOVERYXLOG", program: none).status == 255)
        try scratch.write("", to: "standby.signal")
        #expect(try run("fetch", "a", "pg_wal/RECOVERYXLOG", program: none).status == 75)
    }

    /// PostgreSQL takes death by a signal for something else than a failure.
    @Test(
        arguments: [
            (["push", "a"], 70), (["fetch", "a", "b"], 75), (["fetch", "a", "pg_wal/RECOVERYXLOG"], 255),
        ] as [([String], Int32)])
    func aFaultIsAnExitStatus(arguments: [String], status: Int32) throws {
        let agent = try FakeAgent(at: scratch("s"), [AgentReply.working.encoded()], .isSilent)
        let process = process(arguments)
        process.standardError = FileHandle.nullDevice
        try process.run()
        #expect(agent.waitForRequest() != nil)
        kill(process.processIdentifier, SIGSEGV)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == status)
    }

    @Test func itSpeaksForItselfOnlyHere() throws {
        #expect(try run("--version").output == "trunkline-wal \(Version.number)\n")
        #expect(try run("--help").output.hasPrefix("OVERVIEW: "))
        let wrong = try run("pusch", "a")
        #expect(wrong.status == 64)
        #expect(wrong.error.hasPrefix("trunkline-wal: error: there is no verb \"pusch\"\ntrunkline-wal: hint: "))
        #expect(try run("fech", "a", "pg_wal/RECOVERYXLOG").status == 255)
        #expect(try direct() == nil)
    }
}
