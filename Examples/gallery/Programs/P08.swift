import Multiprocessing

/// A number and an array in shared memory, which a child changes.
enum P08 {
    static func run() async throws {
        let number = try SharedValue(0.0)
        let array = try SharedArray(0..<10)
        let child = ChildProcess(number, array) { number, array in
            number.value = 3.1415927
            for index in array.indices { array[index] = -array[index] }
        }
        try await child.start()
        try await child.join()
        print(number.value)
        print(Array(array))
    }
}
