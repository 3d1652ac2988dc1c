import Testing
import trunkline

@Suite struct ArgumentsTests {
    private func invocation(_ arguments: String...) throws -> Invocation {
        let request = try Arguments.parse(arguments)
        guard case .run(let invocation) = request else {
            Issue.record("not to be run: \(request)")
            throw CancellationError()
        }
        return invocation
    }

    private func problems(_ arguments: [String]) -> [String] {
        do {
            let request = try Arguments.parse(arguments)
            return ["understood: \(request)"]
        } catch {
            return error.problems.flatMap { [$0.message] + ($0.hint.map { ["  " + $0] } ?? []) }
        }
    }

    @Test func valuesBehindSpaceOrEqualsSign() throws {
        let one = try invocation("wal", "fetch", "--config", "/c", "N", "--cluster=main", "D")
        #expect(one.verb == .walFetch)
        #expect(one.operands == ["N", "D"])
        #expect(one.value("config") == "/c")
        #expect(one.value("cluster") == "main")
        #expect(try invocation("--config=a=b", "wal", "push", "P").value("config") == "a=b")
        #expect(try invocation("wal", "push", "--config=--odd", "P").value("config") == "--odd")
    }

    @Test func twoHyphensEndTheOptions() throws {
        #expect(try invocation("wal", "push", "--", "--json").operands == ["--json"])
        #expect(try invocation("key", "show", "-").operands == ["-"])
    }

    @Test func repeatsWhereTheTableSaysSo() throws {
        let arguments = try invocation("init", "--repository", "a", "--repository=b", "--pgdata", "d")
        #expect(arguments.values("repository") == ["a", "b"])
        #expect(problems(["wal", "push", "--config=a", "--config=b", "P"]) == ["--config is given twice"])
    }

    @Test func helpAndVersion() throws {
        #expect(try Arguments.parse(["--help"]) == .help(nil))
        #expect(try Arguments.parse(["-h"]) == .help(nil))
        #expect(try Arguments.parse(["wal", "--help"]) == .help(nil))
        #expect(try Arguments.parse(["wal", "push", "-h"]) == .help(.walPush))
        #expect(try Arguments.parse(["--help", "key", "new"]) == .help(.keyNew))
        #expect(try Arguments.parse(["--version"]) == .version)
    }

    /// Success of archive_command and restore_command means that a file was stored or fetched.
    @Test(arguments: [
        ["wal", "push", "--help", "pg_wal/000000010000000000000001"],
        ["wal", "push", "--explain-memory", "pg_wal/000000010000000000000001"],
        ["wal", "push", "-h", "pg_wal/000000010000000000000001"],
        ["--version", "pg_wal/000000010000000000000001"], ["--help", "pg_wal/000000010000000000000001"],
        ["wal", "--help", "pg_wal/000000010000000000000001"], ["version", "pg_wal/000000010000000000000001"],
        ["wal", "list", "pg_wal/000000010000000000000001"], ["wal", "push", ""], ["wal", "push"],
        ["wal", "fetch", "--help", "A", "B"], ["wal", "fetch", "--explain-memory", "A", "B"],
    ])
    func nothingButTheWorkSucceedsWithAFilesName(_ arguments: [String]) {
        #expect(throws: UsageError.self) { try Arguments.parse(arguments) }
    }

    @Test func thePrefetcherIsNoRestoreCommand() throws {
        #expect(Arguments.verb(["wal", "prefetch", "000000010000000000000001", "pg_wal/RECOVERYXLOG"]) == nil)
        #expect(Arguments.verb(["wal", "prefetch", "/d/pgsql_tmp_trunkline_1", "pg_wal/RECOVERYXLOG"]) == .walPrefetch)
    }

    @Test func everyProblemIsNamed() throws {
        let lines: [[String]] = [
            [], ["wall"], ["wal"], ["wal", "fech"], ["wal", "fech", "--confg", "x"], ["frobnicate"],
            ["wal", "push", "--confg", "x", "P"], ["wal", "push", "--config"],
            ["wal", "push", "--config", "--cluster=x"],
            ["wal", "push", "--config=", "P"], ["wal", "list", "--json=yes"], ["wal", "push", "-x", "P"],
            ["wal", "push", "--json", "P"], ["wal", "push", "P", "Q", "R"], ["wal", "fetch"], ["wal", "fetch", "N"],
            ["wal", "push", "--exp", "P"], ["--version", "wal"], ["--json", "--version"], ["--help", "--bogus"],
            ["wal", "push", "--cluster=a", "--cluster=b", "--json", "--nope=3", "P", "Q"],
        ]
        let text = lines.map { line in
            (["$ trunkline " + line.joined(separator: " ")] + problems(line).map { "  " + $0 }).joined(separator: "\n")
        }
        try Snapshot.check("usage-errors.txt", text.joined(separator: "\n") + "\n")
    }

    @Test func theVerbIsKnownWhateverElseIsWrong() {
        #expect(Arguments.verb(["wal", "fetch", "--bogus", "--config"]) == .walFetch)
        #expect(Arguments.verb(["--config", "x", "wal", "push", "a", "b", "c"]) == .walPush)
        #expect(Arguments.verb(["wal", "fech"]) == nil)
    }

    @Test func anOptionTakesAValueEverywhereOrNowhere() {
        var kinds: [String: Bool] = [:]
        for rule in CommandTable.all {
            for option in rule.options {
                #expect(kinds[option.name] == nil || kinds[option.name] == (option.value != nil), "--\(option.name)")
                kinds[option.name] = option.value != nil
            }
        }
    }
}
