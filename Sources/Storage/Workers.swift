import Platform

/// Threads that were started for one purpose and are joined together.
///
/// Owned by one thread, which must call `join` before it lets go.
final class Workers {
    private var boxes: [Box] = []

    var count: Int { boxes.count }

    func spawn(name: String, _ body: @escaping @Sendable () -> Void) throws(PlatformError) {
        boxes.append(Box(try Thread.spawn(name: name, body)))
    }

    /// Waits until all have ended, which they must have been told to before.
    func join() {
        for box in boxes { box.join() }
        boxes = []
    }

    /// Arrays take no `~Copyable` elements, hence the class.
    private final class Box {
        private var thread: Thread?

        init(_ thread: consuming Thread) { self.thread = consume thread }

        func join() {
            if let thread = thread.take() { thread.join() }
        }
    }
}
