import Platform
import Stream

/// Looks now and then what the repositories hold of each cluster, for the metrics: up to where it can be restored, and
/// since when.
final class AgentSurveyor: Sendable {
    private let surveys: [ArchiveSurvey]
    private let registry: MetricsRegistry
    private let crew = Crew()
    private let isOver = Gate(false)

    /// Each look costs a listing of all WAL, a request per thousand segments and one per backup: not more often than
    /// those who alert on it can notice.
    private static let pauseSeconds = 300.0

    init(_ surveys: [ArchiveSurvey], registry: MetricsRegistry) {
        self.surveys = surveys
        self.registry = registry
    }

    /// Without a thread to be had nobody looks.
    func begin() {
        try? crew.begin(name: "survey") {
            repeat {
                for survey in self.surveys where !self.isOver.withLock({ $0 }) {
                    survey.run().tellBesideAgent(self.registry)
                }
            } while self.isOver.wait(until: .after(seconds: Self.pauseSeconds)) { $0 ? true : nil } == nil
        }
    }

    /// The look under way ends by itself, or when its requests are interrupted.
    func end() {
        isOver.withLock { $0 = true }
        isOver.signalAll()
        crew.join()
    }
}
