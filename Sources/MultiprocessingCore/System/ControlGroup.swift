import Glibc

/// The control group of this process, as far as it limits processors.
enum ControlGroup {
    /// Whole processors that the quota allows, rounded up; nil without a quota.
    static var processorLimit: Int? {
        guard let membership = read("/proc/self/cgroup") else { return nil }
        for line in membership.split(separator: "\n") where line.hasPrefix("0::/") {
            return tightestLimit(in: String(line.dropFirst(3)))
        }
        return nil
    }

    /// The smallest limit on the way from the group up to the root.
    private static func tightestLimit(in group: String) -> Int? {
        var limit: Int?
        var path = group.split(separator: "/")
        while true {
            let folder = (["/sys/fs/cgroup"] + path.map(String.init)).joined(separator: "/")
            if let found = read("\(folder)/cpu.max").flatMap(Self.limit) {
                limit = min(limit ?? found, found)
            }
            guard !path.isEmpty else { return limit }
            path.removeLast()
        }
    }

    /// What a line such as "150000 100000" allows, here 2; nil for "max 100000".
    static func limit(_ text: String) -> Int? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0
        else { return nil }
        return quota / period + (quota % period > 0 ? 1 : 0)
    }

    private static func read(_ path: String) -> String? {
        let raw = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return nil }
        let file = Descriptor(adopting: raw)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe Glibc.read(file.raw, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
