internal import Glibc

/// The person in front of the screen, if there is one.
package enum Terminal {
    /// Whether somebody may be looking at it.
    package static func isTerminal(_ stream: StandardStream) -> Bool {
        isatty(stream.rawValue) == 1
    }

    /// Whether the process is one of those that its terminal listens to and sends the interrupt key's signal to.
    package static var isInForeground: Bool {
        guard let terminal = try? Descriptor.open("/dev/tty", .read) else { return false }
        return terminal.withNumber { tcgetpgrp($0) } == getpgrp()
    }

    /// Columns of the terminal behind standard error; nil when it is none or does not say.
    package static var width: Int? {
        var size = winsize()
        guard ioctl(StandardStream.error.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Bytes; longer lines fail with EFBIG.
    package static let passphraseBytesMax = 1024

    /// Asks on /dev/tty, with what is typed not shown; returns the line without its end, which the caller wipes.
    ///
    /// ENXIO when there is no terminal. The interrupt key fails with EINTR; it arrives here as a character, since a
    /// signal would leave the terminal without echo.
    package static func readPassphrase(prompt: String) throws(PlatformError) -> [UInt8] {
        let terminal = try Descriptor.open("/dev/tty", .readWrite)
        let question = Array(prompt.utf8)
        try terminal.write(question.span.bytes)
        var before = termios()
        try terminal.withNumber { (number) throws(PlatformError) in
            _ = try systemCall("tcgetattr", on: "/dev/tty") { tcgetattr(number, &before) }
        }
        try setAttributes(hiding(before), of: terminal)
        // Best effort: there is nobody to tell.
        defer { try? setAttributes(before, of: terminal) }
        return try readLine(from: terminal)
    }

    private static let interruptKey: UInt8 = 3

    /// No echo but of the line's end, no signals, and the interrupt key ending the line.
    private static func hiding(_ before: termios) -> termios {
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        hidden.c_lflag |= tcflag_t(ICANON | ECHONL)
        withUnsafeMutableBytes(of: &hidden.c_cc) { $0[Int(VEOL)] = interruptKey }
        return hidden
    }

    private static func setAttributes(_ attributes: termios, of terminal: borrowing Descriptor) throws(PlatformError) {
        var attributes = attributes
        try terminal.withNumber { (number) throws(PlatformError) in
            _ = try systemCall("tcsetattr", on: "/dev/tty") { tcsetattr(number, TCSAFLUSH, &attributes) }
        }
    }

    private static func readLine(from terminal: borrowing Descriptor) throws(PlatformError) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(passphraseBytesMax)
        while true {
            let next = try terminal.readChunk(byteCount: 1)
            switch next.first {
            case nil, UInt8(ascii: "\n"): return line
            case interruptKey: throw PlatformError(operation: "read", object: "/dev/tty", errno: .interrupted)
            case .some(let byte):
                guard line.count < passphraseBytesMax else {
                    throw PlatformError(operation: "read", object: "/dev/tty", errno: .fileTooLarge)
                }
                line.append(byte)
            }
        }
    }
}
