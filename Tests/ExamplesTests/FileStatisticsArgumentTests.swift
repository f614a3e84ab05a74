import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct FileStatisticsArgumentTests {
    private let folder: ScratchFolder
    private let program: ExampleProgram

    init() throws {
        folder = try ScratchFolder()
        program = try ExampleProgram("file-statistics")
    }

    @Test(arguments: [
        ["--nonsense"], ["-x"], ["--workers"], ["--workers", "0"], ["--workers", "-1"],
        ["--workers", "many"],
        ["--workers", "1025"], ["--report"], ["one", "two"], ["one", "--", "two"],
    ])
    func explainsBadArguments(_ arguments: [String]) async throws {
        let outcome = try await program.run(arguments, in: folder)
        #expect(outcome.exitCode == 64)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("file-statistics: "))
        #expect(
            outcome.errors.contains(
                "\nusage: file-statistics [--workers N] [--report FILE] [--help] [FOLDER]\n"))
    }

    @Test(arguments: ["--help", "-h"])
    func helps(_ option: String) async throws {
        let outcome = try await program.run([option], in: folder)
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.hasPrefix("usage: file-statistics "))
        #expect(outcome.errors == "")
    }

    @Test func saysThatTheFolderIsMissing() async throws {
        let outcome = try await program.run(["nowhere"], in: folder)
        #expect(outcome.exitCode == 66)
        #expect(outcome.output == "")
        #expect(outcome.errors == "file-statistics: nowhere: No such file or directory\n")
    }

    @Test func takesAFolderThatLooksLikeAnOption() async throws {
        try folder.write("x".utf8, to: "-x/a")
        let outcome = try await program.run(["--", "-x"], in: folder)
        #expect(StatisticsTable(outcome.output).texts.keys.sorted() == ["-x/a"])
    }

    @Test(arguments: ["nowhere/report", "/dev/full"])
    func saysThatTheReportCannotBeWritten(_ report: String) async throws {
        let outcome = try await program.run(["--report", report], in: folder)
        #expect(outcome.exitCode == 73)
        #expect(outcome.errors.hasPrefix("file-statistics: \(report): "))
    }

    @Test func saysThatItsOutputCannotBeWritten() async throws {
        try folder.write("x".utf8, to: "a")
        let shell = ExampleProgram(system: "/bin/sh")
        let outcome = try await shell.run(["-c", #""$0" >/dev/full"#, program.executable.path], in: folder)
        #expect(outcome.exitCode == 74)
        #expect(outcome.errors == "file-statistics: standard output: No space left on device\n")
    }

    @Test func showsItsProgressOnATerminal() async throws {
        try folder.write("x".utf8, to: "a")
        var (terminal, program) = (Int32(-1), Int32(-1))
        try #require(openpty(&terminal, &program, nil, nil, nil) == 0)
        let ours = FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
        let theirs = FileHandle(fileDescriptor: program, closeOnDealloc: true)
        let outcome = try await self.program.run(in: folder, standardError: theirs)
        try theirs.close()
        #expect(outcome.exitCode == 0)
        #expect(!outcome.output.contains("\u{1B}"))
        // The program has ended: what it wrote is there to be read at once.
        let shown = String(decoding: ours.availableData, as: UTF8.self)
        #expect(shown.hasPrefix("1 files in "))
        #expect(shown.hasSuffix("\r\u{1B}[K"))
    }
}
