"""A line between two network namespaces, with a delay, a loss, and a rate with a queue, if wanted.

Each end is a TUN device: what a host sends there comes out here, and goes on to the other host later, or
never. So it carries whatever IP carries, and needs no more of the kernel than that.

    link.py NAMESPACE_A NAMESPACE_B DELAY_MS LOSS [RATE_KB QUEUE_PACKETS]
"""

import collections
import fcntl
import os
import random
import select
import signal
import statistics
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
A, B, delay, loss = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000, float(sys.argv[4])
rate, room = (float(sys.argv[5]) * 1000, int(sys.argv[6])) if len(sys.argv) > 5 else (0, 0)


def end(namespace, address):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = "end" + address[-1]
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    ip = lambda *words: subprocess.run(["ip", *words], check=True)
    ip("link", "set", name, "netns", namespace)
    ip("-n", namespace, "addr", "add", address + "/24", "dev", name)
    ip("-n", namespace, "link", "set", name, "mtu", "1500", "txqueuelen", "10000", "up")
    ip("-n", namespace, "link", "set", "lo", "up")
    return device


class Direction:
    def __init__(self, source, target):
        self.source, self.target = source, target
        self.flying = collections.deque()  # when it arrives, what, and when it came
        self.took = [delay]  # how long each packet was on the way
        self.free = 0  # when the line has sent all that waits for it

    def read(self, now):
        for _ in range(64):
            try:
                packet = os.read(self.source, 2048)
            except BlockingIOError:
                return
            if random.random() < loss:
                continue
            leaves = now
            if rate:
                waiting = max(0, self.free - now) * rate / 1500
                if waiting >= room:
                    continue  # the queue is full
                leaves = self.free = max(now, self.free) + len(packet) / rate
            self.flying.append((leaves + delay, packet, now))

    def write(self, now):
        while self.flying and self.flying[0][0] <= now:
            _, packet, came = self.flying.popleft()
            self.took.append(now - came)
            try:
                os.write(self.target, packet)
            except OSError:
                pass


random.seed(9)
a, b = end(A, "10.9.8.1"), end(B, "10.9.8.2")
there, back = Direction(a, b), Direction(b, a)


def over(*_):
    trip = 1000 * sum(statistics.median(direction.took) for direction in (there, back))
    print(f'{{"trip": {trip}}}', flush=True)
    os._exit(0)


signal.signal(signal.SIGTERM, over)
print("ready", flush=True)
while True:
    now = time.monotonic()
    for direction in (there, back):
        direction.write(now)
    due = [direction.flying[0][0] for direction in (there, back) if direction.flying]
    wait = max(0, min(due) - time.monotonic()) if due else 1
    readable, _, _ = select.select([a, b], [], [], wait)
    now = time.monotonic()
    for direction in (there, back):
        if direction.source in readable:
            direction.read(now)
