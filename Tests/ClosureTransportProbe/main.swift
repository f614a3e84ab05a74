import Foundation
import MultiprocessingCore

// Sends a table of closures from one process to another:  probe send | probe run
//
// The sender writes what each closure encodes to, with the result that is expected for the sender's seed. The
// receiver builds its table with another seed, so that a value that did not travel gives a wrong result.

func report(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

func send(_ rows: [Row]) -> Int {
    var failures = 0
    var output = ByteWriter()
    output.append(BuildIdentity.current)
    for row in rows {
        var message = ByteWriter()
        do {
            try row.encode(&message)
            guard let result = row.expectedResult else {
                report("FAIL \(row.name): not refused")
                failures += 1
                continue
            }
            output.append(string: row.name)
            output.append(string: result)
            output.append(UInt32(message.count))
            output.append(contentsOf: message.bytes)
        } catch {
            let text = String(describing: error)
            if let refusal = row.expectedRefusal, error is FunctionRefusal, text.contains(refusal) {
                report("ok   \(row.name): refused: \(text)")
            } else {
                report("FAIL \(row.name): \(text)")
                failures += 1
            }
        }
    }
    FileHandle.standardOutput.write(Data(output.bytes))
    return failures
}

func prepare(_ name: String, _ message: inout ByteReader) throws -> @Sendable () async throws -> String {
    guard let work = try TypeReference.decode(from: &message, trust: .inheritedChannel) as? any Work.Type
    else {
        throw NoClosure()
    }
    let function = try FunctionTransport.decode(from: &message, trust: .inheritedChannel)
    return try work.run(function, from: &message)
}

/// Runs the messages in order; each closure is released before the next one is made.
func run(_ input: Data) async throws -> Int {
    typealias Piece = (
        name: String, expected: String, work: Result<@Sendable () async throws -> String, any Error>
    )
    let pieces = try input.withUnsafeBytes { bytes -> [Piece] in
        var reader = unsafe ByteReader(bytes)
        guard try reader.read(BuildIdentity.self) == BuildIdentity.current else { throw NoClosure() }
        var pieces: [Piece] = []
        while !reader.isAtEnd {
            let name = try reader.readString()
            let expected = try reader.readString()
            let count = try Int(reader.read(UInt32.self))
            var message = try unsafe ByteReader(reader.readBytes(count))
            pieces.append((name, expected, Result { try prepare(name, &message) }))
        }
        return pieces
    }
    var failures = 0
    for piece in pieces {
        let result: String
        do {
            result = try await piece.work.get()()
        } catch {
            result = "thrown: \(error)"
        }
        let isRight = result == piece.expected
        failures += isRight ? 0 : 1
        print(isRight ? "ok   \(piece.name)" : "FAIL \(piece.name): \(result) instead of \(piece.expected)")
    }
    print("\(pieces.count) closures, \(failures) failures")
    return failures
}

switch CommandLine.arguments.dropFirst().first {
case "send":
    exit(send(await Table(seed: 1000).rows) == 0 ? 0 : 1)
case "run":
    // The table is built here too, with other values.
    _ = await Table(seed: 7).rows.count
    exit(try await run(FileHandle.standardInput.readDataToEndOfFile()) == 0 ? 0 : 1)
default:
    report("usage: ClosureTransportProbe send | ClosureTransportProbe run")
    exit(2)
}
