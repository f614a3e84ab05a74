import Distributed
import MultiprocessingCore

/// A method that may be called, and how long it took.
final class ExportedTarget: Sendable {
    private let method: DistributedMethod
    private let runner: any MethodRunner
    private let meter = RunMeter()

    init(_ method: DistributedMethod, _ runner: any MethodRunner) {
        self.method = method
        self.runner = runner
    }

    /// Whether it is fit for a thread that others wait for.
    var isShort: Bool { meter.isShort }

    /// Calls it, and learns how long it takes.
    func run(
        on object: any DistributedActor, _ decoder: ManagerSystem.InvocationDecoder,
        for session: ClientSession, _ id: UInt64
    ) async {
        let time = RunTime(onLoop: session.core.loop.isCurrent)
        await runner.run(method, on: object, decoder, for: session, id)
        meter.learn(time)
    }
}
