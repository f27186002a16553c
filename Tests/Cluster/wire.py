"""A connection to the login node that can be cut: wire.py FOLDER PORT.

Listens on loopback at a free port, which it writes to FOLDER/wire, and passes everything on to PORT. When a
file FOLDER/cut appears with a number, the connection that has then carried so many more bytes there is
reset, once, and the file is renamed to FOLDER/was-cut. Ends with its standard input.
"""

import os
import socket
import struct
import sys
import threading

folder, target = sys.argv[1], int(sys.argv[2])
lock = threading.Lock()
left = None


def is_cut(count):
    """Whether the wire breaks now that so many more bytes went over it."""
    global left
    with lock:
        cut = os.path.join(folder, "cut")
        if left is None:
            if not os.path.exists(cut):
                return False
            with open(cut) as file:
                left = int(file.read())
        left -= count
        if left > 0:
            return False
        left = None
        os.rename(cut, os.path.join(folder, "was-cut"))
        return True


def reset(connection):
    """Ends a connection as a network does that breaks."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def carry(source, sink, counts):
    try:
        while data := source.recv(1 << 16):
            if counts and is_cut(len(data)):
                reset(sink)
                reset(source)
                return
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(listener):
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", target))
        threading.Thread(target=carry, args=(client, server, True), daemon=True).start()
        threading.Thread(target=carry, args=(server, client, False), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
with open(os.path.join(folder, "wire.new"), "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename(os.path.join(folder, "wire.new"), os.path.join(folder, "wire"))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
sys.stdin.read()
