import { assert, assertEquals, assertMatch } from "@std/assert";
import { printable } from "../../../lib/text.ts";
import { bytes, until } from "../../helpers.ts";
import { type Side, SIDES } from "../../lessons.ts";
import type { Program } from "../../program.ts";
import { answering, called, type Conversation, known, listening, messages } from "../../servers.ts";
import { type Host, network, python } from "../hosts.ts";

/** Python that sends from any address and port that it likes: `forge(data, sport, dport, to)` on loopback. */
const FORGE = `
import struct
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
def forge(data, sport, dport, to="127.0.0.1"):
    here, there = socket.inet_aton("127.0.0.1"), socket.inet_aton(to)
    udp = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, here, there)
    raw.sendto(ip + udp, ("127.0.0.1", 0))
`;

/** The ports of the servers. Those of the second ones are far enough away from those of the first ones. */
const [ONE, TWO] = [20_001, 20_101];

/** Starts Python with these bytes as `given`: on its input, for they are too long for a command. */
async function started(host: Host, program: string, given: Uint8Array[]): Promise<Program> {
  const running = host.python(`
import json, sys
given = [bytes.fromhex(text) for text in json.loads(sys.stdin.readline())]
${program}`);
  await running.type(`${JSON.stringify(given.map((data) => data.toHex()))}\n`);
  return running;
}

/** The shortest question that this server answers, with the answer. */
function shortest(side: Side): Conversation {
  return known.get(side)!.toSorted((a, b) => a.question.length - b.question.length)[0]!;
}

/**
 * Matches an answer in hexadecimal: another agent has other counters, of a few bytes more or less. And
 * what varies may have a whole address more.
 */
function like({ answer, varies }: Conversation): RegExp {
  const [first, rest] = [answer.subarray(0, 1).toHex(), 2 * (answer.length - 1)];
  const more = varies ? 80 : 16;
  return new RegExp(`^${first}[0-9a-f]{${Math.max(0, rest - more)},${rest + more}}$`, "m");
}

/** Forges what comes on its input, a line for each pair of servers, and prints what passed between them. */
const BETWEEN = `${FORGE}
import json, sys
ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1000000)
ear.setblocking(False)
for line in sys.stdin:
    number, ports, questions, forged = json.loads(line)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(10)
    counts = []
    for data in forged:
        forge(bytes.fromhex(data), ports[1], ports[0])
        for turn in range(2):
            for question, port in zip(questions, ports):
                s.sendto(bytes.fromhex(question), ("127.0.0.1", port))
                s.recv(65535)
        between = -1
        try:
            while True:
                heard = list(struct.unpack("!HH", ear.recv(65535)[20:24]))
                between += heard in [ports, ports[::-1]]
        except BlockingIOError:
            counts.append(between)
    s.close()
    print(number, json.dumps(counts), flush=True)`;

// Each server is one of twelve pairs, and then the other one of twelve.
network("one forged datagram, and two servers are silent", async ([one], test) => {
  await using running = new AsyncDisposableStack();
  await using python = one.python(BETWEEN);
  const started = async (side: Side, port: number) => {
    const server = one.side(side, port);
    await server.prints(/^Bind UDP on /m);
    return server;
  };
  const seconds = answering.map((side, i) => ({ side, port: TWO + i }));
  const servers = await Promise.all(seconds.map(({ side, port }) => started(side, port)));
  for (const server of servers) running.use(server);

  let pair = 0;
  for (const [i, first] of answering.entries()) {
    await using _ = await started(first, ONE + i);
    for (const { side: second, port } of seconds) {
      await test.step(`${called(first)} and ${called(second)}`, async () => {
        const answers = [...known.get(first)!, ...known.get(second)!].map(({ answer }) => answer);
        const forged = [...messages, ...answers];
        // Who asks after the forged one is answered after it: then all has passed that will. What passed,
        // a raw socket heard as well.
        const questions = [first, second].map((side) => shortest(side).question);
        const hex = [questions, forged].map((all) => all.map((data) => data.toHex()));
        await python.type(`${JSON.stringify([++pair, [ONE + i, port], ...hex])}\n`);
        const [, list] = await python.prints(new RegExp(`^${pair} (.*)\\n`, "m"));
        const counts: number[] = JSON.parse(list!);
        assertEquals(counts.length, forged.length);
        for (const [i, count] of counts.entries()) {
          assert(count >= 0 && count <= 1, `${count} answers to ${printable(forged[i]!, 40)}`);
        }
        assert(counts.some((count) => count > 0), "Nothing was answered: nothing was tested.");
      });
    }
  }
}, !python);

for (const side of [...listening, ...SIDES.filter(({ word }) => word === "chat")]) {
  network(`${called(side)}: port 0 sends all there is, and it goes on`, async ([one]) => {
    const to = side.role.group ? side.page.lesson.host! : "127.0.0.1";
    await using listener = one.side(side, ONE);
    await listener.prints(/^Bind UDP on /m);
    const question = side.role.answers ? shortest(side).question : bytes("hello");
    const meet = async () => {
      const program = `${FORGE}
s.sendto(given[0], ("${to}", ${ONE}))
print("sent", s.getsockname()[1], flush=True)
print(s.recv(65535).hex())`;
      const friend = await started(one, program, [question]);
      const port = (await friend.prints(/^sent (\d+)$/m))[1]!;
      await listener.prints(new RegExp(`\\b127\\.0\\.0\\.1:${port}\\b`));
      return friend;
    };
    const forge = async () => {
      const program = `${FORGE}
for data in given:
    forge(data, 0, ${ONE}, "${to}")
    sys.stdin.readline()`;
      await using python = await started(one, program, messages);
      for (const [i, data] of messages.entries()) {
        // One at a time: all of them would be more than the listener's buffer holds.
        const told = () =>
          listener.stdout.match(/^(?!No answer).*\b127\.0\.0\.1:0\b/gm)?.length ?? 0;
        await until(() => told() > i, `It says nothing of ${printable(data, 40)}`);
        await python.type("\n");
      }
      const { code, stderr } = await python.end();
      assertEquals([code, stderr], [0, ""]);
    };

    if (side.word === "chat") {
      await using friend = await meet(); // first: it would be followed anyway
      await forge();
      await listener.type("to a friend\n");
      await friend.prints(new RegExp(`^${bytes("to a friend").toHex()}$`, "m"));
    } else {
      await forge();
      await using friend = await meet();
      if (side.role.answers) {
        const refused = /^(No (answer|reply) to 127\.0\.0\.1:0: .| {2}Not sent: Port 0 )/m;
        assertMatch(listener.stdout, refused);
        await friend.prints(like(shortest(side)));
      } else friend.signal(); // nobody answers it
    }
    listener.signal("SIGINT");
    const { code, stderr } = await listener.end();
    assertEquals([code, stderr], [0, ""]);
  }, !python);
}
