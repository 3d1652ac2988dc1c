import Platform
package import Stream

/// What standard input holds, up to its end: whoever writes into it cannot say there that it was cut short.
package struct StandardInputSource: ContentSource {
    package init() {}

    package func fill(_ block: inout Block) throws(OperationError) {
        do throws(PlatformError) {
            _ = try block.append { (span) throws(PlatformError) in try StandardStream.input.read(into: &span) }
        } catch {
            throw OperationError(error, doing: "read")
        }
    }
}
