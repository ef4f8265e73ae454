/**
 * Lesson 16 and a router of a few lines of Python, which knows nothing of our code. (bird needs root, and a
 * network: `deno task network`.)
 *
 * @module
 */
import { assertMatch } from "@std/assert";
import { NOT_LINUX } from "../only.ts";
import { peers, place, start } from "../peers.ts";
import { freePort, lesson } from "../program.ts";

peers("lesson 16: a router in Python teaches ours, and learns from it", "python3", async () => {
  const port = freePort();
  await using router = lesson(16, "router", "--port", port, "--routes", "10.1.0.0/16=3");
  await router.prints(/Bind UDP on/);
  await using python = start(
    place("python3")!,
    "-c",
    `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.bind(("127.0.0.2", ${port}))
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.settimeout(10)
group.bind(("127.0.0.3", ${port}))
group.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.3"))
def entry(net, mask, metric, tag=0):
    return struct.pack("!HH4s4s4sI", 2, tag, socket.inet_aton(net), socket.inet_aton(mask), bytes(4), metric)
us = ("127.0.0.1", ${port})
s.sendto(struct.pack("!BBH", 2, 2, 0) + entry("10.80.0.0", "255.255.0.0", 2, 1234), us)
group.sendto(struct.pack("!BBH", 2, 2, 0) + entry("10.81.0.0", "255.255.128.0", 4), ("224.0.0.9", ${port}))
s.sendto(struct.pack("!BBH", 1, 2, 0) + struct.pack("!HH12xI", 0, 0, 16), us)
data, addr = s.recvfrom(65535)
print(struct.unpack("!BBH", data[:4]), addr[1] == ${port})
for i in range(4, len(data), 20):
    family, tag, net, mask, hop, metric = struct.unpack("!HH4s4s4sI", data[i:i + 20])
    print(family, tag, socket.inet_ntoa(net), socket.inet_ntoa(mask), socket.inet_ntoa(hop), metric)
`,
  );
  await router.prints(/^ {2}10\.80\/16: metric 3, through 127\.0\.0\.2$/m);
  await router.prints(/^ {2}10\.81\.0\/17: metric 5, through 127\.0\.0\.3$/m);
  const { stdout } = await python.end();
  assertMatch(stdout, /^\(2, 2, 0\) True\n2 0 10\.1\.0\.0 255\.255\.0\.0 0\.0\.0\.0 3\n/);
  assertMatch(stdout, /^2 1234 10\.80\.0\.0 255\.255\.0\.0 0\.0\.0\.0 16\n/m);
}, NOT_LINUX);
