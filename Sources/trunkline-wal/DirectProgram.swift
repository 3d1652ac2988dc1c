internal import Platform

/// `trunkline`, which does it without the agent.
enum DirectProgram {
    /// Another program in its place.
    private static let variable = "TRUNKLINE_PROGRAM"

    /// Becomes `trunkline wal` with `words`; returns the exit status only when that cannot be.
    static func execute(_ words: [String], _ caller: ClientCaller) -> Int32 {
        do throws(PlatformError) {
            try Process.execute(path(), ["trunkline", "wal"] + words)
        } catch {
            ThinClient.complain(
                "the agent does not answer, and \(error.operation) \"\(error.object)\": \(error.errno)",
                hint: "Install trunkline beside trunkline-wal, or start \"trunkline agent\".")
            return caller.status(.nobody)
        }
    }

    /// Beside this program.
    private static func path() throws(PlatformError) -> String {
        if let told = Process.variable(variable), !told.isEmpty { return told }
        return "\(FileSystem.parent(of: try Process.selfPath()) ?? "")/trunkline"
    }
}
