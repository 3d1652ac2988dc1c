import HTTPServer

/// The one memory budget of an agent: what `agent.memory` allows is shared out among the files under way.
enum AgentMemory {
    /// Files under way at once: beyond this no store gets faster, and each takes a thread.
    static let lanesMax = 32
    /// Text of the program and its libraries, small objects, connections, the touched part of stacks: as for a push,
    /// with some thirty threads more.
    private static let programBytes = PushWAL.programBytes + (32 << 20)

    /// As many as the budget allows, and at least one.
    static func lanes(
        _ configuration: Configuration, _ keys: HostKeys, _ repositories: [Repository]
    ) throws(OperationError) -> Int {
        for lanes in (2...lanesMax).reversed() {
            let sum = try explain(configuration, keys, repositories, lanes: lanes)
            if sum.total <= configuration.agent.memoryBytes { return lanes }
        }
        return 1
    }

    static func explain(
        _ configuration: Configuration, _ keys: HostKeys, _ repositories: [Repository], lanes: Int
    ) throws(OperationError) -> MemorySum {
        var sum = MemorySum()
        SealPipeline.explainMemory(try ArchiveWorks.sealSettings(configuration, keys, lanes: lanes), into: &sum)
        FetchService.explainMemory(configuration, into: &sum)
        // Comparing contents, one object at a time for all servers and copiers.
        PushWAL.explainComparison(configuration, into: &sum)
        for _ in configuration.clusters { BacklogCopiers.explainMemory(repositories, into: &sum) }
        // One survey at a time looks at all repositories at once.
        ArchiveSurvey.explainMemory(repositories: repositories.count, into: &sum)
        if configuration.agent.metrics != nil {
            sum.add("metrics page", byteCount: HTTPServer.memoryBytes(answerBytes: MetricsServer.answerBytesMax))
        }
        sum.add("program, libraries, connections and thread stacks", byteCount: programBytes)
        return sum
    }
}
