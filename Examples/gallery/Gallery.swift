@preconcurrency import Glibc

/// Runs programs that are known from Python's manual and tutorials, by name or all of them.
///
///     swift run gallery P02
///     swift run gallery --all
///     swift run gallery --list
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

    private static func complain(_ message: String) {
        fputs("\(message)\n", stderr)
    }
}
