/**
 * Lesson 12 and other programs in a group.
 *
 * @module
 */
import { NOT_LINUX } from "../only.ts";
import { javascript, netcat, peers, portOf, python, socat } from "../peers.ts";
import { freePort, lesson, Program, runLesson } from "../program.ts";

const IMPORT = 'import { createSocket } from "node:dgram"; const s = createSocket("udp4");';
const GROUP = "239.255.77.77";

peers("lesson 12: socat says something, and hears the group", "socat", async () => {
  const port = freePort();
  await using listener = lesson(12, "listen", "--port", port);
  await listener.prints(/Bind UDP on/);
  const join = `bind=${GROUP},reuseaddr,ip-add-membership=${GROUP}:127.0.0.1`;
  await using hearing = socat("-u", `UDP4-RECVFROM:${port},${join},fork`, "STDOUT");
  await hearing.prints(/receiving on/);

  await runLesson(12, ["say", "--port", port, "--message", "Hello, socat"]);
  await hearing.prints(/^Hello, socat/m);
  await using saying = socat("-u", "STDIN", `UDP4-DATAGRAM:${GROUP}:${port},bind=127.0.0.1`);
  await saying.type("Hello from socat");
  for (const said of ["12 bytes: Hello, socat", "16 bytes: Hello from socat"]) {
    await listener.prints(new RegExp(`^127\\.0\\.0\\.1:\\d+ sent ${said}$`, "m"));
  }
  await hearing.prints(/Hello from socat/); // it shares the port with the listener
}, NOT_LINUX);

peers("lesson 12: netcat says something", "nc", async () => {
  await using listener = lesson(12, "listen", "--port", 0);
  const port = await portOf(listener, /239\.255\.77\.77:(\d+)/);
  await using sender = netcat("-u", "-s", "127.0.0.1", GROUP, port);
  await sender.type("Hello from nc\n");
  await listener.prints(/^127\.0\.0\.1:\d+ sent 14 bytes: Hello from nc\\n$/m);
}, NOT_LINUX);

peers("lesson 12: netcat hears the group while somebody here has joined it", "nc", async () => {
  // It cannot join, but to Linux the machine is the member; and it has to be alone at its port.
  const port = freePort();
  await using hearing = netcat("-v", "-u", "-l", GROUP, port);
  await hearing.prints(/Bound on/);
  await using member = lesson(12, "listen", "--port", 0);
  await member.prints(/Bind UDP on/);
  await runLesson(12, ["say", "--port", port, "--message", "Hello, nc"]);
  await hearing.prints(/Hello, nc$/);
}, NOT_LINUX);

peers("lesson 12: Python hears the group", "python3", async () => {
  await using hearing = python(`
s.bind(("", 0))
membership = socket.inet_aton("${GROUP}") + socket.inet_aton("127.0.0.1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
print("port", s.getsockname()[1], flush=True)
data, addr = s.recvfrom(1024)
print(addr[0], data.decode("utf-8"))`);
  await runLesson(12, ["say", "--port", await portOf(hearing), "--message", "Hello, 蛇"]);
  await hearing.prints(/^127\.0\.0\.1 Hello, 蛇$/m);
});

peers("lesson 12: Python says something", "python3", async () => {
  await using listener = lesson(12, "listen", "--port", 0);
  const port = await portOf(listener, /239\.255\.77\.77:(\d+)/);
  await using _ = python(`
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
s.sendto(b"Hello from Python", ("${GROUP}", ${port}))`);
  await listener.prints(/^127\.0\.0\.1:\d+ sent 17 bytes: Hello from Python$/m);
}, NOT_LINUX);

for (const [name, command, ...args] of javascript()) {
  peers(`lesson 12: ${name} hears the group, and says something`, command, async () => {
    const port = freePort();
    await using listener = lesson(12, "listen", "--port", port);
    await listener.prints(/Bind UDP on/);
    await using both = new Program(command, [
      ...args,
      `${IMPORT.replace('"udp4"', '{ type: "udp4", reuseAddr: true }')}
      s.on("message", (data) => { console.log(String(data)); if (String(data) === "Bye") s.close(); });
      s.bind(${port}, "${GROUP}", () => {
        s.addMembership("${GROUP}", "127.0.0.1");
        s.setMulticastInterface("127.0.0.1");
        s.send("Hello from dgram", ${port}, "${GROUP}");
        console.log("ready");
      });`,
    ]);
    await both.prints(/ready/);
    await listener.prints(/sent 16 bytes: Hello from dgram\n/);
    await runLesson(12, ["say", "--port", port, "--message", "Bye"]);
    await both.prints(/^Bye$/m);
  }, NOT_LINUX);
}
