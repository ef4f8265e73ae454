"""64-byte round trips between two sockets of this process: prints microseconds for one."""

import socket
import sys
import time

rounds = int(sys.argv[1])
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind(("127.0.0.1", 0))
server.bind(("127.0.0.1", 0))
there = server.getsockname()
message = bytes(64)


def round_trip():
    client.sendto(message, there)
    data, addr = server.recvfrom(1024)
    server.sendto(data, addr)
    client.recvfrom(1024)


for _ in range(rounds // 4):
    round_trip()
start = time.perf_counter()
for _ in range(rounds):
    round_trip()
print(f"{(time.perf_counter() - start) * 1e6 / rounds:.3f}")
client.close()
server.close()
