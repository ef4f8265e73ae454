/**
 * Lessons 1 to 6 and other programs: what speaks UDP understands them, and they understand it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { NOT_LINUX } from "../only.ts";
import { javascript, netcat, peers, portOf, python, socat } from "../peers.ts";
import { freePort, lesson, Program, runLesson } from "../program.ts";

const IMPORT = 'import { createSocket } from "node:dgram"; const s = createSocket("udp4");';
const ALL = "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n";

peers("lesson 1: netcat hears what is sent", "nc", async () => {
  const port = freePort();
  await using listener = netcat("-v", "-u", "-l", "127.0.0.1", port);
  await listener.prints(/Bound on/);
  await runLesson(1, ["send", "--port", port, "--message", "Hello, nc"]);
  await listener.prints(/Hello, nc$/);
});

peers("lesson 1: socat hears what is sent", "socat", async () => {
  const port = freePort();
  await using listener = socat("-u", `UDP-RECV:${port},bind=127.0.0.1`, "STDOUT");
  await listener.prints(/starting data transfer/);
  await runLesson(1, ["send", "--port", port, "--message", "Hello, socat"]);
  await listener.prints(/Hello, socat$/);
});

peers("lesson 1: Python hears what is sent", "python3", async () => {
  await using listener = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
print(s.recvfrom(1024)[0].decode("utf-8"))`);
  await runLesson(1, ["send", "--port", await portOf(listener), "--message", "Hello, 蛇"]);
  await listener.prints(/^Hello, 蛇$/m);
});

peers("lesson 2: netcat replies", "nc", async () => {
  const port = freePort();
  await using listener = netcat("-v", "-u", "-l", "127.0.0.1", port);
  await listener.prints(/Bound on/);
  await using asker = lesson(2, "receive", "--port", port);
  await listener.prints(/Hello$/);
  await listener.type("Fine, thanks!\n");
  await asker.prints(new RegExp(`Received from 127.0.0.1:${port}: Fine, thanks!\\\\n\n$`));
});

peers("lesson 2: socat replies", "socat", async () => {
  const port = freePort();
  await using listener = socat(`UDP-RECVFROM:${port},bind=127.0.0.1`, "EXEC:cat");
  await listener.prints(/receiving on/);
  const { stdout } = await runLesson(2, ["receive", "--port", port, "--message", "socat"]);
  assertMatch(stdout, /: socat\n$/);
});

peers("lesson 2: Python replies", "python3", async () => {
  await using listener = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
data, addr = s.recvfrom(1024)
s.sendto(data.upper(), addr)`);
  const { stdout } = await runLesson(2, ["receive", "--port", await portOf(listener)]);
  assertMatch(stdout, /: HELLO\n$/);
});

for (const [name, command, ...args] of javascript()) {
  peers(`lessons 3 and 4: ${name} sends, and hears the answer`, command, async () => {
    await using listener = lesson(3, "bind", "--port", 0);
    await using server = lesson(4, "server", "--port", 0);
    const known = await portOf(listener, /Bind UDP on 127.0.0.1:(\d+)/);
    const echo = await portOf(server, /Bind UDP on (\d+)/);
    await using sender = new Program(command, [
      ...args,
      `${IMPORT}
      s.on("message", (data) => { console.log(String(data)); s.close(); });
      s.send("Hello from dgram", ${known}, "127.0.0.1", () => s.send("dgram", ${echo}, "127.0.0.1"));`,
    ]);
    await listener.prints(/127\.0\.0\.1:\d+ sent 16 bytes: Hello from dgram\n/);
    assertEquals((await sender.end()).stdout, "Hello, dgram!\n");
  });

  peers(`lesson 4: the client is answered by ${name}`, command, async () => {
    await using server = new Program(command, [
      ...args,
      `${IMPORT}
      s.on("message", (name, from) => s.send("Hello, " + name + "!", from.port, from.address));
      s.bind(0, "127.0.0.1", () => console.log("port", s.address().port));`,
    ]);
    const { stdout } = await runLesson(4, ["client", "--port", await portOf(server)]);
    assertEquals(stdout, ALL);
  });
}

peers("lessons 3 and 4: Python sends, and hears the answers", "python3", async () => {
  await using listener = lesson(3, "bind", "--port", 0);
  await using server = lesson(4, "server", "--port", 0);
  const known = await portOf(listener, /Bind UDP on 127.0.0.1:(\d+)/);
  const echo = await portOf(server, /Bind UDP on (\d+)/);
  await using client = python(`
s.sendto(b"Hello from Python", ("127.0.0.1", ${known}))
for data in [b"Michael", b"Tracy", b"Sarah"]:
    s.sendto(data, ("127.0.0.1", ${echo}))
    print(s.recv(1024).decode("utf-8"))`);
  await listener.prints(/sent 17 bytes: Hello from Python\n/);
  assertEquals((await client.end()).stdout, ALL);
});

peers("lesson 4: the client is answered by Python", "python3", async () => {
  await using server = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
while True:
    data, addr = s.recvfrom(1024)
    s.sendto(b"Hello, %s!" % data, addr)`);
  const { stdout } = await runLesson(4, ["client", "--port", await portOf(server)]);
  assertEquals(stdout, ALL);
});

peers("lessons 3 and 4: netcat sends, and hears the answer", "nc", async () => {
  await using listener = lesson(3, "bind", "--port", 0);
  await using sender = netcat("-u", "127.0.0.1", await portOf(listener, /127.0.0.1:(\d+)/));
  await sender.type("Hello from nc\n");
  await listener.prints(/sent 14 bytes: Hello from nc\\n\n/);

  await using server = lesson(4, "server", "--port", 0);
  await using client = netcat("-u", "127.0.0.1", await portOf(server, /Bind UDP on (\d+)/));
  await client.type("Michael\n");
  await client.prints(/^Hello, Michael!$/);
  await client.type("Tracy\n");
  await client.prints(/^Hello, Michael!Hello, Tracy!$/);
});

peers("lessons 3 and 4: socat sends, and hears the answer", "socat", async () => {
  await using listener = lesson(3, "bind", "--port", 0);
  await using sender = socat("-", `UDP:127.0.0.1:${await portOf(listener, /127.0.0.1:(\d+)/)}`);
  await sender.type("Hello from socat");
  await listener.prints(/sent 16 bytes: Hello from socat\n/);

  await using server = lesson(4, "server", "--port", 0);
  await using client = socat("-", `UDP:127.0.0.1:${await portOf(server, /Bind UDP on (\d+)/)}`);
  await client.type("Michael");
  await client.prints(/Hello, Michael!$/);
});

peers("lesson 5: a chat with Python, in gb2312", "python3", async () => {
  await using other = python(`
s.bind(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
hello, addr = s.recvfrom(1024)
data, addr = s.recvfrom(1024)
print(len(hello), data.decode("gb2312"), flush=True)
s.sendto("再见".encode("gb2312"), addr)`);
  const port = await portOf(other);
  await using chat = lesson(5, "chat", "--port", port, "--encoding", "gb2312");
  await chat.prints(/You are /);
  await chat.type("你好\n");
  await other.prints(/^0 你好$/m);
  await chat.prints(new RegExp(`^127.0.0.1:${port}: 再见$`, "m"));
});

peers("lesson 6: Python shouts, and hears the server", "python3", async () => {
  const port = freePort();
  await using server = lesson(6, "server", "--port", port);
  await server.prints(/Bind UDP on/);
  const { stdout } = await python(`
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.sendto("hello from client".encode("utf-8"), ("127.255.255.255", ${port}))
print(s.recvfrom(65535)[0].decode("utf-8"))`).end();
  assertEquals(stdout, "broadcasting\n");
}, NOT_LINUX);

peers("lesson 6: Python hears the shout, and answers", "python3", async () => {
  await using server = python(`
s.bind(("", 0))
print("port", s.getsockname()[1], flush=True)
data, address = s.recvfrom(65535)
print(data.decode("utf-8"), flush=True)
s.sendto("broadcasting".encode("utf-8"), address)`);
  const port = await portOf(server);
  const client = await runLesson(6, ["client", "--port", port, "--timeout", 3]);
  assertMatch(client.stdout, new RegExp(`Received from 127.0.0.1:${port}: broadcasting\n`));
  await server.prints(/^hello from client$/m);
}, NOT_LINUX);
