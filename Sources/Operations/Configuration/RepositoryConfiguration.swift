/// `[repository.NAME]`: one place that holds objects.
package struct RepositoryConfiguration: Equatable, Sendable {
    package let name: String
    /// As written, for messages.
    package let url: String
    package let location: RepositoryLocation
    /// Whether exit 0 promises that everything is stored here; otherwise failures are warnings.
    package let isRequired: Bool
    /// Bytes of one part of a large object. Held in memory while it is sent.
    package let partBytes: Int
    /// Parts of one object in flight at once.
    package let parallelParts: Int
    /// How to speak to the server; nil for a local directory.
    package let s3: S3Settings?

    /// Returns nil when there is no usable address; problems are reported.
    init?(_ settings: SectionSettings, problems: inout [ConfigurationProblem]) {
        name = settings.name
        isRequired = settings.required(settings.flag("required"), "required")
        partBytes = settings.required(settings.bytes("part-size"), "part-size")
        parallelParts = settings.required(settings.number("parallel-parts"), "parallel-parts")
        guard let url = settings.text("url") else {
            if !settings.mentions("url") {
                problems.append(ConfigurationProblem(settings.origin, "\(settings.heading) has no \"url\""))
            }
            return nil
        }
        self.url = url
        do throws(Misfit) {
            location = try RepositoryLocation(url)
        } catch {
            problems.append(ConfigurationProblem(settings.origin(of: "url"), error.message, hint: error.hint))
            return nil
        }
        switch location {
        case .bucket(let location): s3 = S3Settings(location, settings, problems: &problems)
        case .directory:
            s3 = nil
            Self.reportForeignKeys(settings, &problems)
        }
    }

    private static let localKeys: Set<String> = ["url", "required", "part-size", "parallel-parts"]

    /// A key that would have no effect is a misunderstanding.
    private static func reportForeignKeys(_ settings: SectionSettings, _ problems: inout [ConfigurationProblem]) {
        for key in ConfigurationKeys.section(.repository)
        where settings.mentions(key.name) && !localKeys.contains(key.name) {
            problems.append(
                ConfigurationProblem(
                    settings.origin(of: key.name),
                    "\"\(key.name)\" has no meaning in \(settings.heading), which is a local directory"))
        }
    }
}
