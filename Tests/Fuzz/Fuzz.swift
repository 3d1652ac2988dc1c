import CFuzzer
import Platform

/// libFuzzer (https://llvm.org/docs/LibFuzzer.html) over one parser at a time, named by FUZZ_TARGET.
///
/// `Fuzz list` prints each target with the greatest length of its inputs; `Fuzz seeds TARGET DIRECTORY` writes the
/// inputs to begin with; anything else is libFuzzer's own. `Tests/Fuzz/run` does all of it.
@main enum Fuzz {
    static func main() throws {
        switch Process.arguments.dropFirst().first {
        case "list":
            for target in FuzzTarget.all {
                print(target.name, target.byteCountMax)
            }
        case "seeds" where Process.arguments.count == 4:
            try writeSeeds(of: Process.arguments[2], into: Process.arguments[3])
        default:
            var count = CommandLine.argc
            var arguments = CommandLine.unsafeArgv
            Process.exit(LLVMFuzzerRunDriver(&count, &arguments, testOneInput))
        }
    }

    /// The target of this process.
    fileprivate static let target: FuzzTarget = {
        let name = Process.environment["FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
            preconditionFailure("FUZZ_TARGET is \"\(name)\", which \"Fuzz list\" does not list")
        }
        return target
    }()

    private static func writeSeeds(of name: String, into directory: String) throws {
        for target in FuzzTarget.all where target.name == name {
            for (number, seed) in try target.seeds().enumerated() {
                let file = try Descriptor.open("\(directory)/seed-\(number)", .truncate)
                try file.write(seed.span.bytes)
            }
        }
    }
}

/// The link of an executable with `-sanitize=fuzzer` asks for this name.
@c(LLVMFuzzerTestOneInput) func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Fuzz.target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
