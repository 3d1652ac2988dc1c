internal import Glibc

/// The descriptors a process is born with. They may be closed by whoever started it: EBADF is an ordinary error here.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

    /// Keeps the three numbers from being given to the next files that are opened, which would then be read, or written
    /// into, by mistake. Call it before anything is opened. A stream that was closed stays as good as closed: EBADF.
    package static func keepNumbers() {
        for stream in [StandardStream.input, .output, .error] where fcntl(stream.rawValue, F_GETFD) == -1 {
            // The lowest number that is free: this one, as those before it are taken. Opened the wrong way round.
            _ = open("/dev/null", stream == .input ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes all of `bytes`.
    package func write(_ bytes: RawSpan) throws(PlatformError) {
        try bytes.withUnsafeBytes { (source) throws(PlatformError) in
            var rest = source[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                rest = rest.dropFirst(
                    try systemCall("write", on: name) { Glibc.write(rawValue, part.baseAddress, part.count) })
            }
        }
    }

    /// Writes all of `text` as UTF-8.
    package func write(_ text: String) throws(PlatformError) {
        let bytes = Array(text.utf8)
        try write(bytes.span.bytes)
    }

    /// Appends bytes until `output` is full or the stream ends; returns how many.
    @discardableResult
    package func read(into output: inout OutputRawSpan) throws(PlatformError) -> Int {
        try output.withUnsafeMutableBytes { (target, initialized) throws(PlatformError) -> Int in
            let start = initialized
            while initialized < target.count {
                let room = UnsafeMutableRawBufferPointer(rebasing: target[initialized...])
                let count = try systemCall("read", on: name) { Glibc.read(rawValue, room.baseAddress, room.count) }
                if count == 0 { break }
                initialized += count
            }
            return initialized - start
        }
    }

    private var name: String {
        switch self {
        case .input: "standard input"
        case .output: "standard output"
        case .error: "standard error"
        }
    }
}
