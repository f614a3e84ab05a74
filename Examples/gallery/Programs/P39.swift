import Glibc
import Multiprocessing

/// Counts the lines and characters of every text file below the current folder, and writes a report file.
///
/// What `LC_ALL=C.UTF-8 wc -lm` counts. Files that are no text or cannot be read are listed without numbers. The
/// example `file-statistics` does it in full.
enum P39 {
    struct Report: Codable {
        let path: String
        /// Lines and characters, or why there are none.
        var count: [Int] = []
        var problem = ""
    }

    static func run() async throws {
        let name = "report.txt"
        let reports = try await withProcessPool { pool in
            try await pool.map(files(below: ".").filter { $0 != name }, report)
        }
        var lines: [String] = []
        var totals = [0, 0]
        for report in reports {
            if report.count.isEmpty {
                lines.append("- - \(report.path) (\(report.problem))")
            } else {
                lines.append("\(report.count[0]) \(report.count[1]) \(report.path)")
                totals = [totals[0] + report.count[0], totals[1] + report.count[1]]
            }
        }
        lines.append("\(totals[0]) \(totals[1]) total")
        try write(lines, to: name)
        for line in lines { print(line) }
    }

    /// Counts one file; in a worker.
    @concurrent @Sendable static func report(_ path: String) async throws -> Report {
        guard let file = fopen(path, "r") else {
            return Report(path: path, problem: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            return Report(path: path, problem: "not a text")
        }
        return Report(path: path, count: [bytes.count { $0 == 10 }, text.unicodeScalars.count])
    }

    /// The files below a folder, in order; without what is hidden.
    private static func files(below folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = folder == "." ? name : "\(folder)/\(name)"
            switch Int32(entry.pointee.d_type) {
            case Int32(DT_DIR): found += files(below: path)
            case Int32(DT_REG): found.append(path)
            default: break
            }
        }
        return found.sorted()
    }

    private static func write(_ lines: [String], to path: String) throws {
        guard let file = fopen(path, "w") else {
            throw Unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        for line in lines { fputs("\(line)\n", file) }
    }

    struct Unwritable: Error {
        let path: String
        let reason: String
    }
}
