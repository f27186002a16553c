import Foundation

/// A package of Python that a test makes, so that none has to be fetched.
public enum PythonWheel {
  /// Writes a wheel of the package `tinything`, whose module says its version, into a folder.
  public static func make(version: String, in folder: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, folder, version]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private static let program = """
    import sys, zipfile
    folder, version = sys.argv[1:]
    info = f"tinything-{version}.dist-info/"
    files = {
        "tinything.py": f"version = '{version}'\\n",
        info + "METADATA": f"Metadata-Version: 2.1\\nName: tinything\\nVersion: {version}\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[info + "RECORD"] = "".join(f"{name},,\\n" for name in [*files, info + "RECORD"])
    with zipfile.ZipFile(f"{folder}/tinything-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    """
}
