/// What a fork server does before it makes its first child: its children find it done.
package struct Preload: Sendable {
    /// The type whose `run` the server executes.
    let preloader: any Preloader.Type
    /// Bytes for it.
    let payload: [UInt8]

    package init(_ preloader: any Preloader.Type, payload: [UInt8]) {
        self.preloader = preloader
        self.payload = payload
    }

    /// What a server tells about it.
    enum Outcome: UInt8 {
        case done
        /// It threw; the error's bytes follow.
        case threw
        /// It left threads behind, which no copy of the server would have; their number follows.
        case startedThreads
    }

    /// Waits for a server to have done it, for as long as that takes.
    static func awaitEnd(in server: LaunchedChild, _ isCancelled: CancellationFlag) throws {
        do {
            while try !server.channel.hasSomething(until: .after(.milliseconds(100))) {
                if isCancelled.value { throw StartRetries.Cancelled() }
            }
            let answer = try server.channel.receive(until: .after(.seconds(60))).bytes
            switch answer.first.flatMap(Outcome.init) {
            case .done: return
            case .threw: throw ForkServer.PreloadFailure.threw(Array(answer.dropFirst()))
            case .startedThreads:
                throw ForkServer.PreloadFailure.startedThreads(Int(answer.last ?? 0))
            case nil: throw WireError.malformed("an answer of a fork server")
            }
        } catch {
            _ = try? server.send(signal: Signal.kill)
            if case MessageSocket.Failure.ended = error { throw ForkServer.PreloadFailure.died }
            throw error
        }
    }
}

/// A type that knows how to run what is preloaded; sent by its name, so it is not private.
package protocol Preloader: Sendable {
    /// Runs it, in a process that has one thread; returns the bytes of the error that it threw, if it did.
    static func run(_ payload: [UInt8]) -> [UInt8]?
}

extension ForkServer {
    /// Why a server is of no use.
    enum PreloadFailure: Error, CustomStringConvertible {
        case threw([UInt8])
        case startedThreads(Int)
        case died

        var description: String {
            switch self {
            case .threw: "the preload closure threw"
            case .startedThreads(let count):
                "the preload closure started \(count) threads, which a copy of the server would not have: "
                    + "it must not use Dispatch, tasks that suspend, or anything else with threads"
            case .died: "the fork server ended while it ran its preload closure"
            }
        }
    }
}
