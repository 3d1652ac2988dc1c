import Platform
import Testing

@Suite struct DescriptorTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func readAll(_ file: borrowing Descriptor, at offset: UInt64? = nil, room: Int) throws -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
        defer { memory.deallocate() }
        var output = OutputRawSpan(buffer: memory, initializedCount: 0)
        let count = if let offset { try file.read(at: offset, into: &output) } else { try file.read(into: &output) }
        #expect(output.finalize(for: memory) == count)
        return Array(memory[..<count])
    }

    @Test func readsWhatWasWritten() throws {
        let file = try Descriptor.open(scratch("f"), .createNew)
        try file.write(([1, 2, 3, 4, 5] as [UInt8]).span.bytes)
        try file.write(([9, 8] as [UInt8]).span.bytes, at: 1)
        #expect(try readAll(file, room: 10) == [])
        #expect(try readAll(file, at: 0, room: 10) == [1, 9, 8, 4, 5])
        #expect(try readAll(file, at: 3, room: 1) == [4])
        #expect(try readAll(file, at: 5, room: 1) == [])
        #expect(try file.status().size == 5)
        try file.setSize(2)
        try file.synchronize()
        #expect(try file.status().size == 2)
        try file.close()
    }

    @Test func reservesWithoutChangingTheLength() throws {
        let file = try Descriptor.open(scratch("f"), .createNew)
        try file.preallocate(bytes: 1 << 20)
        try file.preallocate(bytes: 0)
        file.adviseSequential()
        file.adviseDontNeed()
        #expect(try file.status().size == 0)
    }

    @Test func refusesOffsetsTheKernelCannotCount() throws {
        let file = try Descriptor.open(scratch("f"), .createNew)
        for offset in [UInt64.max, UInt64(Int64.max)] {
            let error = #expect(throws: PlatformError.self) {
                try file.write(([0, 0] as [UInt8]).span.bytes, at: offset)
            }
            #expect(error?.errno == .fileTooLarge)
            #expect(throws: PlatformError.self) { try readAll(file, at: offset, room: 2) }
        }
        #expect(throws: PlatformError.self) { try file.setSize(.max) }
    }

    @Test func opensAsAsked() throws {
        func failure(_ name: String, _ mode: OpenMode) -> Errno? {
            do {
                try Descriptor.open(scratch(name), mode).close()
                return nil
            } catch {
                return error.errno
            }
        }
        #expect(failure("none", .read) == .noSuchFile)
        #expect(failure("none", .write) == .noSuchFile)
        #expect(failure("none/x", .createNew) == .noSuchFile)
        #expect(failure("f", .createNew) == nil)
        #expect(failure("f", .createNew) == .exists)
        #expect(failure("f", .openOrCreate) == nil)
        #expect(failure("f", .directory) == .notADirectory)
        #expect(failure("f/x", .read) == .notADirectory)
        #expect(failure("f\0x", .read) == .invalidArgument)
    }

    @Test func appendsAndTruncates() throws {
        try scratch.write("abc", to: "f")
        let end = try Descriptor.open(scratch("f"), .append)
        try end.write("de".utf8Octets.span.bytes)
        #expect(try scratch.read("f") == "abcde")
        try scratch.write("x", to: "f")
        #expect(try scratch.read("f") == "x")
    }

    @Test func errorNamesThePath() throws {
        let file = try Descriptor.open(scratch("f"), .createNew)
        try file.close()
        let readOnly = try Descriptor.open(scratch("f"), .read)
        let error = #expect(throws: PlatformError.self) { try readOnly.write(([1] as [UInt8]).span.bytes) }
        #expect(error?.description == "write \"\(scratch("f"))\": Bad file descriptor")
    }

    @Test func endOfLifeCloses() throws {
        func openCount() throws -> Int { try FileSystem.list("/proc/self/fd").filter(isScratch).count }
        func isScratch(_ number: String) -> Bool {
            (try? FileSystem.realPath("/proc/self/fd/\(number)")) == (try? FileSystem.realPath(scratch("f")))
        }
        try scratch.write("", to: "f")
        do {
            let file = try Descriptor.open(scratch("f"), .read)
            #expect(try openCount() == 1)
            _ = try file.status()
        }
        #expect(try openCount() == 0)
    }

    #if SYSCALL_FAULTS
    @Test func goesOnAfterASignal() throws {
        for nth in 1...20 {
            let run = SyscallFaults.failing(nth: nth, errno: .interrupted) { () throws -> [UInt8] in
                let file = try Descriptor.open(scratch("f"), .truncate)
                try file.write(([1, 2, 3] as [UInt8]).span.bytes)
                try file.write(([4] as [UInt8]).span.bytes, at: 3)
                try file.synchronize()
                try file.close()
                let reader = try Descriptor.open(scratch("f"), .read)
                return try readAll(reader, room: 10)
            }
            #expect(try run.result.get() == [1, 2, 3, 4])
            if !run.reached { return }
        }
        Issue.record("the calls have no end")
    }
    #endif
}

extension String {
    var utf8Octets: [UInt8] { Array(utf8) }
}
