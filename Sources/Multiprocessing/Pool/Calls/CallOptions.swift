/// What is asked of the pool for each task of a call, besides running it.
struct CallOptions: Sendable {
}
