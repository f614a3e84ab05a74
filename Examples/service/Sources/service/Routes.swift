import Multiprocessing

/// What the server answers to which request.
struct Routes: Sendable {
    /// The longest that a client may want to wait.
    private static let longestWait = Duration.seconds(30)

    let pool: ProcessPool

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch (request.method, request.path) {
        case ("GET", "/primes"): await primes(request)
        case ("GET", "/metrics"): HTTPResponse(body: PrometheusText(pool.metrics).description)
        case ("GET", "/health"): HTTPResponse(body: "fine\n")
        default: HTTPResponse(status: 404, body: "no such page\n")
        }
    }

    private func primes(_ request: HTTPRequest) async -> HTTPResponse {
        guard let limit = request.query["below"].flatMap({ Int($0) }), limit >= 0 else {
            return HTTPResponse(status: 400, body: "say /primes?below=1000\n")
        }
        return await computing(request) { pool in
            let count = try await pool.apply(limit) { limit in
                ProcessLogger.info("counting up to \(limit)")
                return try countPrimes(below: limit)
            }
            return HTTPResponse(body: "\(count)\n")
        }
    }

    /// Does something in the pool on behalf of a client: in its lane, until its deadline, with its number in the log.
    ///
    /// When the client hangs up, the server cancels this task, and with it the work.
    private func computing(
        _ request: HTTPRequest, _ body: (ProcessPool.View) async throws -> HTTPResponse
    ) async -> HTTPResponse {
        let milliseconds = request.headers["x-deadline"].flatMap { Int($0) } ?? .max
        let limit = min(Duration.milliseconds(milliseconds), Self.longestWait)
        let lane = ProcessPool.Lane(request.headers["x-customer"] ?? "anybody")
        let view = pool.with(lane: lane, queueTimeout: .seconds(5))
        return await ProcessLogger.withMetadata(["request": "\(request.number)"]) {
            do {
                return try await withDeadline(limit) { try await body(view) }
            } catch {
                return response(to: error)
            }
        }
    }

    /// What the client is told when there is no result.
    private func response(to error: any Error) -> HTTPResponse {
        switch error {
        case let error as MultiprocessingError where [.overloaded, .queueTimeout].contains(error.code):
            return HTTPResponse(status: 503, headers: ["Retry-After": "1"], body: "too much to do\n")
        case let error as MultiprocessingError where [.poolClosed, .poolTerminated].contains(error.code):
            return HTTPResponse(status: 503, headers: ["Retry-After": "5"], body: "closing\n")
        case let error as MultiprocessingError where error.code == .timeout:
            return HTTPResponse(status: 504, body: "not done in time\n")
        case is CancellationError:
            // Nobody reads this.
            return HTTPResponse(status: 499, body: "")
        default:
            // A worker that died is one of these; the pool has another one by now.
            ProcessLogger.error("\(error)")
            return HTTPResponse(status: 500, body: "that went wrong\n")
        }
    }
}

/// How many primes there are below a number; looks now and then whether anybody still wants to know.
func countPrimes(below limit: Int) throws -> Int {
    guard limit > 2 else { return 0 }
    var count = 1
    for number in stride(from: 3, to: limit, by: 2) {
        if number & 0xFFF == 1 { try Task.checkCancellation() }
        var divisor = 3
        while divisor * divisor <= number, number % divisor != 0 { divisor += 2 }
        if divisor * divisor > number { count += 1 }
    }
    return count
}
