/// The step that makes a Python environment, or takes the one that is there, and lets tasks find it.
///
/// An environment is named by the SHA-256 of the requirements file, the interpreter (version, place) and the
/// platform (system, processor, C library). It is made once, under a lock, where it stays, because its own path is
/// written into its programs; the file `complete` is the last that it gets, and one without it is made anew. Each use
/// marks it, so that garbage collection knows what nobody needs any more.
struct PythonPreparation: Sendable {
  /// Path of the requirements file.
  var requirements: String
  /// Folder of environments; where several nodes share it, of archives of them.
  var store: String
  /// Whether several nodes share the folder.
  var isShared: Bool

  var step: String {
    """
    requirements=\(PreparationScript.quoted(requirements))
    store=\(PreparationScript.quoted(store))
    \(Self.identify)
    \(isShared ? Self.takePacked : Self.takeInPlace)
    PATH="$environment/bin:$PATH"
    VIRTUAL_ENV=$environment
    export PATH VIRTUAL_ENV
    unset PYTHONHOME
    """
  }

  /// Finds the interpreter and the environment's name.
  private static let identify = #"""
    python=${AIFACTORY_PYTHON:-python3}
    python=$("$python" -c 'import sys; print(sys.executable)') ||
      fail "there is no Python '${AIFACTORY_PYTHON:-python3}' on $(uname -n)"
    described=$("$python" -c '
    import os, sys, sysconfig
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, ValueError):
        libc = ""
    print(sys.version.split()[0], sys.base_prefix, sysconfig.get_platform(), libc)
    ') || fail "the Python $python on $(uname -n) cannot be run"
    key=$({ printf '%s\n' "$described"; cat "$requirements"; } | sha256sum | cut -c1-64)
    [ "${#key}" = 64 ] || fail "there is no sha256sum on $(uname -n)"
    # Waits for the lock of an open file; the shell holds it until it closes the file.
    lock() { "$python" -c 'import fcntl, sys; fcntl.flock(int(sys.argv[1]), fcntl.LOCK_EX)' "$1"; }
    pip_install() {
      "$python" -m venv "$environment" &&
        "$environment/bin/python" -m pip install --disable-pip-version-check --no-input \
          --progress-bar off --requirement "$requirements"
    }
    uv_install() {
      command -v uv && uv venv --quiet --python "$python" "$environment" &&
        uv pip install --quiet --compile-bytecode --python "$environment/bin/python" \
          --requirement "$requirements"
    }
    make_environment() {
      echo "making the Python environment $key with $described"
      rm -rf "$environment"
      # Where uv fails, pip may have settings (mirrors, certificates) that it lacks.
      if ! uv_install >python.log 2>&1; then
        cat python.log
        rm -rf "$environment"
        pip_install >python.log 2>&1 || {
          cat python.log
          rm -rf "$environment"
          fail "the Python environment could not be made on $(uname -n): $(last python.log)"
        }
      fi
      cat python.log
      cp "$requirements" "$environment/requirements.txt"
      sync -f "$environment" 2>/dev/null || sync
      printf '%s\n' "$described" >"$environment/complete"
    }
    """#

  /// Makes it in the folder itself, on this machine.
  private static let takeInPlace = #"""
    environment=$store/$key
    # Under the lock it is not collected, and after the mark not for long.
    exec 9>"$store/$key.lock"
    lock 9 || fail "the lock $store/$key.lock cannot be taken"
    if [ -e "$environment/complete" ]; then touch "$environment/complete"; else make_environment; fi
    exec 9>&-
    """#

  /// Makes it on the node's own disk, or unpacks there what another node has made and packed.
  private static let takePacked = #"""
    disk=${AIFACTORY_NODE_DISK:-/tmp}/aifactory-$(id -u)
    mkdir -p "$disk" && chmod 700 "$disk" && [ -O "$disk" ] && [ ! -L "$disk" ] ||
      fail "the folder $disk on $(uname -n) cannot be used"
    environment=$disk/$key
    archive=$store/$key.tar
    touch -c "$archive" "$environment/complete" 2>/dev/null
    if [ ! -e "$environment/complete" ]; then
      exec 9>"$environment.lock"
      lock 9 || fail "the lock $environment.lock cannot be taken"
      if [ ! -e "$environment/complete" ]; then
        # Where the shared folder knows no locks, several nodes may make the same.
        exec 8>"$store/$key.lock"
        lock 8 || true
        if [ ! -e "$archive" ]; then
          make_environment
          tar -cf "$archive.$$.$(uname -n)" -C "$disk" "$key" &&
            mv "$archive.$$.$(uname -n)" "$archive" ||
            { rm -f "$archive.$$.$(uname -n)"; echo "the environment could not be packed"; }
        fi
        exec 8>&-
        if [ ! -e "$environment/complete" ]; then
          rm -rf "$environment" "$environment.new"
          if mkdir "$environment.new" &&
            tar -xf "$archive" --no-same-owner -C "$environment.new"
          then
            mv "$environment.new/$key" "$environment" && rmdir "$environment.new" ||
              fail "the folder $disk on $(uname -n) cannot be used"
          else
            # Collected just now, it is made here.
            [ ! -e "$archive" ] ||
              fail "the Python environment could not be unpacked on $(uname -n) from $archive"
            rm -rf "$environment.new"
            make_environment
          fi
        fi
      fi
      exec 9>&-
    fi
    """#
}
