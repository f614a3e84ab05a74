import Logging
import Metrics
import Multiprocessing
import ServiceLifecycle

/// A server that has a pool among its services, and tells its log and its metrics what happens there.
@main
struct Program {
    static func main() async throws {
        let logger = Logger(label: "service")
        var configuration = ProcessPool.Configuration()
        configuration.drainTimeout = .seconds(20)
        let pool = try ProcessPool(configuration: configuration)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: PoolService(pool: pool)),
                    .init(service: PoolObserver(pool: pool, logger: logger)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}

/// A pool as a service: it drains when the group shuts down gracefully.
struct PoolService: Service {
    let pool: ProcessPool

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await pool.run() }
    }
}

/// Events go to the log, numbers to the metrics.
struct PoolObserver: Service {
    let pool: ProcessPool
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await event in pool.events { logger.info("\(event)") }
                }
                group.addTask {
                    while !Task.isCancelled {
                        let metrics = pool.metrics
                        Gauge(label: "pool_queued").record(metrics.queued)
                        Gauge(label: "pool_running").record(metrics.running)
                        Gauge(label: "pool_utilization").record(metrics.utilization)
                        Gauge(label: "pool_wait_p99_seconds")
                            .record(metrics.waitTime.percentile(99) / .seconds(1))
                        try await Task.sleep(for: .seconds(10))
                    }
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }
}
