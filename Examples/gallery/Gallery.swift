@preconcurrency import Glibc
import Multiprocessing

/// Runs programs that are known from Python's manual and tutorials, by name or all of them.
///
///     swift run gallery P02
///     swift run gallery --all
///     swift run gallery --list
///     swift run gallery --serve HOST KEY
///     swift run gallery --visit MANAGER LISTENER KEY
@main
struct Gallery {
    static func main() async {
        // Into a file or pipe too, lines leave at once: they stay in order with those of children.
        setlinebuf(stdout)
        switch CommandLine.arguments.dropFirst() {
        case ["--list"]:
            for program in Program.all { print(program.id, program.title) }
        case ["--all"]:
            let failures = await runAll()
            print("\(Program.all.count) programs ran, \(failures) failed")
            if failures > 0 { exit(EXIT_FAILURE) }
        case let arguments where arguments.first == "--serve" && arguments.count == 3:
            await run { try await RemoteServer.run($0[0], AuthenticationKey(Array($0[1].utf8))) }
        case let arguments where arguments.first == "--visit" && arguments.count == 4:
            await run { words in
                try await RemoteVisitor.run(
                    ListenerAddress(words[0]), ListenerAddress(words[1]),
                    AuthenticationKey(Array(words[2].utf8)))
            }
        case let arguments:
            guard arguments.count == 1, let program = Program.all.first(where: { $0.id == arguments.first })
            else {
                complain("usage: gallery ID | --all | --list")
                exit(EX_USAGE)
            }
            if await !succeeds(program) { exit(EXIT_FAILURE) }
        }
    }

    /// Runs all programs in their order, and counts those that failed.
    private static func runAll() async -> Int {
        var failures = 0
        for program in Program.all {
            print("== \(program.id) \(program.title) ==")
            if await !succeeds(program) { failures += 1 }
        }
        return failures
    }

    private static func succeeds(_ program: Program) async -> Bool {
        do {
            try await program.run()
            return true
        } catch {
            complain("\(program.id) failed: \(error)")
            return false
        }
    }

    /// Runs one side of what two programs do, with the words of the command line behind its name.
    private static func run(_ side: ([String]) async throws -> Void) async {
        do {
            try await side(Array(CommandLine.arguments.dropFirst(2)))
        } catch {
            complain("\(CommandLine.arguments[1]) failed: \(error)")
            exit(EXIT_FAILURE)
        }
    }

    private static func complain(_ message: String) {
        fputs("\(message)\n", stderr)
    }
}
