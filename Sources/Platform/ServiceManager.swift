internal import CLinux
internal import Glibc

/// What a service tells systemd and hears from it: sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3), whose
/// protocols are stable, without the library.
///
/// Nothing here fails: a message that cannot be delivered within a second is lost, as sd_notify(3) recommends.
package struct ServiceManager: Sendable {
    private let socket: String?
    /// A `watchdog` at least this often keeps the service alive; nil when nobody counts.
    package let watchdogSeconds: Double?
    /// Sockets that are open already (socket activation), in the order of the unit.
    package let listenDescriptors: [Int32]

    /// systemd hands over few; a larger number is a mistake.
    private static let listenCountMax: Int32 = 64
    /// The first one (SD_LISTEN_FDS_START).
    private static let listenStart: Int32 = 3
    /// systemd reads at once.
    private static let sendSeconds = 1
    /// What `systemctl status` shows in a line or two.
    private static let statusByteCountMax = 512

    /// - Parameters:
    ///   - environment: with NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, LISTEN_FDS and LISTEN_PID.
    ///   - pid: this process, which LISTEN_PID and WATCHDOG_PID must mean.
    package init(environment: [String: String], pid: Int32 = Process.pid) {
        let name = environment["NOTIFY_SOCKET"] ?? ""
        socket = name.hasPrefix("/") || name.hasPrefix("@") ? name : nil
        let microseconds = environment["WATCHDOG_USEC"].flatMap { UInt64($0) } ?? 0
        let isWatched = environment["WATCHDOG_PID"].map { Int32($0) == pid } ?? true
        watchdogSeconds = microseconds > 0 && isWatched ? Double(microseconds) / 1e6 : nil
        let count = environment["LISTEN_FDS"].flatMap { Int32($0) } ?? 0
        let isMeant = environment["LISTEN_PID"].flatMap { Int32($0) } == pid
        let isCount = (1...Self.listenCountMax).contains(count)
        listenDescriptors = isMeant && isCount ? Array(Self.listenStart..<Self.listenStart + count) : []
    }

    /// Whether anybody listens.
    package var isPresent: Bool { socket != nil }

    /// The service does its work from now on, also after `reloading`.
    package func ready() { send("READY=1") }

    /// The service reads its configuration again; `ready` ends that.
    package func reloading() {
        // The time is what Type=notify-reload wants beside it.
        send("RELOADING=1\nMONOTONIC_USEC=\(Clock.monotonicNanoseconds() / 1000)")
    }

    /// The service is about to end.
    package func stopping() { send("STOPPING=1") }

    /// A line for people.
    package func status(_ text: String) {
        var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        while line.utf8.count > Self.statusByteCountMax { line.removeLast() }
        send("STATUS=\(line)")
    }

    /// The service is alive.
    package func watchdog() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard let socket, let address = try? LocalAddress(pathOrAbstract: socket, for: "sendto"),
            let descriptor = try? address.socket(LINUX_SOCK_DGRAM)
        else { return }
        descriptor.withNumber { number in
            // Waiting for room is left to the kernel.
            var patience = timeval(tv_sec: Self.sendSeconds, tv_usec: 0)
            _ = fcntl(number, F_SETFL, 0)
            _ = setsockopt(
                number, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            let octets = Array(message.utf8)
            _ = try? systemCallOnce("sendto") {
                address.lend { sendto(number, octets, octets.count, Int32(MSG_NOSIGNAL), $0, $1) }
            }
        }
    }
}
