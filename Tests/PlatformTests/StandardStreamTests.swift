import Glibc
import Platform
import Testing

@Suite struct StandardStreamTests {
    /// What is opened next does not become standard output, and writing stays an error.
    @Test func closedStreamsKeepTheirNumbers() async {
        await #expect(processExitsWith: .exitCode(9)) {
            for number in Int32(0)...1 { Glibc.close(number) }
            StandardStream.keepNumbers()
            let scratch = try Scratch()
            let file = try Descriptor.open(scratch("f"), .createNew)
            let written = Result { () throws(PlatformError) in try StandardStream.output.write("lost") }
            guard case .failure(let error) = written, error.errno == .badDescriptor, try file.status().size == 0 else {
                Process.exit(1)
            }
            var byte: UInt8 = 0
            guard Glibc.read(0, &byte, 1) == -1, errno == EBADF else { Process.exit(2) }
            // Those that are open stay as they are.
            StandardStream.keepNumbers()
            try StandardStream.error.write("")
            Process.exit(9)
        }
    }
}
