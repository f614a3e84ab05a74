import Glibc

/// Measures this library the way its peers are measured, and prints a line of JSON for each result.
///
///     swift run -c release benchmarks [FILE.json] [--list] [CASE...]
///
/// The file has the names and sizes of the cases, the same for every peer.
@main
struct Benchmarks {
    private static let all: [(name: String, run: @Sendable (Case) async throws -> Void)] = [
        ("process_start", processStart), ("pool_start", poolStart), ("pool_apply_latency", poolApplyLatency),
        ("pool_tasks_per_s", poolTasksPerSecond), ("pool_cpu", poolCPU), ("pool_payload", poolPayload),
        ("lock_uncontended", lockUncontended), ("lock_contended", lockContended),
        ("semaphore_wake", semaphoreWake), ("event_wake", eventWake), ("condition_notify", conditionNotify),
        ("queue_throughput", queueThroughput),
        ("shared_value", sharedValue), ("shared_array", sharedArray),
        ("manager_call", managerCall),
        ("pipe_latency", pipeLatency), ("pipe_bandwidth", pipeBandwidth),
        ("listener_connect", listenerConnect), ("memory", memory),
    ]

    static func main() async {
        do {
            try await measure()
        } catch {
            let message = Array("benchmarks: \(error)\n".utf8)
            _ = write(STDERR_FILENO, message, message.count)
            exit(EXIT_FAILURE)
        }
    }

    /// Off the main actor, as the tasks of a server are.
    @concurrent private static func measure() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard !arguments.contains("--list") else { return print(all.map(\.name).joined(separator: "\n")) }
        let path = arguments.first { $0.hasSuffix(".json") } ?? "../shared/peers/cases.json"
        let names = arguments.filter { !$0.hasPrefix("--") && $0 != path }
        for name in names where !all.contains(where: { $0.name == name }) {
            throw Failure(description: "there is no case \(name)")
        }
        let file = try CaseFile(path: path)
        let isPinned = arguments.contains(OneProcessor.option)
        for (name, run) in all where names.isEmpty || names.contains(name) {
            try await run(Case(name, in: file, isPinned: isPinned))
        }
    }
}

/// The reason why nothing was measured.
struct Failure: Error, CustomStringConvertible {
    var description: String
}
