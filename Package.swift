// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: warnings are errors, imports are explicit and internal.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The kernel's border: debug builds can fail the Nth system call (Platform/Internals/SyscallFaults.swift).
let kernel = strict + [.define("SYSCALL_FAULTS", .when(configuration: .debug))]

/// Targets that must stay free of unsafe code: the compiler shows every use, the tidy test bans the marker.
let safe = strict + [.strictMemorySafety()]

/// The fuzzer links only with `-sanitize=fuzzer`, so that it is part of the package only when Tests/Fuzz/run asks for
/// it.
let fuzzing: [Target] =
    Context.environment["TRUNKLINE_FUZZ"] == nil
    ? []
    : [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "CToml", "Codec", "Format", "Operations", "Platform", "Postgres", "Storage", "Stream",
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "run"], swiftSettings: strict),
    ]

/// What the thread sanitizer has nothing to look for in, and is not built for it (.ci/sanitize.sh).
let withoutThreads: Set =
    Context.environment["TRUNKLINE_THREADED_TESTS"] == nil
    ? []
    : ["ClientTests", "CommandLineTests", "FormatTests", "PostgresTests", "RepositoryTests", "trunkline-bench"]

let package = Package(
    name: "trunkline",
    products: [
        .executable(name: "trunkline", targets: ["trunkline"]),
        .executable(name: "trunkline-wal", targets: ["trunkline-wal"]),
    ],
    targets: [
        // C libraries.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CLibrary"),
        .target(name: "CCurl", dependencies: ["CLibrary"]),
        .target(name: "CPostgres", dependencies: ["CLibrary"]),
        .target(name: "CHTTPServer", dependencies: ["CLibrary"]),
        .target(name: "CToml"),

        // Layers, lowest first. A target may depend only on targets above it in this list.
        .target(name: "Format", swiftSettings: safe),
        .target(name: "Platform", dependencies: ["CLinux"], swiftSettings: kernel),
        .target(name: "HTTPServer", dependencies: ["Platform", "CHTTPServer"], swiftSettings: strict),
        .target(name: "Stream", dependencies: ["Platform", "CISAL"], swiftSettings: strict),
        .target(
            name: "Codec", dependencies: ["Format", "Platform", "Stream", "CZstd", "CSodium", "CXXHash"],
            swiftSettings: strict),
        .target(
            name: "Storage", dependencies: ["Format", "Platform", "Stream", "CCurl", "CExpat", "CSodium"],
            swiftSettings: strict),
        .target(
            name: "Postgres", dependencies: ["Format", "Platform", "Stream", "CPostgres"], swiftSettings: strict),
        .target(
            name: "Operations",
            dependencies: ["Codec", "Format", "HTTPServer", "Platform", "Postgres", "Storage", "Stream"],
            swiftSettings: safe),
        .executableTarget(
            name: "trunkline", dependencies: ["CToml", "Format", "Operations", "Platform"], swiftSettings: safe),
        // The agent's client: a process per segment, so it has nothing that starts slowly (.ci/build.sh links it
        // statically).
        .executableTarget(name: "trunkline-wal", dependencies: ["Format", "Platform"], swiftSettings: safe),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Format", "Platform", "Storage", "Stream"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(name: "FormatTests", dependencies: ["Format", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "PlatformTests", dependencies: ["Platform"], swiftSettings: kernel),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["CLibrary", "HTTPServer", "Platform"], swiftSettings: strict),
        .testTarget(name: "StreamTests", dependencies: ["Platform", "Stream"], swiftSettings: strict),
        .testTarget(
            name: "CodecTests", dependencies: ["Codec", "CSodium", "Format", "Stream", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "StorageTests", dependencies: ["Format", "Platform", "Storage", "Stream", "TestSupport"],
            swiftSettings: kernel),
        .testTarget(
            name: "PostgresTests", dependencies: ["Format", "Platform", "Postgres", "TestSupport"],
            exclude: ["Vectors"], swiftSettings: strict),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Codec", "Format", "HTTPServer", "Operations", "Platform", "Postgres", "Storage", "Stream",
                "TestSupport",
            ],
            swiftSettings: kernel),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "trunkline", "CToml", "Codec", "Format", "Operations", "Platform", "Storage", "TestSupport",
            ],
            exclude: ["Snapshots"], swiftSettings: strict),
        .testTarget(
            name: "ClientTests", dependencies: ["trunkline", "trunkline-wal", "Format", "Platform"],
            swiftSettings: strict),
        .testTarget(name: "RepositoryTests", swiftSettings: strict),

        // Benchmarks: the pipeline without files and stores (Benchmarks/run builds and drives it).
        .executableTarget(
            name: "trunkline-bench", dependencies: ["Codec", "Format", "Operations", "Platform", "Storage", "Stream"],
            path: "Benchmarks/Pipeline", swiftSettings: strict),
    ].filter { !withoutThreads.contains($0.name) } + fuzzing,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
