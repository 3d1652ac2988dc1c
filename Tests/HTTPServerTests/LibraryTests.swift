import CLibrary
import Foundation
import Testing

/// What opens libcurl, libpq and libmicrohttpd.
@Suite(.serialized) struct LibraryTests {
    /// Opens one of `files` with `functions`; the reason of a failure, or nil, and where the functions are.
    private func load(
        _ files: [String], _ functions: [String], tries: Int = 1,
        begin: (@convention(c) (UnsafeMutablePointer<CChar>?, Int) -> Bool)? = nil
    ) -> (failure: String?, addresses: [UnsafeMutableRawPointer?]) {
        func list(_ texts: [String]) -> UnsafeMutablePointer<UnsafePointer<CChar>?> {
            let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count + 1)
            for (index, text) in texts.enumerated() { list[index] = UnsafePointer(strdup(text)) }
            list[texts.count] = nil
            return list
        }
        // As in the program, what belongs to a library is there for good.
        let addresses = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: functions.count)
        addresses.initialize(repeating: nil, count: functions.count)
        let library = UnsafeMutablePointer<clibrary>.allocate(capacity: 1)
        library.initialize(to: clibrary())
        library.pointee.title = UnsafePointer(strdup("libtest"))
        library.pointee.files = UnsafePointer(list(files))
        library.pointee.functions = UnsafePointer(list(functions))
        library.pointee.table = UnsafeMutableRawPointer(addresses)
        library.pointee.begin = begin
        pthread_mutex_init(&library.pointee.mutex, nil)
        var failure = [CChar](repeating: 0, count: Int(CLIBRARY_FAILURE_BYTES))
        var isLoaded = false
        for _ in 0..<tries { isLoaded = clibrary_load(library, &failure, failure.count) }
        let text = String(decoding: failure.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return (isLoaded ? nil : text, (0..<functions.count).map { addresses[$0] })
    }

    @Test func functionsAreFound() {
        let (failure, addresses) = load(["libnothing.so.7", "libc.so.6"], ["getpid", "getppid"])
        #expect(failure == nil)
        #expect(addresses.allSatisfy { $0 != nil })
        #expect(addresses[0] != addresses[1])
    }

    /// The first file is what it is called everywhere.
    @Test func aMissingLibraryIsNamed() {
        let failure = load(["libnothing.so.7", "libnone.so.8"], ["getpid"], tries: 2).failure
        #expect(failure?.hasPrefix("libnothing.so.7: ") == true, "\(failure ?? "none")")
    }

    @Test func aMissingFunctionIsNamed() {
        #expect(load(["libc.so.6"], ["getpid", "gettea"]).failure == "libtest lacks the function \"gettea\"")
    }

    @Test func whatBeginsMayRefuse() {
        let failure = load(["libc.so.6"], ["getpid"]) { failure, capacity in
            guard let failure else { return false }
            strncpy(failure, "not today", capacity)
            return false
        }.failure
        #expect(failure == "not today")
    }
}
