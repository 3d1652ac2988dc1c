/// A piece of work for one worker: some megabytes of files.
enum BackupUnit: Equatable, Sendable {
    /// A span of a large file, all of it to be read; files by their index.
    case span(file: Int, range: Range<UInt64>)
    /// Small files, to be read whole.
    case files([Int])
    /// A span of which only some pages have changed, by their numbers within the file.
    case pages(file: Int, range: Range<UInt64>, changed: [UInt32])
}
