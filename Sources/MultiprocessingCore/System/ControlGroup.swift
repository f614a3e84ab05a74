import Glibc

/// The control group of this process, as far as it limits processors and memory.
enum ControlGroup {
    /// Whole processors that the quota allows, rounded up; nil without a quota.
    static var processorLimit: Int? {
        tightest { TextFile.read("\($0)/cpu.max").flatMap(Self.limit) }
    }

    /// Bytes of memory that the limits leave, counting those that the kernel can take back; nil without a limit.
    static var memoryLeft: Int? {
        tightest { folder in
            guard let limit = number(in: "\(folder)/memory.max"),
                let used = number(in: "\(folder)/memory.current")
            else { return nil }
            let cached = TextFile.read("\(folder)/memory.stat").flatMap(Self.reclaimable) ?? 0
            return max(0, limit - used + cached)
        }
    }

    /// The smallest number on the way from the group up to the root.
    private static func tightest(_ number: (_ folder: String) -> Int?) -> Int? {
        guard let membership = TextFile.read("/proc/self/cgroup") else { return nil }
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else {
            return nil
        }
        var limit: Int?
        var path = line.dropFirst(3).split(separator: "/")
        while true {
            let folder = (["/sys/fs/cgroup"] + path.map(String.init)).joined(separator: "/")
            if let found = number(folder) { limit = min(limit ?? found, found) }
            guard !path.isEmpty else { return limit }
            path.removeLast()
        }
    }

    private static func number(in path: String) -> Int? {
        TextFile.read(path).flatMap { Int($0.prefix { !$0.isWhitespace }) }
    }

    /// What a line such as "150000 100000" allows, here 2; nil for "max 100000".
    static func limit(_ text: String) -> Int? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0
        else { return nil }
        return quota / period + (quota % period > 0 ? 1 : 0)
    }

    /// What lines such as "inactive_file 4096" say that the kernel can take back.
    static func reclaimable(_ text: String) -> Int? {
        var sum = 0
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, ["active_file", "inactive_file", "slab_reclaimable"].contains(words[0]) {
                sum += Int(words[1]) ?? 0
            }
        }
        return sum
    }
}
