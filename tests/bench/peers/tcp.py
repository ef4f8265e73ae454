"""The same over TCP: tcp.py receive HOST PORT SECONDS, or tcp.py send HOST PORT CONGESTION_CONTROL"""

import json
import socket
import sys
import time

role, host, port, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
s = socket.socket()
if role == "receive":
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, port))
    s.listen()
    print("ready", flush=True)
    s.settimeout(30)
    connection, _ = s.accept()
    connection.settimeout(30)
    bytes, start = len(connection.recv(1)), time.monotonic()
    connection.settimeout(0.1)
    while (passed := time.monotonic() - start) < float(last):
        try:
            bytes += len(connection.recv(1 << 20))
        except TimeoutError:
            pass
    print(json.dumps({"bytes": bytes, "seconds": passed}))
else:
    if last != "default":
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, last.encode())
    if last == "try":
        sys.exit()
    s.settimeout(30)
    s.connect((host, port))
    try:
        while True:
            s.sendall(bytes(1 << 18))
    except OSError:
        pass  # the receiver has had enough
