internal import CPostgres

/// The owner of one connection of libpq's: its calls, and nothing of their meaning.
struct LibpqConnection: ~Copyable {
    private let pointer: OpaquePointer

    /// Opens libpq if nobody has yet, and connects; nil when memory ran out. Look at `isConnected` then.
    ///
    /// Throws `libraryMissing`. `timeoutSeconds` holds unless `info` names another; nil leaves the environment's.
    init?(_ info: String, timeoutSeconds: Int?) throws(PostgresError) {
        var failure = [CChar](repeating: 0, count: 512)
        guard cpostgres_load(&failure, failure.count) else {
            let text = String(decoding: failure.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw PostgresError(
                .libraryMissing, "connect to", "PostgreSQL", "libpq cannot be used: \(ServerText.line(text))",
                hint: "Install libpq (Debian: apt install libpq5).")
        }
        let timeout = timeoutSeconds.map { "\($0)" }
        let made = info.withCString { info in
            guard let timeout else { return cpostgres_connect(info, nil) }
            return timeout.withCString { cpostgres_connect(info, $0) }
        }
        guard let made else { return nil }
        pointer = made
    }

    deinit { cpostgres_close(pointer) }

    var isConnected: Bool { cpostgres_is_connected(pointer) }
    var failureText: String { String(cString: cpostgres_failure(pointer)) }
    var serverVersion: Int { Int(cpostgres_server_version(pointer)) }
    var host: String? { cpostgres_host(pointer).map { String(cString: $0) } }
    var port: String? { cpostgres_port(pointer).map { String(cString: $0) } }
    var database: String? { cpostgres_database(pointer).map { String(cString: $0) } }

    /// `sink` must outlive the connection.
    func setNotices(to sink: NoticeSink) {
        cpostgres_set_notice(
            pointer,
            { context, message in
                guard let context, let message else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().take(String(cString: message))
            }, Unmanaged.passUnretained(sink).toOpaque())
    }

    /// Sends one statement; false when libpq refuses.
    func send(_ sql: String, _ parameters: [String?], rowByRow: Bool) -> Bool {
        let copies = parameters.map { $0.map(Self.copy) }
        defer { for copy in copies { copy?.deallocate() } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } }
        guard cpostgres_send(pointer, sql, Int32(pointers.count), pointers) else { return false }
        return rowByRow ? cpostgres_set_single_rows(pointer) : true
    }

    /// Waits for the server; false when the connection cannot be waited for.
    func wait(milliseconds: Int32) -> Bool { cpostgres_wait(pointer, milliseconds) >= 0 }

    /// Takes in what is there; false when the connection is broken.
    func consume() -> Bool { cpostgres_consume(pointer) }

    var isBusy: Bool { cpostgres_is_busy(pointer) }

    /// The next result; nil after the last one. Blocks unless `isBusy` is false.
    func next() -> LibpqResult? { cpostgres_next(pointer).map { LibpqResult($0) } }

    /// Nil without connection.
    func makeCancel() -> LibpqCancel? { cpostgres_cancel_new(pointer).map { LibpqCancel($0) } }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        text.withCString { bytes in
            let count = text.utf8.count + 1
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: count)
            copy.initialize(from: bytes, count: count)
            return copy
        }
    }
}

/// One result of a statement.
struct LibpqResult: ~Copyable {
    private let pointer: OpaquePointer

    fileprivate init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { cpostgres_result_free(pointer) }

    var kind: cpostgres_kind { cpostgres_result_kind(pointer) }
    var rowCount: Int { Int(cpostgres_result_rows(pointer)) }
    var failureText: String { String(cString: cpostgres_result_failure(pointer)) }

    /// Nil where the server's report lacks the part.
    func field(_ field: cpostgres_field) -> String? {
        cpostgres_result_field(pointer, field).map { String(cString: $0) }
    }

    func row(_ row: Int) -> QueryRow {
        QueryRow(
            (0..<cpostgres_result_columns(pointer)).map { column in
                var count = 0
                guard let value = cpostgres_result_value(pointer, Int32(row), column, &count) else { return nil }
                return UnsafeRawBufferPointer(start: value, count: count).map { $0 }
            })
    }
}

/// What asks the server to stop the statement that a connection runs; may outlive the connection.
///
/// Holds the address as a number, so that it may go to another thread: libpq's cancel object is read only by those who
/// use it (`PQcancel` is made for signal handlers).
struct LibpqCancel: ~Copyable {
    private let address: UInt

    fileprivate init(_ pointer: OpaquePointer) {
        address = UInt(bitPattern: pointer)
    }

    deinit { cpostgres_cancel_free(OpaquePointer(bitPattern: address)) }

    /// Connects to the server once more; whether that went well changes nothing.
    func request() { _ = cpostgres_cancel_request(OpaquePointer(bitPattern: address)) }
}

/// Where notices go.
final class NoticeSink {
    private let body: (String) -> Void

    init(_ body: @escaping (String) -> Void) {
        self.body = body
    }

    func take(_ message: String) { body(ServerText.line(message)) }
}
