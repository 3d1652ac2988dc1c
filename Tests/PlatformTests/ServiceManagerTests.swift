import Glibc
import Platform
import Testing

@Suite struct ServiceManagerTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A datagram socket as systemd has it.
    private func manager(_ name: String) -> Int32 {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
        }
        #expect(result == 0)
        return number
    }

    private func next(_ number: Int32) -> String {
        var octets = [UInt8](repeating: 0, count: 4_096)
        let count = recv(number, &octets, octets.count, Int32(MSG_DONTWAIT))
        return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
    }

    @Test(arguments: [false, true]) func messagesAreAsSystemdWantsThem(isAbstract: Bool) {
        let name = isAbstract ? "@" + scratch.path : scratch("notify")
        let number = manager(name)
        defer { close(number) }
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name])
        #expect(manager.isPresent)
        manager.ready()
        #expect(next(number) == "READY=1")
        manager.status("serves 2 clusters\nand more")
        #expect(next(number) == "STATUS=serves 2 clusters and more")
        manager.status(String(repeating: "ü", count: 5_000))
        #expect(next(number) == "STATUS=" + String(repeating: "ü", count: 256))
        manager.watchdog()
        #expect(next(number) == "WATCHDOG=1")
        manager.stopping()
        #expect(next(number) == "STOPPING=1")
        let before = Clock.monotonicNanoseconds() / 1000
        manager.reloading()
        let lines = next(number).split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = lines.last.flatMap { UInt64($0.drop { $0 != "=" }.dropFirst()) } ?? 0
        #expect((before...Clock.monotonicNanoseconds() / 1000).contains(time))
    }

    @Test(arguments: [nil, "", "relative", "vsock:2:1", "/nowhere/at/all", String(repeating: "/x", count: 100)])
    func nothingHappensWithoutSystemd(name: String?) {
        let manager = ServiceManager(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:])
        manager.ready()
        manager.status("fine")
        #expect(manager.watchdogSeconds == nil)
        #expect(manager.listenDescriptors == [])
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "30000000"], 30), (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], 30),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "x"], nil), ([:], nil),
        ] as [([String: String], Double?)])
    func theWatchdogIsForThisProcess(environment: [String: String], seconds: Double?) {
        #expect(ServiceManager(environment: environment, pid: 7).watchdogSeconds == seconds)
    }

    @Test(
        arguments: [
            ("1", "7", [3]), ("2", "7", [3, 4]), ("1", "8", []), ("0", "7", []), ("-1", "7", []), ("65", "7", []),
            ("99999999999", "7", []), ("x", "7", []), ("1", nil, []),
        ] as [(String, String?, [Int32])])
    func socketsAreForThisProcess(count: String, pid: String?, descriptors: [Int32]) {
        var environment = ["LISTEN_FDS": count]
        environment["LISTEN_PID"] = pid
        #expect(ServiceManager(environment: environment, pid: 7).listenDescriptors == descriptors)
    }
}
