/**
 * The same over IPv6: `--host ::1`, which is this machine, as 127.0.0.1 is.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bind, MAX_BYTES } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { NO_IPV6, unless } from "../only.ts";
import { eventually, freePort, lesson, runLesson } from "../program.ts";

const HERE = "::1";

ipv6("a socket on ::1 sends and receives, and says so", async () => {
  using alice = bind({ hostname: HERE });
  using bob = bind({ hostname: HERE });
  assertEquals(bob.address.hostname, HERE);
  await alice.send("Hello", bob.address);
  const { data, from } = await bob.receive({ signal: soon() });
  assertEquals(text(data), "Hello");
  assertEquals(from, alice.address);
  await bob.send("Hello back", from);
  assertEquals(text((await alice.receive({ signal: soon() })).data), "Hello back");
});

ipv6(
  "a datagram over ::1 may be 20 bytes longer than over 127.0.0.1, and arrives whole",
  async () => {
    using alice = bind({ hostname: HERE });
    using bob = bind({ hostname: HERE });
    const most = Deno.build.os === "darwin" ? 9216 : MAX_BYTES + 20; // on macOS by default
    const bytes = crypto.getRandomValues(new Uint8Array(most));
    assertEquals(await alice.send(bytes, bob.address), bytes.length);
    assertEquals((await bob.receive({ signal: soon() })).data, bytes);
  },
);

ipv6("a port taken on ::1 is still free on 127.0.0.1, and the other way round", async () => {
  await eventually(() => {
    const port = freePort();
    using six = bind({ hostname: HERE, port });
    using four = bind({ port });
    assertEquals(six.address.port, four.address.port);
  });
});

ipv6("lesson 1: send --host ::1", async () => {
  using listener = bind({ hostname: HERE });
  const { port } = listener.address;
  const to = ["--host", HERE, "--port", port];
  const { code, stdout, stderr } = await runLesson(1, ["send", ...to, "--message", "Hi"]);
  assertEquals(stderr, "");
  assertEquals(stdout, `Sent 2 bytes to [::1]:${port}.\n`);
  assertEquals(code, 0);
  assertEquals(text((await listener.receive({ signal: soon() })).data), "Hi");
});

ipv6("lesson 2: receive --host ::1, in brackets as well", async () => {
  using friend = bind({ hostname: HERE });
  const { port } = friend.address;
  await using asker = lesson(2, "receive", "--host", "[::1]", "--port", port);
  const { from } = await friend.receive({ signal: soon() });
  await friend.send("Fine!", from);
  const { code, stdout } = await asker.end();
  assertStringIncludes(stdout, `Sending to [::1]:${port} from port ${from.port}.\n`);
  assertStringIncludes(stdout, `Received from [::1]:${port}: Fine!\n`);
  assertEquals(code, 0);
});

ipv6("lesson 3: bind --host ::1", async () => {
  await using listener = lesson(3, "bind", "--host", HERE, "--port", 0);
  const port = Number((await listener.prints(/^Bind UDP on \[::1\]:(\d+)\.\.\./))[1]);
  using client = bind({ hostname: HERE });
  await client.send("Hello", { hostname: HERE, port });
  await listener.prints(/^\[::1\]:\d+ sent 5 bytes: Hello$/m);
});

ipv6("lesson 4: server and client --host ::1, however the address is spelled", async () => {
  await using server = lesson(4, "server", "--host", HERE, "--port", 0);
  const port = (await server.prints(/^Bind UDP on (\d+)\.\.\. \(at ::1,/m))[1]!;
  for (const host of [HERE, "0:0:0:0:0:0:0:1"]) {
    const { code, stdout, stderr } = await runLesson(4, ["client", "--host", host, "--port", port]);
    assertEquals(stderr, "");
    assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
    assertEquals(code, 0);
  }
  await server.prints(/(Received from \[::1\]:\d+\.\n){6}$/);
});

ipv6("lesson 4: a client of a server that is not there says where it looked", async () => {
  const to = ["--host", HERE, "--port", freePort(), "--timeout", 0.05];
  const { code, stderr } = await runLesson(4, ["client", ...to]);
  assertMatch(stderr, /^Is a server running at \[::1\]:\d+\? There was no reply\.\n$/);
  assertEquals(code, 1);
});

ipv6("lesson 5: chat --host ::1, the first one waits and the second one writes", async () => {
  const to = ["--host", HERE, "--port", freePort()];
  await using first = lesson(5, "chat", ...to);
  await first.prints(/^Bind UDP on \[::1\]:\d+\.\.\. Waiting for your partner\./);
  await using second = lesson(5, "chat", ...to);
  await second.prints(/^You are \[::1\]:\d+\. You write to \[::1\]:\d+\./);
  await second.type("Hello?\n");
  await first.prints(/^\[::1\]:\d+: Hello\?$/m);
  await first.type("Here I am.\n");
  await second.prints(/^\[::1\]:\d+: Here I am\.$/m);
});

ipv6("lesson 7: probe --host ::1 goes up to the limit of IPv6", async () => {
  await using server = lesson(7, "server", "--host", HERE, "--port", 0);
  const port = (await server.prints(/^Bind UDP on \[::1\]:(\d+)\.\.\./m))[1]!;
  const to = ["--host", HERE, "--port", port, "--timeout", 5];
  const { code, stdout, stderr } = await runLesson(7, ["probe", ...to]);
  assertEquals(stderr, "");
  assertMatch(stdout, /^65,527 bytes: got a reply\n[^]*^23 bytes to 65,527 bytes: got a reply$/m);
  assertEquals(code, 0);
});

function ipv6(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ ...unless(NO_IPV6, name), fn });
}
