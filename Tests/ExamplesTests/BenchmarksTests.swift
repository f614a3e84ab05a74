import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct BenchmarksTests {
    private struct Line: Decodable {
        var peer: String
        var `case`: String
        var metric: String
        var value: Double
        var unit: String
        var n: Int
    }

    /// Every case with small sizes, so that it is over in a moment.
    private static let cases = """
        {"version": 1, "cases": {
            "process_start": {
                "params": {"forkserver_n": 2, "spawn_n": 2, "warmup": 1},
                "metrics": {"forkserver_median": {"unit": "ms"}, "spawn_median": {"unit": "ms"}}
            },
            "pool_start": {
                "params": {"workers": 2, "forkserver_n": 2, "spawn_n": 1, "warmup": 1},
                "metrics": {"forkserver_first_result": {"unit": "ms"}, "spawn_first_result": {"unit": "ms"},
                    "forkserver_shutdown": {"unit": "ms"}}
            },
            "pool_apply_latency": {
                "params": {"workers": 2, "n": 50, "warmup": 5},
                "metrics": {"median": {"unit": "us"}, "p99": {"unit": "us"}, "one_cpu_median": {"unit": "us"}}
            },
            "pool_tasks_per_s": {
                "params": {"workers": 2, "imap_n": 100, "map_n": 1000, "apply_async_n": 100, "limit_n": 1},
                "metrics": {"imap_unordered": {"unit": "tasks/s"}, "map_default_chunk": {"unit": "tasks/s"},
                    "apply_async": {"unit": "tasks/s"}}
            },
            "pool_cpu": {
                "params": {"workers": 2, "tasks": 8, "below": 2000, "repeat": 2},
                "metrics": {"serial_wall": {"unit": "s"}, "parallel_wall": {"unit": "s"}, "efficiency": {"unit": "ratio"}}
            },
            "pool_payload": {
                "params": {"workers": 2, "tasks": 4, "bytes": 100000, "repeat": 2},
                "metrics": {"throughput": {"unit": "MiB/s"}}
            },
            "manager_call": {
                "params": {"latency_n": 20, "warmup": 2, "calls_n": 100},
                "metrics": {"get_median": {"unit": "us"}, "set_median": {"unit": "us"},
                    "get_one_cpu_median": {"unit": "us"}, "calls_1client": {"unit": "calls/s"},
                    "calls_2clients": {"unit": "calls/s"}, "calls_at_once": {"unit": "calls/s"},
                    "set_in_batch_median": {"unit": "us"}}
            },
            "lock_uncontended": {
                "params": {"n": 100, "repeat": 2},
                "metrics": {"lock": {"unit": "ns"}, "rlock": {"unit": "ns"}, "semaphore": {"unit": "ns"}}
            },
            "lock_contended": {
                "params": {"processes": 2, "n": 100}, "metrics": {"ops": {"unit": "ops/s"}}
            },
            "semaphore_wake": {
                "params": {"n": 20, "warmup": 2},
                "metrics": {"median": {"unit": "us"}, "p99": {"unit": "us"}, "one_cpu_median": {"unit": "us"}}
            },
            "event_wake": {
                "params": {"n": 20, "warmup": 2},
                "metrics": {"median": {"unit": "us"}, "p99": {"unit": "us"}, "one_cpu_median": {"unit": "us"}}
            },
            "condition_notify": {
                "params": {"n": 20, "warmup": 2},
                "metrics": {"median": {"unit": "us"}, "p99": {"unit": "us"}, "one_cpu_median": {"unit": "us"}}
            },
            "queue_throughput": {
                "params": {"small_n": 200, "bytes": 10000, "bytes_n": 4},
                "metrics": {"small_1to1": {"unit": "msg/s"}, "small_2to2": {"unit": "msg/s"}, "mib_1to1": {"unit": "MiB/s"}}
            },
            "shared_value": {
                "params": {"processes": 2, "n": 100}, "metrics": {"locked_increments": {"unit": "ops/s"}}
            },
            "shared_array": {
                "params": {"bytes": 10000, "repeat": 2},
                "metrics": {"fill_first": {"unit": "MiB/s"}, "fill_again": {"unit": "MiB/s"}, "read": {"unit": "MiB/s"}}
            },
            "pipe_latency": {
                "params": {"bytes": 8, "n": 50, "warmup": 5},
                "metrics": {"median": {"unit": "us"}, "p99": {"unit": "us"}, "one_cpu_median": {"unit": "us"}}
            },
            "pipe_bandwidth": {
                "params": {"mib_bytes": 100000, "mib_n": 2, "big_bytes": 5000000, "big_n": 1, "repeat": 2},
                "metrics": {"msg_1mib": {"unit": "MiB/s"}, "msg_64mib": {"unit": "MiB/s"}}
            },
            "listener_connect": {
                "params": {"unix_n": 5, "tcp_n": 5, "warmup": 2, "limit_n": 1},
                "metrics": {"unix": {"unit": "conn/s"}, "tcp": {"unit": "conn/s"}}
            },
            "memory": {
                "params": {"workers": 2},
                "metrics": {"spawn_rss": {"unit": "MiB"}, "spawn_pss": {"unit": "MiB"},
                    "spawn_private": {"unit": "MiB"}}
            },
            "start_many": {"params": {"counts": [1, 2]}, "metrics": {}}
        }}
        """

    private let folder: ScratchFolder
    private let program: ExampleProgram

    init() throws {
        folder = try ScratchFolder()
        program = try ExampleProgram("benchmarks")
        try folder.write(Self.cases.utf8, to: "cases.json")
    }

    private func lines(_ arguments: String...) async throws -> [Line] {
        let outcome = try await program.run(["cases.json"] + arguments, in: folder)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        return try outcome.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    @Test func measuresEveryMetricOnce() async throws {
        let lines = try await lines()
        let units = [
            "manager_call/get_median": "us", "manager_call/set_median": "us",
            "manager_call/get_one_cpu_median": "us",
            "manager_call/calls_1client": "calls/s", "manager_call/calls_2clients": "calls/s",
            "manager_call/calls_at_once": "calls/s", "manager_call/set_in_batch_median": "us",
            "process_start/forkserver_median": "ms", "process_start/spawn_median": "ms",
            "pool_start/forkserver_first_result": "ms", "pool_start/spawn_first_result": "ms",
            "pool_start/forkserver_shutdown": "ms", "pool_apply_latency/median": "us",
            "pool_apply_latency/p99": "us",
            "pool_apply_latency/one_cpu_median": "us", "pool_tasks_per_s/imap_unordered": "tasks/s",
            "pool_tasks_per_s/map_default_chunk": "tasks/s", "pool_tasks_per_s/apply_async": "tasks/s",
            "pool_cpu/serial_wall": "s", "pool_cpu/parallel_wall": "s", "pool_cpu/efficiency": "ratio",
            "pool_payload/throughput": "MiB/s",
            "pool_payload/in_4_times": "MiB/s", "pool_payload/out_4_times": "MiB/s",
            "pool_payload/in_64_times": "MiB/s", "pool_payload/out_64_times": "MiB/s",
            "pool_payload/context": "ms",
            "memory/forkserver_rss": "MiB", "memory/forkserver_pss": "MiB",
            "memory/forkserver_private": "MiB",
            "memory/spawn_rss": "MiB", "memory/spawn_pss": "MiB", "memory/spawn_private": "MiB",
            "lock_uncontended/lock": "ns", "lock_uncontended/rlock": "ns", "lock_uncontended/semaphore": "ns",
            "lock_uncontended/lock_async": "ns", "lock_contended/ops": "ops/s",
            "lock_contended/ops_async": "ops/s",
            "semaphore_wake/median": "us", "semaphore_wake/p99": "us", "semaphore_wake/one_cpu_median": "us",
            "event_wake/median": "us", "event_wake/p99": "us", "event_wake/one_cpu_median": "us",
            "condition_notify/median": "us", "condition_notify/p99": "us",
            "condition_notify/one_cpu_median": "us",
            "pipe_latency/median": "us", "pipe_latency/p99": "us",
            "pipe_latency/one_cpu_median": "us", "pipe_bandwidth/msg_1mib": "MiB/s",
            "pipe_bandwidth/msg_64mib": "MiB/s",
            "queue_throughput/small_1to1": "msg/s", "queue_throughput/small_2to2": "msg/s",
            "queue_throughput/mib_1to1": "MiB/s", "shared_value/locked_increments": "ops/s",
            "shared_array/fill_first": "MiB/s", "shared_array/fill_again": "MiB/s",
            "shared_array/read": "MiB/s",
            "listener_connect/unix": "conn/s", "listener_connect/tcp": "conn/s",
        ]
        #expect(lines.map { "\($0.case)/\($0.metric)" }.sorted() == units.keys.sorted())
        for line in lines {
            #expect(line.peer == "swift-multiprocessing")
            #expect(line.unit == units["\(line.case)/\(line.metric)"])
            #expect(line.value > 0)
            #expect(line.n > 0)
        }
    }

    @Test func measuresOnlyTheNamedCases() async throws {
        #expect(try await lines("pool_cpu").map(\.metric) == ["serial_wall", "parallel_wall", "efficiency"])
    }

    @Test func refusesUnknownCases() async throws {
        let outcome = try await program.run(["cases.json", "nonsense"], in: folder)
        #expect(outcome.exitCode == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors == "benchmarks: there is no case nonsense\n")
    }

    @Test func refusesFilesOfNoCases() async throws {
        for text in ["", "{", "[1,", #"{"cases": }"#, #"{"cases": {}} x"#, #"{"a\u0062": 1}"#] {
            try folder.write(text.utf8, to: "cases.json")
            let outcome = try await program.run(["cases.json"], in: folder)
            #expect(outcome.exitCode == 1)
            #expect(outcome.errors.hasPrefix("benchmarks: the JSON text is wrong at byte"), "\(text)")
        }
        let outcome = try await program.run(["none.json"], in: folder)
        #expect(outcome.exitCode == 1)
        #expect(outcome.errors == "benchmarks: none.json: No such file or directory\n")
    }
}
