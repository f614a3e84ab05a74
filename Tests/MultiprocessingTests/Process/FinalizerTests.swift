import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct FinalizerTests {
    @Test("ATX-01: an exit hook of a child runs when it ends", arguments: everyContext)
    func exitHooks(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            atexit { print("the system's") }
            Finalizer { print("ours") }
            print("body")
        }
        #expect(try await child.report().output.sorted() == ["body", "ours", "the system's"])
        let exiting = ChildProcess(context: context, options: .captured) {
            Finalizer { print("ours") }
            exit(9)
        }
        #expect(try await exiting.report() == Report(status: .exited(9), output: ["ours"], errors: []))
        let killed = ChildProcess(context: context, options: .captured) {
            Finalizer { say("ours") }
            kill(getpid(), SIGKILL)
        }
        #expect(try await killed.report().output == [])
    }

    @Test(
        "ATX-02: finalizers run once, at the end by falling priority and in opposite order",
        arguments: everyContext)
    func order(context: ProcessContext) async throws {
        let child = ChildProcess("\(context)", context: context, options: .captured) { method in
            let a = Finalizer { say("a") }
            a.run()
            a.run()
            let b = Finalizer(priority: 100) { say("b") }
            b.run()
            let c = Finalizer { say("c") }
            c.cancel()
            say("\(a.isPending) \(b.isPending) \(c.isPending)")
            for name in ["d01", "d02", "d03"] { Finalizer(priority: 1) { say(name) } }
            Finalizer(priority: 10) { say("d10") }
            Finalizer {
                Finalizer { say("made by e") }
                say("e")
            }
            Finalizer(priority: -1) { say("after the children") }
            let child = ChildProcess(context: ProcessContext(try StartMethod(named: method))) { say("child") }
            // It is waited for at the end, after the ordinary finalizers.
            Finalizer(priority: -5) { say(child.exitCode.map { "child ended with \($0)" } ?? "child runs") }
            let gate = FileGate()
            Finalizer(priority: 0) { gate.remove() }
            try await child.start()
        }
        let output = try await child.report().output.filter { $0 != "child" }
        #expect(
            output == [
                "a", "b", "false false false", "d10", "d03", "d02", "d01", "e", "made by e",
                "after the children",
                "child ended with 0",
            ])
    }

    @Test("ATX-03: registering and running from many tasks at once")
    func manyTasks() async throws {
        let child = ChildProcess(options: .captured) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for number in 0..<2000 {
                            let finalizer = Finalizer(priority: number % 7) {}
                            if number % 3 == 0 {
                                finalizer.run()
                            } else if number % 3 == 1 {
                                finalizer.cancel()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            say("done")
        }
        #expect(try await child.report() == Report(status: .exited(0), output: ["done"], errors: []))
    }
}
