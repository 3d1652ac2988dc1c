import Foundation
import Operations
import Platform
import Testing

@testable import trunkline

@Suite struct ExitCodeTests {
    /// The document's table is the program's.
    @Test func documentedTable() throws {
        let document = try Documents.text("OPERATING.md")
        for code in ExitCode.allCases {
            #expect(document.contains("| \(code.rawValue) | \(code.meaning) |"), "\(code.rawValue)")
        }
        let rows = document.split(separator: "\n").filter { row in
            row.hasPrefix("| ") && row.dropFirst(2).first?.isNumber == true
        }
        #expect(rows.count == ExitCode.allCases.count)
    }

    @Test func onlyOneIsAbove125() {
        #expect(ExitCode.allCases.filter { $0.rawValue > 125 } == [.abortRecovery])
    }

    @Test func aTrapBecomesTheChosenStatus() async {
        await #expect(processExitsWith: .exitCode(70)) {
            FaultExit.install(status: 70)
            let numbers = [1]
            _ = numbers[numbers.count]
        }
        await #expect(processExitsWith: .exitCode(255)) {
            FaultExit.install(status: 255)
            abort()
        }
    }
}

enum Documents {
    /// A file of docs/.
    static func text(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: root.appending(path: "docs/\(name)"), encoding: .utf8)
    }
}
