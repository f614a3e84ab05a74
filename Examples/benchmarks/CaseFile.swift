import Glibc

/// The names and sizes of all cases, as they are written down for every peer.
struct CaseFile {
    struct Specification {
        /// The sizes; some cases, none of them here, have lists as well.
        var sizes: [String: Int]
        /// The units of the metrics.
        var units: [String: String]
    }

    var cases: [String: Specification]
    var path: String

    init(path: String) throws {
        self.path = path
        let cases = try JSONValue(parsing: Self.read(path)).members["cases"]?.members ?? [:]
        self.cases = cases.mapValues { specification in
            Specification(
                sizes: (specification.members["params"]?.members ?? [:]).compactMapValues(\.integer),
                units: (specification.members["metrics"]?.members ?? [:])
                    .compactMapValues { $0.members["unit"]?.text })
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return bytes
    }
}
