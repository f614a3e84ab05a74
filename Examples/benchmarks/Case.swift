import Glibc

/// One case: its sizes, and the printing of its results.
struct Case: Sendable {
    let name: String
    /// Whether this process and its children share one processor.
    let isPinned: Bool
    private let path: String
    private let sizes: [String: Int]
    private let units: [String: String]

    init(_ name: String, in file: CaseFile, isPinned: Bool) throws {
        guard let specification = file.cases[name] else {
            throw Failure(description: "\(file.path) has no case \(name)")
        }
        self.name = name
        self.isPinned = isPinned
        path = file.path
        sizes = specification.sizes
        units = specification.units
    }

    func size(_ name: String) throws -> Int {
        guard let size = sizes[name] else {
            throw Failure(description: "the case \(self.name) has no \(name)")
        }
        return size
    }

    /// Prints a result, unless nobody asks for this metric; one that only we have says its unit.
    func emit(_ metric: String, _ value: Double, n: Int, unit ownUnit: String? = nil) {
        guard let unit = units[metric] ?? ownUnit else { return }
        let peer = "swift-multiprocessing"
        print(
            #"{"peer": "\#(peer)", "case": "\#(name)", "metric": "\#(metric)", "#
                + #""value": \#(value.withSixDigits), "unit": "\#(unit)", "n": \#(n)}"#)
        fflush(nil)
    }

    /// Measures the case once more where everything shares one processor.
    func repeatOnOneProcessor() throws {
        try OneProcessor.run([path, name, OneProcessor.option])
    }
}

/// Times a body again and again; the samples are in seconds and sorted.
func samples(_ count: Int, warmup: Int, _ body: () async throws -> Void) async throws -> [Double] {
    for _ in 0..<warmup { try await body() }
    var samples: [Double] = []
    for _ in 0..<count { samples.append(try await seconds(body)) }
    return samples.sorted()
}

/// How long a body takes.
func seconds(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start) / .seconds(1)
}

extension [Double] {
    /// The middle of sorted samples.
    var median: Double { self[count / 2] }
    /// What 99 of 100 sorted samples do not exceed.
    var p99: Double { self[count * 99 / 100] }
}

extension Double {
    /// The number, rounded to six digits.
    fileprivate var withSixDigits: Double {
        guard self != 0 else { return 0 }
        let scale = pow(10, 5 - log10(magnitude).rounded(.down))
        return (self * scale).rounded() / scale
    }
}
