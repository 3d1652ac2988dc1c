internal import Format
internal import Platform

extension RestoreCaller {
    /// Looks into `directory`, by default the working directory.
    init(arguments: [String], in directory: String = ".") {
        self.init(arguments: arguments) { ((try? FileSystem.status(of: "\(directory)/\($0)")) ?? nil) != nil }
    }
}
