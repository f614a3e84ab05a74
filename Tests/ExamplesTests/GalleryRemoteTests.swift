import Foundation
import TestSupport
import Testing

/// The programs of the gallery that share objects with clients elsewhere, as two programs.
///
/// Each is in a network of its own where that is allowed, with a cable between them, and else both are on this machine.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryRemoteTests {
    /// Runs both sides; the first argument is where the server is to listen, and `$inside` begins its command.
    ///
    /// Nothing of it is left in the file system.
    private static let both = """
        set -e
        folder=$(mktemp -d)
        trap 'rm -rf "$folder"' EXIT
        mkfifo "$folder/lines"
        $inside "$0" --serve "$1" 'a key of sixteen bytes or more' >"$folder/lines" &
        exec 3<"$folder/lines"
        read -r manager <&3
        read -r listener <&3
        "$0" --visit "$manager" "$listener" 'a key of sixteen bytes or more'
        cat <&3
        wait $!
        """

    /// Two networks without names, which are gone with the last process in them, however this ends.
    private static let networks = """
        set -e
        ip link set lo up
        unshare --net sleep 600 &
        peer=$!
        until [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
        ip link add near type veth peer name far netns $peer
        ip address add 10.77.0.1/24 dev near
        ip link set near up
        inside="nsenter --target $peer --net"
        $inside ip address add 10.77.0.2/24 dev far
        $inside ip link set far up
        """

    private static let expected = [
        "P14 10 hello", "P15 7 56", #"P21 [2.25, nil, "junk"] hello"#,
        #"P47 ["a is done", "b is done", "c is done", "d is done"]"#,
        "P49 never more than 3: true, at the end: []",
        #"P50 ["0: 0", "1: 2", "2: 4", "3: 6", "4: 8", "5: 10", "6: 12", "7: 14", "8: 16", "9: 18"]"#,
        #"P51 before: the namespace has no attribute "value""#, "P51 after: This is the value",
        "the server ends",
    ]

    private func run(_ program: String, _ arguments: [String]) async throws -> ExampleProgram.Outcome {
        try await ExampleProgram(system: program).run(arguments, in: ScratchFolder())
    }

    @Test func overTheLoopback() async throws {
        let gallery = try ExampleProgram("gallery").executable.path
        let outcome = try await run("/bin/sh", ["-c", "inside=\n" + Self.both, gallery, "127.0.0.1"])
        #expect(outcome.lines == Self.expected, "\(outcome.errors)")
        #expect(outcome.exitCode == 0)
    }

    @Test func betweenTwoNetworks() async throws {
        let gallery = try ExampleProgram("gallery").executable.path
        let alone = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c"]
        let unshare = "/usr/bin/unshare"
        guard access(unshare, X_OK) == 0,
            try await run(unshare, alone + [Self.networks + "\nkill $peer"]).exitCode == 0
        else {
            print("SKIPPED: two networks: none of one's own here, so both programs are on the loopback only")
            return
        }
        let outcome = try await run(
            unshare, alone + [Self.networks + "\n" + Self.both + "\nkill $peer", gallery, "10.77.0.2"])
        #expect(outcome.lines == Self.expected, "\(outcome.errors)")
        #expect(outcome.exitCode == 0)
    }
}
