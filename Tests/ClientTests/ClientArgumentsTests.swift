import Format
import Testing
import trunkline_wal

@Suite struct ClientArgumentsTests {
    private static func push(_ path: String, _ words: [String]) -> ClientInvocation {
        ClientInvocation(
            operation: .push(path: path), configuration: nil, cluster: nil, socket: nil, words: words)
    }

    @Test func theUsualLines() {
        #expect(ClientArguments.parse(["push", "pg_wal/1"]) == .ask(Self.push("pg_wal/1", ["push", "pg_wal/1"])))
        #expect(
            ClientArguments.parse(["fetch", "00000002.history", "pg_wal/RECOVERYHISTORY"])
                == .ask(
                    ClientInvocation(
                        operation: .fetch(name: "00000002.history", target: "pg_wal/RECOVERYHISTORY"),
                        configuration: nil, cluster: nil, socket: nil,
                        words: ["fetch", "00000002.history", "pg_wal/RECOVERYHISTORY"])))
    }

    /// Anywhere, in both forms; only `--socket` is for this program alone.
    @Test func options() {
        let lines = [
            ["push", "--config", "/c", "--cluster=main", "--socket", "/s", "a"],
            ["--socket=/s", "--config", "/c", "push", "a", "--cluster=main"],
        ]
        for line in lines {
            guard case .ask(let invocation) = ClientArguments.parse(line) else {
                Issue.record("\(line) is not understood")
                continue
            }
            #expect(invocation.operation == .push(path: "a"))
            #expect(invocation.configuration == "/c")
            #expect(invocation.cluster == "main")
            #expect(invocation.socket == "/s")
            #expect(invocation.words == line.filter { !$0.contains("socket") && $0 != "/s" })
        }
    }

    @Test func twoHyphensEndTheOptions() {
        #expect(
            ClientArguments.parse(["push", "--socket", "/s", "--", "--config"])
                == .ask(
                    ClientInvocation(
                        operation: .push(path: "--config"), configuration: nil, cluster: nil, socket: "/s",
                        words: ["push", "--", "--config"])))
    }

    /// The other program knows what to do with them, or what to say.
    @Test(arguments: [
        ["push"], ["push", "a", "b"], ["push", ""], ["fetch", "a"], ["fetch", "a", "b", "c"],
        ["push", "--explain-memory"], ["fetch", "--repository", "file:///r", "a", "b"], ["push", "--nope", "a"],
        ["push", "-x", "a"], ["push", "--config", "/c", "--config", "/d", "a"], ["push", "--config"],
        ["push", "--config="], ["push", "--config", "--cluster", "m"], ["push", "--help", "a"], ["push", "--version"],
        ["fetch", "a", "b", "--help"],
    ])
    func isHandedOver(line: [String]) {
        #expect(ClientArguments.parse(line) == .handOver(line))
        #expect(ClientArguments.parse(["--socket=/s"] + line) == .handOver(line))
    }

    @Test(arguments: [
        ([], "there is no verb"), (["pusch", "a"], "there is no verb \"pusch\""), (["--nope"], "there is no verb"),
        (["prefetch", "a", "b"], "there is no verb \"prefetch\""), (["--version", "a"], "there is no verb \"a\""),
        (["push", "a", "--socket"], "--socket needs a value: --socket PATH"),
        (["push", "a", "--socket="], "--socket needs a value: --socket PATH"),
        (["push", "a", "--socket", "--config"], "--socket needs a value: --socket PATH"),
        (["push", "--socket=a", "b", "--socket=c"], "--socket is given twice"),
    ])
    func isWrong(line: [String], message: String) {
        #expect(ClientArguments.parse(line) == .wrong(message))
    }

    @Test func helpAndVersionStandAlone() {
        for line in [["--help"], ["-h"], ["push", "--help"], ["fetch", "-h"]] {
            #expect(ClientArguments.parse(line) == .help)
        }
        #expect(ClientArguments.parse(["--version"]) == .version)
    }
}
