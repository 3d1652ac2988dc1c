internal import Format
internal import Operations
internal import Platform

/// What the options of `restore` say, with everything that is wrong with them.
struct RestoreOptions {
    private let invocation: Invocation
    private var problems: [UsageError.Problem] = []

    /// What is asked for, all but the command by which the server fetches its WAL.
    static func request(_ invocation: Invocation) throws(CommandFailure) -> RestoreRequest {
        var options = RestoreOptions(invocation: invocation)
        var request = RestoreRequest(directory: options.directory(), restoreCommand: "")
        request.backup = invocation.operands.first
        request.target = options.target()
        request.timeline = options.timeline()
        request.isInclusive = options.word("target-inclusive", ["true": true, "false": false])
        request.action = options.word(
            "target-action", Dictionary(uniqueKeysWithValues: TargetAction.allCases.map { ($0.rawValue, $0) }))
        request.tablespaces = options.tablespaces()
        request.jobs = options.jobs()
        request.isStandby = invocation.has("as-standby")
        request.isDelta = invocation.has("delta")
        request.isForced = invocation.has("force")
        if request.target == .end {
            for name in ["target-inclusive", "target-action"] where invocation.has(name) {
                options.report("--\(name) needs a target", hint: "Give one of --target-time, --target-lsn and so on.")
            }
        }
        guard options.problems.isEmpty else {
            throw .usage(UsageError(problems: options.problems, verb: .restore))
        }
        return request
    }

    private init(invocation: Invocation) {
        self.invocation = invocation
    }

    private mutating func report(_ message: String, hint: String? = nil) {
        problems.append(UsageError.Problem(message: message, hint: hint))
    }

    private mutating func directory() -> String {
        guard let text = invocation.value("to"), !text.isEmpty else {
            report("\"restore\" needs --to", hint: "Name the directory that the data directory is to be.")
            return ""
        }
        var path = text
        if !path.hasPrefix("/"), let here = try? FileSystem.currentDirectory() { path = "\(here)/\(path)" }
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private mutating func target() -> RestoreTarget {
        let names = ["target-time", "target-lsn", "target-xid", "target-name", "target"].filter(invocation.has)
        guard let name = names.first, let text = invocation.value(name) else { return .end }
        guard names.count == 1 else {
            report("\(names.map { "--\($0)" }.joined(separator: " and ")) exclude each other")
            return .end
        }
        switch name {
        case "target-time": return time(text)
        case "target-lsn":
            if let position = LSN(text), position != .invalid { return .position(position) }
            report("--target-lsn takes a position such as 16/B374D848, found \"\(text)\"")
        case "target-xid":
            if let number = UInt64(text), number >= RestoreTarget.transactionMin { return .transaction(number) }
            report("--target-xid takes the number of a transaction, found \"\(text)\"")
        case "target-name":
            if (1...RestoreTarget.nameBytesMax).contains(text.utf8.count) { return .name(text) }
            report("--target-name takes the name of a restore point, of at most \(RestoreTarget.nameBytesMax) bytes")
        default:
            if text == "immediate" { return .immediate }
            report("--target takes only \"immediate\", found \"\(text)\"", hint: "A moment is given by --target-time.")
        }
        return .end
    }

    private mutating func time(_ text: String) -> RestoreTarget {
        do throws(TargetTime.Problem) {
            return .time(try TargetTime(text) { $0.localOffsetSeconds })
        } catch {
            switch error {
            case .notATime:
                report("--target-time \"\(text)\" is no time", hint: "Write it like \"2026-11-25 14:30:00+01\".")
            case .noZone(let example):
                report(
                    "--target-time \"\(text)\" has no zone, so it could be any of 38 hours",
                    hint: "By the clock of this machine it is \"\(example)\"; Z stands for UTC.")
            case .unknownZone(let zone):
                report(
                    "--target-time \"\(text)\": \"\(zone)\" is no offset from UTC",
                    hint: "Write it like +01, +05:30 or Z: names of zones mean different offsets at different times.")
            }
            return .end
        }
    }

    private mutating func timeline() -> TimelineChoice {
        guard let text = invocation.value("target-timeline") else { return .latest }
        switch text {
        case "latest": return .latest
        case "current": return .current
        default:
            if let timeline = UInt32(text).flatMap({ TimelineID(rawValue: $0) }) { return .number(timeline) }
            report("--target-timeline takes latest, current or a number, found \"\(text)\"")
            return .latest
        }
    }

    private mutating func word<Value>(_ name: String, _ words: [String: Value]) -> Value? {
        guard let text = invocation.value(name) else { return nil }
        if let value = words[text] { return value }
        report("--\(name) takes \(words.keys.sorted().joined(separator: ", ")), found \"\(text)\"")
        return nil
    }

    private mutating func jobs() -> Int? {
        guard let text = invocation.value("jobs") else { return nil }
        let most = ConfigurationLimits.threadsMax
        if let number = Int(text), (1...most).contains(number) { return number }
        report("--jobs takes 1 to \(most), found \"\(text)\"")
        return nil
    }

    private mutating func tablespaces() -> [(old: String, new: String)] {
        invocation.values("tablespace").compactMap { text in
            // A place with an equals sign in it is named by its OID.
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, parts[1].hasPrefix("/") else {
                report("--tablespace takes OLD=NEW, where NEW is an absolute path, found \"\(text)\"")
                return nil
            }
            return (parts[0], parts[1])
        }
    }
}
