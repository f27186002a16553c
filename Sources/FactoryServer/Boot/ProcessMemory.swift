import CLinux
import Glibc

/// How this process holds memory.
enum ProcessMemory {
  /// Keeps what a burst of large answers needed from staying with the process for ever.
  static func prepare() {
    // As many parts as threads that allocate at once; glibc's own bound is eight for each core.
    factory_bound_heap(Int32(min(8, max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))))
  }

  /// Lets go of the program's pages that starting needed; for once it has started.
  static func releaseProgram() { factory_release_program() }
}
