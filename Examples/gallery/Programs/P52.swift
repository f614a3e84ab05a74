import Glibc
import Multiprocessing

/// Three workers fetch pages with curl from a web server of our own; one of the addresses is dead.
enum P52 {
    struct Failure: Error, Codable {
        let code: Int32
    }

    static func run() async throws {
        guard access("/usr/bin/curl", X_OK) == 0 else {
            return print("SKIPPED: there is no /usr/bin/curl on this machine")
        }
        try await WebServer.serving { port in
            var addresses = (1...6).map { "http://127.0.0.1:\(port)/page-\($0)" }
            // Nobody listens there: the port of a socket that is bound only.
            addresses.insert("http://127.0.0.1:\(try WebServer.deadPort())/page-0", at: 3)
            try await withProcessPool(workers: 3) { pool in
                for try await result in pool.imap(addresses, fetch).results {
                    switch result {
                    case .success(let page): print(page)
                    case .failure(let error): print("not fetched: \(error)")
                    }
                }
            }
        }
    }

    /// Runs curl; in a worker.
    @concurrent @Sendable static func fetch(_ address: String) async throws -> String {
        guard let pipe = popen("exec curl --silent --max-time 60 --noproxy '*' '\(address)'", "r") else {
            throw Failure(code: -1)
        }
        var bytes: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        let status = pclose(pipe)
        guard status == 0 else { throw Failure(code: status >> 8) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
