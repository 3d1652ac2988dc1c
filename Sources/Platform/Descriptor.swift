internal import CLinux
internal import Glibc

/// How to open a file. Every mode adds O_CLOEXEC.
package enum OpenMode: Sendable {
    /// An existing file, for reading.
    case read
    /// An existing file, for writing from its start; its length stays.
    case write
    /// An existing file, for both.
    case readWrite
    /// A new file, for reading and writing; EEXIST when the name is taken.
    case createNew
    /// A new or existing file, for reading and writing.
    case openOrCreate
    /// A new or existing file, whose every write goes to its end.
    case append
    /// A new file, or an existing one emptied first, for writing.
    case truncate
    /// A directory, to be synchronised or locked.
    case directory

    fileprivate var flags: Int32 {
        let mode =
            switch self {
            case .read: O_RDONLY
            case .write: O_WRONLY
            case .readWrite: O_RDWR
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .openOrCreate: O_RDWR | O_CREAT
            case .append: O_WRONLY | O_CREAT | O_APPEND
            case .truncate: O_WRONLY | O_CREAT | O_TRUNC
            case .directory: O_RDONLY | O_DIRECTORY
            }
        return mode | O_CLOEXEC
    }
}

/// A uniquely owned, open file descriptor; the end of its life closes it.
///
/// The calls with an offset may be made by several threads at once, the others by one at a time.
package struct Descriptor: ~Copyable, Sendable {
    /// The descriptor, or `closed`.
    private var number: Int32
    /// Where it was opened, for error messages.
    package let path: String

    private static let closed: Int32 = -1

    /// Takes over a descriptor that a call gave.
    init(number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit {
        // Nothing was promised about data not yet written: `close()` is for that.
        if number != Self.closed { try? Self.close(number, path) }
    }

    /// Opens `path`; a file created has `permissions` less the process's umask.
    package static func open(
        _ path: String, _ mode: OpenMode, permissions: UInt16 = 0o640
    ) throws(PlatformError) -> Descriptor {
        let number = try pathCall("open", path) { Glibc.open($0, mode.flags, mode_t(permissions)) }
        return Descriptor(number: number, path: path)
    }

    /// Closes now and tells what the end of life would hide: some file systems report failed writes only here (NFS).
    package consuming func close() throws(PlatformError) {
        try closeInPlace()
    }

    /// The same for an owner that has a `deinit`, out of which nothing can be consumed.
    mutating func closeInPlace() throws(PlatformError) {
        let number = self.number
        self.number = Self.closed
        try Self.close(number, path)
    }

    private static func close(_ number: Int32, _ path: String) throws(PlatformError) {
        do {
            _ = try systemCallOnce("close") { Glibc.close(number) }
        } catch .interrupted {
            // The descriptor is gone (close(2), "Dealing with error returns from close()").
        } catch {
            precondition(error != .badDescriptor, "a descriptor is closed once, by its owner")
            throw PlatformError(operation: "close", object: path, errno: error)
        }
    }
}

// MARK: - Bytes

extension Descriptor {
    /// Appends bytes from the current position until `output` is full or the file ends.
    ///
    /// Returns how many; less than there was room for means the end, zero with room means nothing was left. After an
    /// error, what had been read before it is in `output`.
    @discardableResult
    package func read(into output: inout OutputRawSpan) throws(PlatformError) -> Int {
        try fill(&output, "read") { room, _ in Glibc.read(number, room.baseAddress, room.count) }
    }

    /// The same from `offset` bytes after the start; the current position is neither used nor moved.
    @discardableResult
    package func read(at offset: UInt64, into output: inout OutputRawSpan) throws(PlatformError) -> Int {
        let start = try self.position(offset, adding: output.freeCapacity, "pread")
        return try fill(&output, "pread") { room, done in
            pread(number, room.baseAddress, room.count, start + off_t(done))
        }
    }

    /// Appends what one call gives: from a pipe what is there, waiting for at least a byte. Returns how many; zero with
    /// room means the end.
    @discardableResult
    package func readSome(into output: inout OutputRawSpan) throws(PlatformError) -> Int {
        try output.withUnsafeMutableBytes { (target, initialized) throws(PlatformError) -> Int in
            let room = UnsafeMutableRawBufferPointer(rebasing: target[initialized...])
            let count = try systemCall("read", on: path) { Glibc.read(number, room.baseAddress, room.count) }
            initialized += count
            return count
        }
    }

    /// Waits until a call of `readSome` would not wait: there are bytes, or the end; false when `deadline` came first.
    package func waitUntilReadable(until deadline: Deadline) throws(PlatformError) -> Bool {
        var poll = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        // Rounded up, so that the deadline has passed when nothing came; what does not fit is asked for again.
        let wanted = (deadline.remainingSeconds * 1000).rounded(.up)
        let milliseconds = wanted < Double(Int32.max) ? Int32(wanted) : -1
        return try systemCall("poll", on: path) { Glibc.poll(&poll, 1, milliseconds) } > 0
    }

    /// Writes all of `bytes` at the current position (or the end, for `OpenMode.append`).
    ///
    /// After an error, an unknown part of them is written.
    package func write(_ bytes: RawSpan) throws(PlatformError) {
        try drain(bytes, "write") { rest, _ in Glibc.write(number, rest.baseAddress, rest.count) }
    }

    /// The same for octets.
    package func write(octets: [UInt8]) throws(PlatformError) {
        try write(octets.span.bytes)
    }

    /// Writes all of `bytes` from `offset` bytes after the start; a gap before them reads as zeros.
    package func write(_ bytes: RawSpan, at offset: UInt64) throws(PlatformError) {
        let start = try self.position(offset, adding: bytes.byteCount, "pwrite")
        try drain(bytes, "pwrite") { rest, done in
            pwrite(number, rest.baseAddress, rest.count, start + off_t(done))
        }
    }

    /// The next `byteCount` bytes, fewer at the end of the file; for small files.
    func readChunk(byteCount: Int) throws(PlatformError) -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: byteCount) { (buffer, initialized) throws(PlatformError) in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            var output = OutputRawSpan(buffer: memory, initializedCount: 0)
            defer {
                // Both lines: `finalize` consumes the span, so it must be given a value again.
                initialized = output.finalize(for: memory)
                output = OutputRawSpan()
            }
            try read(into: &output)
        }
    }

    private func fill(
        _ output: inout OutputRawSpan, _ name: StaticString,
        _ call: (_ room: UnsafeMutableRawBufferPointer, _ done: Int) -> Int
    ) throws(PlatformError) -> Int {
        try output.withUnsafeMutableBytes { (target, initialized) throws(PlatformError) -> Int in
            let start = initialized
            while initialized < target.count {
                let room = UnsafeMutableRawBufferPointer(rebasing: target[initialized...])
                let count = try systemCall(name, on: path) { call(room, initialized - start) }
                if count == 0 { break }
                initialized += count
            }
            return initialized - start
        }
    }

    /// Bytes of one write(2). For the file systems with large folios, Linux takes the length as the size of the part of
    /// page cache to allocate (`fgf_set_order`, include/linux/pagemap.h), and large parts are hard to come by in used
    /// memory: a restore with writes of 1 MiB takes twice as long as one with 64 KiB, all of it in the kernel, and with
    /// 16 KiB the calls begin to count (docs/decisions/0016-short-writes.md).
    private static let writeByteCountMax = 64 << 10

    private func drain(
        _ bytes: RawSpan, _ name: StaticString, _ call: (_ rest: UnsafeRawBufferPointer, _ done: Int) -> Int
    ) throws(PlatformError) {
        try bytes.withUnsafeBytes { (source) throws(PlatformError) in
            var done = 0
            while done < source.count {
                let end = min(done + Self.writeByteCountMax, source.count)
                let rest = UnsafeRawBufferPointer(rebasing: source[done..<end])
                done += try systemCall(name, on: path) { call(rest, done) }
            }
        }
    }

    /// `offset` as the kernel counts, when `offset` and the bytes after it can be counted (EFBIG otherwise).
    private func position(
        _ offset: UInt64, adding count: Int, _ operation: String
    ) throws(PlatformError) -> off_t {
        guard let start = off_t(exactly: offset), !start.addingReportingOverflow(off_t(count)).overflow else {
            throw PlatformError(operation: operation, object: path, errno: .fileTooLarge)
        }
        return start
    }
}

// MARK: - The file

extension Descriptor {
    /// Returns when content and length are on stable storage (fsync(2)).
    ///
    /// After a failure the kernel may have dropped the pages: a second call that succeeds proves nothing, so the file
    /// has to be written anew.
    package func synchronize() throws(PlatformError) {
        _ = try systemCall("fsync", on: path) { fsync(number) }
    }

    /// What fstat(2) says now.
    package func status() throws(PlatformError) -> FileStatus {
        var status = stat()
        _ = try systemCall("fstat", on: path) { fstat(number, &status) }
        return FileStatus(status)
    }

    /// Cuts the file, or extends it by zeros, to `size` bytes.
    package func setSize(_ size: UInt64) throws(PlatformError) {
        let length = try position(size, adding: 0, "ftruncate")
        _ = try systemCall("ftruncate", on: path) { ftruncate(number, length) }
    }

    /// Tells the kernel that the file is about to be read from front to back. A hint: failure means nothing.
    package func adviseSequential() {
        _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Tells the kernel that the file is read once: what others have in the page cache is not to give way to it (Linux
    /// 6.3 and later listen). A hint: failure means nothing.
    package func adviseNoReuse() {
        _ = posix_fadvise(number, 0, 0, POSIX_FADV_NOREUSE)
    }

    /// Has the kernel begin to write out what was written there, so that a later `synchronize` finds little to do. A
    /// hint: failure means nothing, and success promises nothing.
    package func startWriteback(at offset: UInt64, byteCount: UInt64) {
        guard let start = off_t(exactly: offset), let length = off_t(exactly: byteCount) else { return }
        _ = sync_file_range(number, start, length, LINUX_SYNC_FILE_RANGE_WRITE)
    }

    /// Tells the kernel that the cached pages of the file are not needed again. A hint: failure means nothing.
    package func adviseDontNeed() {
        _ = posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Reserves the first `bytes` of the file on disk without changing its length; ENOSPC comes now or not at all.
    ///
    /// File systems that cannot reserve are left alone: glibc's posix_fallocate would write zeros there.
    package func preallocate(bytes: UInt64) throws(PlatformError) {
        let length = try position(bytes, adding: 0, "fallocate")
        guard length > 0 else { return }
        do {
            _ = try systemCall("fallocate") { fallocate(number, LINUX_FALLOC_FL_KEEP_SIZE, 0, length) }
        } catch .notSupported, .notImplemented, .invalidArgument {
        } catch {
            throw PlatformError(operation: "fallocate", object: path, errno: error)
        }
    }

    /// Lends the number to the other files of this target.
    borrowing func withNumber<R: ~Copyable, E: Error>(_ body: (Int32) throws(E) -> R) throws(E) -> R {
        try body(number)
    }
}
