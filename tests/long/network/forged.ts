import { assert, assertEquals } from "@std/assert";
import { printable } from "../../../lib/text.ts";
import { bytes, until } from "../../helpers.ts";
import { SIDES, standsAlone } from "../../lessons.ts";
import { answering, called, known, messages } from "../../servers.ts";
import { network, python } from "../hosts.ts";

/** Python that sends from any address and port that it likes: `forge(data, sport, dport)` on loopback. */
const FORGE = `
import json, struct, sys
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
def forge(data, sport, dport):
    here = socket.inet_aton("127.0.0.1")
    udp = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, here, here)
    raw.sendto(ip + udp, ("127.0.0.1", 0))
`;

const [ONE, TWO] = [20_001, 20_002];

/** Bytes as Python writes them: what fills a datagram with zeros would be too long for a command. */
function python3(data: Uint8Array): string {
  return data.every((byte) => byte === 0)
    ? `bytes(${data.length})`
    : `bytes.fromhex("${data.toHex()}")`;
}

const list = (data: Uint8Array[]) => `[${data.map(python3).join(", ")}]`;

for (const a of answering) {
  for (const b of answering) {
    network(
      `${called(a)} and ${called(b)}: one forged datagram, and they are silent`,
      async ([one]) => {
        await using first = one.side(a, ONE);
        await using second = one.side(b, TWO);
        for (const server of [first, second]) await server.prints(/^Bind UDP on /m);
        const answers = [...known.get(a)!, ...known.get(b)!].map(({ answer }) => answer);
        const forged = [...messages, ...answers];
        const questions = [known.get(a)![0]!, known.get(b)![0]!].map(({ question }) => question);
        // Who asks after the forged one is answered after it: then all has passed that will. What passed,
        // a raw socket heard as well.
        await using python = one.python(`${FORGE}
ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1000000)
ear.setblocking(False)
questions = ${list(questions)}
for data in ${list(forged)}:
    forge(data, ${TWO}, ${ONE})
    for turn in range(2):
        for question, port in zip(questions, [${ONE}, ${TWO}]):
            s.sendto(question, ("127.0.0.1", port))
            s.recv(65535)
    between = -1
    try:
        while True:
            ports = struct.unpack("!HH", ear.recv(65535)[20:24])
            between += ports in [(${ONE}, ${TWO}), (${TWO}, ${ONE})]
    except BlockingIOError:
        print(between, flush=True)`);
        const { code, stdout, stderr } = await python.end();
        assertEquals([code, stderr], [0, ""]);
        const counts = stdout.trim().split("\n").map(Number);
        assertEquals(counts.length, forged.length);
        const most = a === b ? 1 : 2; // see tests/roles_test.ts
        for (const [i, count] of counts.entries()) {
          assert(count >= 0 && count <= most, `${count} answers to ${printable(forged[i]!, 40)}`);
        }
        assert(counts.some((count) => count > 0), "Nothing was answered: nothing was tested.");
      },
      !python,
    );
  }
}

const remembering = SIDES.filter(({ role, word }) => role.listens || word === "chat");
for (const side of remembering.filter(standsAlone)) {
  network(`${called(side)}: port 0 sends all there is, and it goes on`, async ([one]) => {
    await using program = one.side(side, ONE);
    await program.prints(/^Bind UDP on /m);
    const question = side.role.answers ? known.get(side)![0]!.question : bytes("hello");
    const meet = async () => {
      const friend = one.python(`
s.sendto(${python3(question)}, ("127.0.0.1", ${ONE}))
print("sent", s.getsockname()[1], flush=True)
print(s.recv(65535).hex())`);
      const port = (await friend.prints(/^sent (\d+)$/m))[1]!;
      await program.prints(new RegExp(`\\b127\\.0\\.0\\.1:${port}\\b`));
      return friend;
    };
    const forge = async () => {
      const sent = await one.python(`${FORGE}
for data in ${list(messages)}:
    forge(data, 0, ${ONE})`).end();
      assertEquals([sent.code, sent.stderr], [0, ""]);
      await until(() =>
        (program.stdout.match(/^.*\b127\.0\.0\.1:0\b/gm)?.length ?? 0) >= messages.length
      );
    };

    if (side.word === "chat") {
      await using friend = await meet(); // first: it would be followed anyway
      await forge();
      await program.type("to a friend\n");
      await friend.prints(new RegExp(`^${bytes("to a friend").toHex()}$`, "m"));
    } else {
      await forge();
      await using friend = await meet();
      if (side.role.answers) {
        assert(/^No answer to 127\.0\.0\.1:0: ./m.test(program.stdout), program.stdout);
        await friend.prints(new RegExp(`^${known.get(side)![0]!.answer.toHex()}$`, "m"));
      } else friend.signal(); // nobody answers it
    }
    program.signal("SIGINT");
    const { code, stderr } = await program.end();
    assertEquals([code, stderr], [0, ""]);
  }, !python);
}
