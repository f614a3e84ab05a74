import Glibc
import Multiprocessing

/// A server that gives its computing to a pool.
///
///     service [port]
///
///     curl 'localhost:8080/primes?below=1000000'
///     curl -H 'X-Customer: gold' -H 'X-Deadline: 50' 'localhost:8080/primes?below=100000000'
///     curl localhost:8080/metrics
///
/// SIGTERM ends it gracefully: it takes no more requests, answers those that it has, and leaves.
@main
enum Service {
    /// How long the requests at hand may take after SIGTERM.
    private static let drainTime = Duration.seconds(20)

    static func main() async throws {
        ProcessLogger.logToStandardError(level: .notice)
        let pool = try ProcessPool(configuration: configuration)
        let routes = Routes(pool: pool)
        let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 8080
        let server = try HTTPServer(port: port) { request in await routes.answer(request) }
        say("listening on port \(server.port)")
        await untilAsked()
        say("leaving")
        server.stopAccepting()
        // The calls that were accepted are done, so that their requests are answered.
        let isDone = await pool.shutdown(within: drainTime)
        await server.finish()
        say(isDone ? "all requests were answered" : "some requests took too long")
    }

    private static var configuration: ProcessPool.Configuration {
        var configuration = ProcessPool.Configuration()
        // More than this is refused at once, while the client can still ask somebody else.
        configuration.maxQueued = 64
        // Every customer has a lane; those who pay get three times as much as the others when it is tight.
        configuration.lanes = ["gold": 3]
        // A worker that has grown is replaced before it is a nuisance.
        configuration.recycling.maxMemory = 512 << 20
        return configuration
    }

    /// Returns when SIGTERM or SIGINT has come.
    private static func untilAsked() async {
        // Ends by being cancelled, which is not an error here.
        try? await withCancellation(on: [SIGTERM, SIGINT]) {
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
    }

    /// Prints a line at once, wherever the output goes.
    private static func say(_ text: String) {
        print(text)
        fflush(nil)
    }
}
