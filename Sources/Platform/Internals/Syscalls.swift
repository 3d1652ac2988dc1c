internal import Glibc

/// Makes one call that reports failure as -1 and `errno`, and makes it again while a signal interrupts it.
///
/// Every such libc call of this target goes through here, so that debug builds can refuse any of them
/// (`SyscallFaults`). Calls that must not be repeated after EINTR (close(2)) use `systemCallOnce`.
@inline(__always)
func systemCall<R: SignedInteger & FixedWidthInteger>(_ name: StaticString, _ body: () -> R) throws(Errno) -> R {
    while true {
        do {
            return try systemCallOnce(name, body)
        } catch .interrupted {
            continue
        }
    }
}

/// The same with the object that an error names.
@inline(__always)
func systemCall<R: SignedInteger & FixedWidthInteger>(
    _ name: StaticString, on object: @autoclosure () -> String, _ body: () -> R
) throws(PlatformError) -> R {
    do {
        return try systemCall(name, body)
    } catch {
        throw PlatformError(operation: "\(name)", object: object(), errno: error)
    }
}

/// Makes one call once, whatever happens.
@inline(__always)
func systemCallOnce<R: SignedInteger & FixedWidthInteger>(_ name: StaticString, _ body: () -> R) throws(Errno) -> R {
    #if SYSCALL_FAULTS
    if let fault = SyscallFaults.strike(name) { throw fault }
    #endif
    let result = body()
    if result == -1 { throw Errno(rawValue: errno) }
    return result
}

/// The same for calls on a path that answer with a pointer, null meaning failure.
@inline(__always)
func pointerCall<P>(
    _ name: StaticString, on object: @autoclosure () -> String, _ body: () -> P?
) throws(PlatformError) -> P {
    do throws(Errno) {
        #if SYSCALL_FAULTS
        if let fault = SyscallFaults.strike(name) { throw fault }
        #endif
        guard let result = body() else { throw Errno(rawValue: errno) }
        return result
    } catch {
        throw PlatformError(operation: "\(name)", object: object(), errno: error)
    }
}

/// Makes one call on a path. A path with a zero byte in it, which C would cut short, is refused with EINVAL.
@inline(__always)
@discardableResult
func pathCall<R: SignedInteger & FixedWidthInteger>(
    _ name: StaticString, _ path: String, _ body: (UnsafePointer<CChar>) -> R
) throws(PlatformError) -> R {
    guard !path.utf8.contains(0) else {
        throw PlatformError(operation: "\(name)", object: path, errno: .invalidArgument)
    }
    return try systemCall(name, on: path) { path.withCString(body) }
}

/// Makes one call of the pthread family, which returns its error and, used as here, has none to return.
@inline(__always)
func threadCall(_ name: StaticString, _ body: () -> Int32) {
    let result = body()
    precondition(result == 0, "\(name) cannot fail on what this target passes")
}
