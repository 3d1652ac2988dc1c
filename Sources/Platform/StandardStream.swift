internal import Glibc

/// The descriptors a process is born with. They may be closed by whoever started it: EBADF is an ordinary error here.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

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
