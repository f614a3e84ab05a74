import Glibc
import Multiprocessing

/// Counts lines, words and characters of every text file below a folder, as `wc -lwm` does, in a pool.
@main
struct FileStatistics {
    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            guard !options.isHelpWanted else { return print(Options.help) }
            try await count(options)
        } catch {
            writeToStandardError("file-statistics: \(error)\n")
            exit((error as? Failure)?.exitCode ?? EXIT_FAILURE)
        }
    }

    /// The whole use of the pool: paths are pulled from the walk on demand, reports come as they finish.
    static func count(_ options: Options) async throws {
        let files = try FolderWalk(options.folder)
        var table = try Table(copy: options.report)
        try await withProcessPool(workers: options.workers) { pool in
            for try await report in pool.imapUnordered(files, { FileReport(of: $0) }) {
                table.add(report)
            }
            try table.finish(workers: pool.workers)
        }
    }
}

/// An end of the program with a message and an exit code of `sysexits.h`.
struct Failure: Error, CustomStringConvertible {
    var description: String
    var exitCode: Int32

    static func usage(_ problem: String) -> Failure {
        Failure(description: "\(problem)\n\(Options.usage)", exitCode: 64)
    }

    /// Says what the system call that just failed said about a file.
    static func file(_ path: Path, exitCode: Int32) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))", exitCode: exitCode)
    }
}

struct Options {
    var folder = Path(".")
    var workers: Int?
    var report: Path?
    var isHelpWanted = false

    static let usage = "usage: file-statistics [--workers N] [--report FILE] [--help] [FOLDER]"
    static let help = """
        \(usage)

        Counts the lines, words and characters of every text file below FOLDER (default: the current folder)
        as LC_ALL=C.UTF-8 wc -lwm does, in several processes. Text is UTF-8 without NUL; what is not text or
        cannot be read is listed without numbers. Hidden files and folders and links to folders are left out.

          --workers N      how many processes count (default: one for each usable processor)
          --report FILE    also write the table to FILE
          --help           print this text
        """

    init(_ arguments: some Sequence<String>) throws {
        var arguments = Array(arguments)[...]
        var folders: [String] = []
        while let argument = arguments.popFirst() {
            switch argument {
            case "--help", "-h":
                isHelpWanted = true
            case "--workers":
                guard let number = arguments.popFirst().flatMap({ Int($0) }), 1...1024 ~= number else {
                    throw Failure.usage("--workers takes a number from 1 to 1024")
                }
                workers = number
            case "--report":
                guard let name = arguments.popFirst() else { throw Failure.usage("--report takes a file") }
                report = Path(name)
            case "--":
                folders += arguments
                arguments = []
            case _ where argument.hasPrefix("-"):
                throw Failure.usage("there is no option \(argument)")
            default:
                folders.append(argument)
            }
        }
        guard folders.count <= 1 else { throw Failure.usage("one folder at a time") }
        folder = folders.first.map(Path.init) ?? folder
    }
}

// MARK: Finding files

/// A name as the kernel keeps it: any bytes but zero, therefore not always a `String`.
struct Path: Codable, Sendable, CustomStringConvertible {
    private var bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    func appending(_ name: UnsafeRawBufferPointer) -> Path {
        var path = self
        switch bytes.last {
        case UInt8(ascii: ".") where bytes.count == 1: path.bytes = []
        case UInt8(ascii: "/"): break
        default: path.bytes.append(UInt8(ascii: "/"))
        }
        path.bytes += name
        return path
    }

    func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        body(bytes.map(CChar.init(bitPattern:)) + [0])
    }

    /// The name in one line that is safe to print.
    var description: String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(where: { !(0x20..<0x7F ~= $0) }) else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : "\(scalar)"
        }.joined()
    }
}

/// The files below a folder, found as they are asked for; hidden ones and linked folders are left out.
///
/// A folder that cannot be opened comes out like a file, so that its report says why.
struct FolderWalk: Sequence, Sendable {
    private let root: Path

    init(_ root: Path) throws {
        guard root.withCString({ access($0, F_OK) }) == 0 else { throw Failure.file(root, exitCode: 66) }
        self.root = root
    }

    func makeIterator() -> Iterator {
        Iterator(waiting: [root])
    }

    struct Iterator: IteratorProtocol {
        fileprivate var waiting: [Path]
        fileprivate var current: OpenFolder?

        mutating func next() -> Path? {
            while true {
                if let entry = current?.next() {
                    guard entry.isFolder else { return entry.path }
                    waiting.append(entry.path)
                } else {
                    guard let path = waiting.popLast() else { return nil }
                    current = OpenFolder(path)
                    guard current != nil else { return path }
                }
            }
        }
    }
}

/// A folder that is being read; the walk has one at a time, however deep it is.
private final class OpenFolder {
    private let path: Path
    private let stream: OpaquePointer

    init?(_ path: Path) {
        guard let stream = path.withCString({ opendir($0) }) else { return nil }
        self.path = path
        self.stream = stream
    }

    deinit {
        closedir(stream)
    }

    func next() -> (path: Path, isFolder: Bool)? {
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) {
                UnsafeRawBufferPointer(start: $0, count: strlen($0))
            }
            guard name.first != UInt8(ascii: ".") else { continue }
            let found = path.appending(name)
            let type = found.withCString { FileType(of: $0, followingLinks: false) }
            let isLinkToFolder = type == .link && found.withCString { FileType(of: $0) } == .folder
            guard isLinkToFolder else { return (found, type == .folder) }
        }
        return nil
    }
}

enum FileType {
    case file, folder, link, special

    init?(of path: UnsafePointer<CChar>, followingLinks: Bool = true) {
        var status = stat()
        guard fstatat(AT_FDCWD, path, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else {
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        default: self = .special
        }
    }
}

// MARK: Counting, in the workers

/// What a worker found out about one file.
struct FileReport: Codable, Sendable {
    enum Outcome: Codable {
        case text(TextCount)
        case binary
        case unreadable(String)
    }

    var path: Path
    var outcome: Outcome

    init(of path: Path) {
        self.path = path
        outcome = path.withCString(Self.read)
    }

    private static func read(_ path: UnsafePointer<CChar>) -> Outcome {
        // Asked before opening, which can have effects of its own on a device or a pipe.
        guard let type = FileType(of: path) else { return failed }
        guard type != .special else { return .unreadable("not a file") }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return failed }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { block in
            var text = TextCount()
            var waiting = 0
            while true {
                let free = UnsafeMutableRawBufferPointer(rebasing: block[waiting...])
                let count = Glibc.read(file, free.baseAddress, free.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return failed }
                guard count > 0 else { return waiting == 0 ? .text(text) : .binary }
                let bytes = UnsafeRawBufferPointer(rebasing: block[..<(waiting + count)])
                guard let counted = text.add(bytes) else { return .binary }
                // A character that is cut by the end of the block waits for its rest.
                waiting = bytes.count - counted
                block.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[counted...]))
            }
        }
    }

    private static var failed: Outcome { .unreadable(String(cString: strerror(errno))) }
}

/// Lines, words and characters of UTF-8 text by the rules of `wc` (GNU coreutils 9.1).
///
/// Only its words are special: a space ends one, a printable character begins one, others do neither.
struct TextCount: Codable, Sendable {
    private(set) var lines = 0
    private(set) var words = 0
    private(set) var characters = 0
    private var isInWord = false

    static func += (sum: inout TextCount, text: TextCount) {
        sum.lines += text.lines
        sum.words += text.words
        sum.characters += text.characters
    }

    /// Counts the whole characters of a block and returns their length in bytes; nil if it is not text.
    mutating func add(_ block: UnsafeRawBufferPointer) -> Int? {
        guard let end = Self.lengthOfWholeCharacters(block) else { return nil }
        var index = 0
        while index < end {
            let byte = block[index]
            if byte < 0x80 {
                guard byte != 0 else { return nil }
                lines += byte == UInt8(ascii: "\n") ? 1 : 0
                add(isSpace: byte == 0x20 || byte &- 9 < 5, isPrintable: byte &- 0x21 < 0x5E)
                index += 1
            } else {
                let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                let scalar = block[index + 1..<index + length].reduce(UInt32(byte & 0x7F >> length)) {
                    $0 << 6 | UInt32($1 & 0x3F)
                }
                let isPrintable = CharacterTables.isPrintable(scalar)
                let isSpace = CharacterTables.isSpace(scalar)
                add(isSpace: isSpace && isPrintable, isPrintable: isPrintable)
                index += length
            }
        }
        return end
    }

    @inline(__always)
    private mutating func add(isSpace: Bool, isPrintable: Bool) {
        let isWord = !isSpace && (isPrintable || isInWord)
        words += isWord && !isInWord ? 1 : 0
        characters += 1
        isInWord = isWord
    }

    private static func lengthOfWholeCharacters(_ block: UnsafeRawBufferPointer) -> Int? {
        do throws(UTF8.ValidationError) {
            return try UTF8Span(validating: block.bindMemory(to: UInt8.self).span).count
        } catch {
            let isCut = error.kind == .truncatedScalar && error.byteOffsets.upperBound == block.count
            return isCut ? error.byteOffsets.lowerBound : nil
        }
    }
}

/// What the system's tables, which `wc` asks too, say about characters beyond ASCII.
enum CharacterTables {
    private typealias Question = @convention(c) (UInt32, locale_t?) -> Int32

    // Swift's Glibc module leaves out <wctype.h>; every glibc has these two functions.
    private static let iswprint = unsafeBitCast(dlsym(nil, "iswprint_l"), to: Question.self)
    private static let iswspace = unsafeBitCast(dlsym(nil, "iswspace_l"), to: Question.self)
    // Written once, then only read. Without C.UTF-8 nothing beyond ASCII is printable.
    private nonisolated(unsafe) static let locale =
        newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) ?? newlocale(LC_CTYPE_MASK, "C", nil)

    static func isPrintable(_ scalar: UInt32) -> Bool {
        iswprint(scalar, locale) != 0
    }

    static func isSpace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xA0, 0x2007, 0x202F, 0x2060: true  // What `wc` adds: spaces that do not break lines.
        default: iswspace(scalar, locale) != 0
        }
    }
}

// MARK: Showing

/// Prints a row for each file as it comes, and the sums at the end.
struct Table {
    private let start = ContinuousClock.now
    private let copy: TextFile?
    private var total = TextCount()
    private var texts = 0
    private var binaries = 0
    private var unreadable = 0
    private let isOnTerminal = isatty(STDERR_FILENO) == 1
    private var isProgressVisible = false
    private var nextProgress = ContinuousClock.now

    init(copy path: Path?) throws {
        copy = try path.map(TextFile.init)
        show("lines", "words", "characters", name: "file")
    }

    mutating func add(_ report: FileReport) {
        clearProgress()
        switch report.outcome {
        case .text(let text):
            texts += 1
            total += text
            show(text, "\(report.path)")
        case .binary:
            binaries += 1
            show("-", "-", "-", name: "\(report.path) (binary)")
        case .unreadable(let reason):
            unreadable += 1
            show("-", "-", "-", name: "\(report.path) (\(reason))")
        }
        showProgress()
    }

    mutating func finish(workers: Int) throws {
        clearProgress()
        show(total, "total")
        print(
            "\n\(texts) text, \(binaries) binary, \(unreadable) unreadable; \(speed) with \(workers) workers")
        try copy?.close()
        guard fflush(nil) == 0 else { throw Failure.file(Path("standard output"), exitCode: 74) }
    }

    /// Writes one line over and over, a few times a second; nothing where there is no terminal.
    private mutating func showProgress() {
        guard isOnTerminal, ContinuousClock.now >= nextProgress else { return }
        nextProgress = .now + .milliseconds(100)
        isProgressVisible = true
        writeToStandardError(speed)
    }

    private mutating func clearProgress() {
        guard isProgressVisible else { return }
        isProgressVisible = false
        writeToStandardError("\r\u{1B}[K")
    }

    private var speed: String {
        let files = texts + binaries + unreadable
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let hundredths = Int(seconds * 100)
        return "\(files) files in \(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10) s, "
            + "\(Int(Double(files) / max(seconds, 0.001))) files/s"
    }

    private func show(_ text: TextCount, _ name: String) {
        show("\(text.lines)", "\(text.words)", "\(text.characters)", name: name)
    }

    private func show(_ cells: String..., name: String) {
        let row =
            cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined() + "  " + name
        print(row)
        copy?.add(row)
    }
}

func writeToStandardError(_ text: String) {
    fflush(nil)
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// A text file that is written line by line; `close` tells what went wrong on the way.
struct TextFile {
    private let path: Path
    private let file: UnsafeMutablePointer<FILE>

    init(_ path: Path) throws {
        guard let file = path.withCString({ fopen($0, "we") }) else { throw Failure.file(path, exitCode: 73) }
        self.path = path
        self.file = file
    }

    func add(_ line: String) {
        fputs(line + "\n", file)
    }

    func close() throws {
        let hasFailed = ferror(file) != 0
        guard fclose(file) == 0, !hasFailed else { throw Failure.file(path, exitCode: 73) }
    }
}
