import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct FileStatisticsTests {
    private let folder: ScratchFolder
    private let program: ExampleProgram

    init() throws {
        folder = try ScratchFolder()
        program = try ExampleProgram("file-statistics")
    }

    private func table(_ arguments: String...) async throws -> StatisticsTable {
        let outcome = try await program.run(arguments, in: folder)
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        return StatisticsTable(outcome.output)
    }

    @Test func countsTheCurrentFolderAndSumsUp() async throws {
        try folder.write("one two\nthree\n".utf8, to: "a.txt")
        try folder.write("äöü".utf8, to: "sub/b c.txt")
        try folder.write([0xFF], to: "sub/c")
        let table = try await table()
        #expect(table.texts["a.txt"] == .init(lines: 2, words: 3, characters: 14))
        #expect(table.texts["sub/b c.txt"] == .init(lines: 0, words: 1, characters: 3))
        #expect(table.total == .init(lines: 2, words: 4, characters: 17))
        #expect(table.summary.hasPrefix("2 text, 1 binary, 0 unreadable; 3 files in "))
    }

    @Test func namesTheFolderAsGiven() async throws {
        try folder.write("x".utf8, to: "sub/deeper/a")
        #expect(try await table("sub").texts.keys.sorted() == ["sub/deeper/a"])
        #expect(try await table("sub/").texts.keys.sorted() == ["sub/deeper/a"])
        #expect(try await table("./sub").texts.keys.sorted() == ["./sub/deeper/a"])
        #expect(try await table("sub/deeper/a").texts.keys.sorted() == ["sub/deeper/a"])
    }

    @Test func leavesOutWhatIsHiddenUnlessItIsNamed() async throws {
        try folder.write("x".utf8, to: ".build/a")
        try folder.write("x".utf8, to: ".hidden")
        try folder.write("x".utf8, to: "seen")
        #expect(try await table().texts.keys.sorted() == ["seen"])
        #expect(try await table(".build").texts.keys.sorted() == [".build/a"])
    }

    @Test func listsBinaryFilesWithoutNumbers() async throws {
        let files: [String: [UInt8]] = [
            "latin1": Array("caf".utf8) + [0xE9], "zero": [0x61, 0, 0x62], "surrogate": [0xED, 0xA0, 0x80],
            "overlong": [0xC0, 0x80], "beyond": [0xF4, 0x90, 0x80, 0x80], "cut": [0x61, 0xE2, 0x82],
            "late": Array(repeating: 0x61, count: 200_000) + [0x80],
        ]
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        try folder.write("text\n".utf8, to: "text")
        let table = try await table()
        #expect(table.texts.keys.sorted() == ["text"])
        #expect(table.others == files.mapValues { _ in "binary" })
    }

    @Test func listsWhatCannotBeRead() async throws {
        try folder.link("dangling", to: "nowhere")
        try folder.link("itself", to: "itself")
        #expect(mkfifo(folder.url.appending(path: "pipe").path, 0o600) == 0)
        try folder.write("text\n".utf8, to: "text")
        let table = try await table()
        #expect(
            table.others == [
                "dangling": "No such file or directory", "itself": "Too many levels of symbolic links",
                "pipe": "not a file",
            ])
        #expect(table.texts.keys.sorted() == ["text"])
        #expect(table.summary.hasPrefix("1 text, 0 binary, 3 unreadable; "))
    }

    @Test func followsLinksToFilesOnly() async throws {
        try folder.write("text\n".utf8, to: "sub/text")
        try folder.link("sub/loop", to: "..")
        try folder.link("file", to: "sub/text")
        #expect(try await table().texts.keys.sorted() == ["file", "sub/text"])
        #expect(try await table("sub/loop/sub").texts.keys.sorted() == ["sub/loop/sub/text"])
    }

    @Test func walksDeepFolders() async throws {
        let deep = String(repeating: "d/", count: 400) + "file"
        try folder.write("deep\n".utf8, to: deep)
        #expect(try await table().texts == [deep: .init(lines: 1, words: 1, characters: 5)])
    }

    @Test func reportsFoldersWhoseNameIsTooLong() async throws {
        let name = String(repeating: "n", count: 250)
        // Made from the inside, a step at a time: no system call takes the whole path.
        let script = "for i in $(seq 20); do mkdir \(name) && cd -P \(name) || exit 1; done"
        let shell = try await ExampleProgram(system: "/bin/sh").run(["-c", script], in: folder)
        #expect(shell.exitCode == 0, "\(shell.errors)")
        let table = try await table()
        #expect(Array(table.others.values) == ["File name too long"])
    }

    @Test func printsAnyNameInOneLine() async throws {
        try folder.write("x".utf8, to: " two  spaces")
        try folder.write("x".utf8, to: "new\nline\u{1B}[2J")
        let script = #"printf x > "$(printf 'caf\351')""#
        #expect(try await ExampleProgram(system: "/bin/sh").run(["-c", script], in: folder).exitCode == 0)
        let outcome = try await program.run(["."], in: folder)
        #expect(outcome.output.contains("          1   two  spaces\n"))
        #expect(outcome.output.contains("          1  new\\nline\\u{1B}[2J\n"))
        #expect(outcome.output.contains("          1  caf\u{FFFD}\n"))
    }

    @Test func countsTheSameWithAnyNumberOfWorkers() async throws {
        for index in 0..<200 { try folder.write("line \(index)\n".utf8, to: "\(index % 7)/\(index)") }
        for workers in 1...3 {
            let table = try await table("--workers", "\(workers)")
            #expect(table.texts.count == 200)
            #expect(table.total == .init(lines: 200, words: 400, characters: 1690))
            #expect(table.summary.hasSuffix("with \(workers) workers"))
        }
    }

    @Test func writesTheTableToAFile() async throws {
        try folder.write("one two\n".utf8, to: "data/a")
        try folder.write([0], to: "data/b")
        let outcome = try await program.run(["--report", "report", "data"], in: folder)
        let report = try folder.text("report")
        #expect(report.split(separator: "\n").count == 4)
        #expect(outcome.output.hasPrefix(report))
    }
}
