import Platform
import Testing

@Suite struct ErrnoTests {
    @Test func describesItself() {
        #expect("\(Errno.noSuchFile)" == "No such file or directory")
        #expect("\(Errno(rawValue: 99_999))" == "error 99999")
    }

    @Test func errorNamesCallObjectAndReason() {
        let error = PlatformError(operation: "open", object: "x", errno: .noSuchFile)
        #expect("\(error)" == #"open "x": No such file or directory"#)
    }
}
