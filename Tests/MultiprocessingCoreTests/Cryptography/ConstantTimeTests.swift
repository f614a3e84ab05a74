import Foundation
import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite struct ConstantTimeTests {
    @Test func comparesAllBytes() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.areEqual([0, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 131]))
        // Two differences do not take each other away.
        #expect(!ConstantTime.areEqual([1, 2, 3], [0, 3, 3]))
    }

    /// The lines of a file of the library, without comments; nil, and a line that says so, without the sources.
    private func lines(_ path: String) -> [String]? {
        let core = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(
                path: "Sources/MultiprocessingCore")
        guard let text = try? String(contentsOf: core.appending(path: path), encoding: .utf8) else {
            print("SKIPPED: the source of \(path): the tests run without it")
            return nil
        }
        return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.hasPrefix("//") }
    }

    @Test("AUT-15: proofs are compared by the one helper only, which never ends early")
    func source() throws {
        guard let helper = lines("Cryptography/ConstantTime.swift") else { return }
        let start = try #require(helper.firstIndex { $0.hasPrefix("for ") })
        let end = try #require(helper[start...].firstIndex { $0 == "}" })
        let loop = helper[start...end].joined(separator: " ")
        for word in ["return", "break", "if ", "guard", "&&", "||", "?"] { #expect(!loop.contains(word)) }
        var uses = 0
        for path in [
            "Cryptography/HMAC.swift", "Handshake/ClientHandshake.swift", "Handshake/ListenerHandshake.swift",
            "Handshake/HandshakeProof.swift", "Handshake/CPython/CPythonDigest.swift",
            "Handshake/CPython/CPythonChallenge.swift", "Packets/StreamReceiver.swift",
            "Packets/FrameSeal.swift",
        ] {
            for line in lines(path) ?? [] {
                uses += ["ConstantTime.areEqual(", ".verify("].filter { line.contains($0) }.count
                guard line.contains("==") || line.contains("!=") || line.contains("elementsEqual") else {
                    continue
                }
                // Lengths and kinds are no secret; codes and proofs are.
                let secrets = [
                    "proof", "code()", "code(of", "mark(", "tag", "digest()", "ofClient", "ofListener",
                ]
                #expect(!secrets.contains { line.contains($0) }, "\(path): \(line)")
            }
        }
        #expect(uses >= 8)
    }

    /// A report, because other work of the machine decides about times; `MULTIPROCESSING_TIMINGS` makes it longer.
    @Test("AUT-15: what a comparison takes with the first and the last byte wrong, as a report")
    func timing() {
        let count =
            Campaign.count("TIMINGS") ?? 1000
        let right = [UInt8](repeating: 0x5a, count: 32)
        let wrong = [0, 31].map { index in
            var bytes = right
            bytes[index] ^= 1
            return bytes
        }
        var times: [[Int64]] = [[], []]
        for _ in 0..<count {
            for (index, bytes) in wrong.enumerated() {
                var found = 0
                let start = Deadline.now.nanoseconds
                for _ in 0..<16 where ConstantTime.areEqual(right, bytes) { found += 1 }
                times[index].append(Int64(Deadline.now.nanoseconds - start))
                #expect(found == 0)
            }
        }
        let medians = times.map { $0.sorted()[count / 2] }
        print(
            "AUT-15: first byte wrong \(medians[0]) ns, last byte wrong \(medians[1]) ns, of 16, \(count) times"
        )
    }
}
