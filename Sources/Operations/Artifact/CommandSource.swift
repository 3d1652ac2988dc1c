package import Platform
package import Stream

/// What a shell command writes to its standard output, and all of it: content ends only where the command has
/// succeeded.
package final class CommandSource: ContentSource {
    private let command: String
    private let child: Child
    private let stopped = Gate<Signal?>(nil)

    /// How often somebody looks how the command is while there is nothing to be read.
    private static let lookSeconds = 0.2
    /// What sh(1) exits with when it does not find a program.
    private static let notFoundCode: Int32 = 127

    /// Starts `command` by /bin/sh.
    package init(_ command: String) throws(OperationError) {
        self.command = command
        do throws(PlatformError) {
            child = try Child("/bin/sh", ["sh", "-c", command])
        } catch {
            throw OperationError(error, doing: "run")
        }
    }

    package func fill(_ block: inout Block) throws(OperationError) {
        while block.remaining > 0 {
            let count = try reading { () throws(PlatformError) in try readSome(into: &block) }
            // The end of the pipe may be the end of the command, or its death.
            if count == 0 { return try requireSuccess(try reading { () throws(PlatformError) in try child.wait() }) }
            // Something that the command has started may hold the pipe when the command itself has failed.
            guard count == nil, let end = try reading({ () throws(PlatformError) in try child.ended() }) else {
                continue
            }
            try requireSuccess(end)
        }
    }

    /// Ends the command, whatever it is doing, on behalf of somebody who has sent this program a signal: the content
    /// then ends with an error.
    package func stop(_ signal: Signal) {
        stopped.withLock { $0 = $0 ?? signal }
        child.terminate()
    }

    /// Ends the command if it is still there; nobody will read any further.
    package func end() { child.terminate() }

    /// Nil when nothing came for a while, 0 at the end of the pipe.
    private func readSome(into block: inout Block) throws(PlatformError) -> Int? {
        guard try child.waitUntilReadable(until: .after(seconds: Self.lookSeconds)) else { return nil }
        return try block.append { (span) throws(PlatformError) in try child.read(into: &span) }
    }

    private func requireSuccess(_ end: ProcessEnd) throws(OperationError) {
        if let signal = stopped.withLock({ $0 }) {
            throw OperationError(
                .timedOut, operation: "run", object: command,
                cause: "ended because this program got signal \(signal.rawValue)")
        }
        guard !end.isSuccess else { return }
        // What it has left behind writes to nobody.
        child.terminate()
        let isNotFound = end == .exited(code: Self.notFoundCode)
        throw OperationError(
            .commandFailed, operation: "run", object: command, cause: "\(end), so nothing is stored",
            hint: isNotFound ? "The shell has not found the program: give its whole path." : nil)
    }

    private func reading<R>(_ body: () throws(PlatformError) -> R) throws(OperationError) -> R {
        do throws(PlatformError) {
            return try body()
        } catch {
            throw OperationError(.inputOutput, operation: "run", object: command, cause: "\(error)")
        }
    }
}
