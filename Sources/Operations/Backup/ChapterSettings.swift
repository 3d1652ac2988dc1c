package import Codec
import Format

/// How chapters are sealed and compressed.
package struct ChapterSettings: Sendable {
    package let parameters: SealParameters
    /// zstd's level.
    package let level: Int

    package init(parameters: SealParameters, level: Int) {
        self.parameters = parameters
        self.level = level
    }
}
