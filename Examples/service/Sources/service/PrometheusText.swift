import Multiprocessing

/// A pool's numbers in the form that Prometheus reads.
struct PrometheusText: CustomStringConvertible {
    let description: String

    init(_ metrics: ProcessPool.Metrics) {
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ value: some CustomStringConvertible) {
            lines += ["# TYPE pool_\(name) \(type)", "pool_\(name) \(value)"]
        }
        add("queued", "gauge", metrics.queued)
        add("running", "gauge", metrics.running)
        add("utilization", "gauge", metrics.utilization)
        add("completed_total", "counter", metrics.completed)
        add("failed_total", "counter", metrics.failed)
        for (name, times) in [("wait", metrics.waitTime), ("run", metrics.runTime)] {
            lines.append("# TYPE pool_\(name)_seconds summary")
            for percent in [50.0, 99.0] {
                let time = times.percentile(percent) / .seconds(1)
                lines.append("pool_\(name)_seconds{quantile=\"\(percent / 100)\"} \(time)")
            }
        }
        lines.append("# TYPE pool_worker_ends_total counter")
        for (reason, count) in metrics.workerEnds {
            lines.append("pool_worker_ends_total{reason=\"\(reason)\"} \(count)")
        }
        description = lines.joined(separator: "\n") + "\n"
    }
}
