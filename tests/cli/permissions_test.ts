import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { mayUse } from "../../cli/permissions.ts";
import { here } from "../helpers.ts";
import { NO_TERMINAL, unless } from "../only.ts";
import { answer, CTRL_C, freePort, inTerminal, runChild, runLesson } from "../program.ts";
import { waits } from "../waits.ts";

/** The text with its line breaks as spaces: an error is wrapped where it does not fit. */
const unwrapped = (text: string) => text.replace(/\s+/g, " ");

waits(
  unless(
    NO_TERMINAL,
    "Deno asks a server that answers others once, before it begins, and never again",
  ),
  async () => {
    const port = freePort();
    await using server = inTerminal(`lesson4 server --host 0.0.0.0 --port ${port}`);
    await answer(server, "y", /Granted net access/);
    await server.prints(/the network as a whole\.[^]*Bind UDP on \d+\.\.\./);
    assertEquals((await runLesson(4, ["client", "--port", port])).code, 0);
    assertEquals(server.stdout.match(/Allow\?/g)?.length, 1);
    await server.type("\x03");
    const { code } = await server.end();
    assert(CTRL_C.includes(code), `${code}`);
  },
);

waits(
  unless(NO_TERMINAL, "a server that may not answer others ends: 1, and what it may"),
  async () => {
    await using server = inTerminal(`lesson6 server --host 0.0.0.0 --port ${freePort()}`);
    await answer(server, "n", /Denied/);
    const { code, stdout } = await server.end();
    assertMatch(
      unwrapped(stdout),
      /Then it cannot answer\. Without --host it serves this machine alone, and needs no permission\./,
    );
    assert(!stdout.includes("Bind UDP"), stdout);
    assertMatch(stdout, /Then it cannot answer\..{20,57}\r*\n/); // wrapped, to 79 columns
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assertEquals(code, 1);
  },
);

waits(
  unless(
    NO_TERMINAL,
    "a peer that is told where to send is asked once; after a refusal it ends: 1",
  ),
  async () => {
    await using peer = inTerminal("lesson18 peer --host 192.0.2.99");
    await answer(peer, "n", /Denied/);
    const { code, stdout } = await peer.end();
    assertMatch(unwrapped(stdout), /^The server will say where the other side is, .* as a whole\./);
    assertMatch(unwrapped(stdout), /Then it cannot send there\. Without --host it stays on this/);
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assertEquals(code, 1);
  },
);

waits(
  "all addresses are asked for when they are named, whatever the task allows for Windows' groups",
  async () => {
    for (
      const [number, ...args] of [
        [3, "bind", "--host", "0.0.0.0", "--port", "0"],
        [12, "say", "--interface", "0.0.0.0", "--message", "Hello"],
        [17, "listen", "--host", "0.0.0.0"],
      ] as const
    ) {
      const { code, stdout, stderr } = await runChild(number, [...args]);
      assertMatch(
        stderr,
        /^Deno lets this program use this machine only, and has to ask for 0\.0\.0\.0/,
      );
      assertEquals([code, stdout], [1, ""]);
    }
  },
);

waits(
  unless(NO_TERMINAL, "Deno asks a client for two hosts, and after a refusal for nothing more"),
  async () => {
    await using client = inTerminal("lesson4 client --host 192.0.2.99");
    await answer(client, "n", /Denied/);
    const { code, stdout } = await client.end();
    assertMatch(
      stdout,
      /asks twice: for a socket at 0\.0\.0\.0, .*\r*\nmachine, and for sending to 192\.0\.2\.99\.\r*\n/,
    );
    assertMatch(
      unwrapped(stdout),
      /Then it cannot use 0\.0\.0\.0\. Without --host it stays on this/,
    );
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assertEquals(code, 1);
  },
);

waits(
  unless(NO_TERMINAL, "any address of this machine is told as that, in IPv6 as well"),
  async () => {
    await using client = inTerminal("lesson4 client --host 2001:db8::1");
    await answer(client, "n", /Denied/);
    const { stdout } = await client.end();
    assertMatch(
      stdout,
      /at \[::\], which is any address of this\r*\nmachine, and for sending to \[2001:db8::1\]\./,
    );
  },
);

waits(
  unless(
    NO_TERMINAL,
    "a role whose own address is named is asked for that one, and for its group",
  ),
  async () => {
    await using program = inTerminal("lesson12 say --host 239.1.2.3 --interface 127.0.0.9");
    await answer(program, "n", /Denied/);
    const { code, stdout } = await program.end();
    assertMatch(
      stdout,
      /Deno asks twice: for a socket at 127\.0\.0\.9 and for sending to 239\.1\.2\.3\.\r*\n/,
    );
    assertMatch(
      unwrapped(stdout),
      /Then it cannot use 127\.0\.0\.9\. Without --host and --interface it stays on this machine/,
    );
    assertEquals([code, stdout.match(/Allow\?/g)?.length], [1, 1]);
  },
);

waits(
  unless(
    NO_TERMINAL,
    "a role that answers nobody is asked once, and ends if the answer is n: 1, and a sentence",
  ),
  async () => {
    const port = freePort();
    await using program = inTerminal(`lesson3 bind --host 0.0.0.0 --port ${port}`);
    await answer(program, "n", /Denied/);
    const { code, stdout } = await program.end();
    assertMatch(
      unwrapped(stdout),
      new RegExp(
        `Then it cannot use 0\\.0\\.0\\.0:${port}\\. Without --host it stays on this machine`,
      ),
    );
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assert(!/asks twice|Bind UDP/.test(stdout), stdout);
    assertEquals(code, 1);
  },
);

waits(
  unless(NO_TERMINAL, "for one host Deno asks once, and nobody says that it asks twice"),
  async () => {
    await using program = inTerminal("lesson1 send --host 127.0.0.2 --message x");
    await answer(program, "n", /Denied/);
    const { code, stdout } = await program.end();
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assert(!stdout.includes("asks twice"), stdout);
    assertMatch(unwrapped(stdout), /Then it cannot use 127\.0\.0\.2\. /);
    assertEquals(code, 1);
  },
);

Deno.test("a role that sends to two hosts needs the permission for both", async () => {
  const peers = ["192.0.2.1", "192.0.2.2"].map((hostname) => ({ hostname, port: 9 }));
  const role = { about: "x", run: () => Promise.resolve() };
  const stdin = {
    isTerminal: () => false,
    readable: new ReadableStream<Uint8Array<ArrayBuffer>>(),
  };
  const asked = mayUse(role, here(0), peers, { console, stdin, takeBack: () => {} });
  await assertRejects(() => asked, Error, "has to ask for 192.0.2.1 and 192.0.2.2. ");
});
