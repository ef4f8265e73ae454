import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 4. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "an address object is the key: each datagram has a new one",
    from: "const client = formatAddress(from);",
    to: "const client = from as unknown as string;",
    fails: [
      "countingServer: answers a client with 1, then 2, then 3",
      "countingServer: counts each client for itself",
    ],
  },
  {
    mistake: "the first count is 0",
    from: "?? 0) + 1",
    to: "?? -1) + 1",
    fails: ["countingServer: answers a client with 1, then 2, then 3"],
  },
  {
    mistake: "only the host is the key",
    from: "const client = formatAddress(from);",
    to: "const client = from.hostname;",
    fails: ["countingServer: counts each client for itself"],
  },
  {
    mistake: "only the port is the key",
    from: "const client = formatAddress(from);",
    to: "const client = `${from.port}`;",
    fails: ["countingServer: counts each client for itself"],
  },
  {
    mistake: "anything is answered",
    from: 'if (new TextDecoder().decode(data) !== "count") continue;',
    to: "data;",
    fails: [
      "countingServer: an answer is not answered",
      "countingServer: whatever else is not the question gets no answer and does not count",
    ],
  },
  {
    mistake: "only an empty datagram is no question",
    from: 'new TextDecoder().decode(data) !== "count"',
    to: "data.length === 0",
    fails: ["countingServer: an answer is not answered"],
  },
  {
    mistake: "only a number is no question",
    from: 'new TextDecoder().decode(data) !== "count"',
    to: "!isNaN(Number(new TextDecoder().decode(data)))",
    fails: ["countingServer: whatever else is not the question gets no answer and does not count"],
  },
  {
    mistake: "whatever begins with the question is one",
    from: 'new TextDecoder().decode(data) !== "count"',
    to: '!new TextDecoder().decode(data).startsWith("count")',
    fails: ["countingServer: whatever else is not the question gets no answer and does not count"],
  },
  {
    mistake: "what gets no answer is counted all the same",
    from:
      'if (new TextDecoder().decode(data) !== "count") continue;\n    const client = formatAddress(from);\n    const count = (counts.get(client) ?? 0) + 1;\n    counts.set(client, count);',
    to:
      'const client = formatAddress(from);\n    const count = (counts.get(client) ?? 0) + 1;\n    counts.set(client, count);\n    if (new TextDecoder().decode(data) !== "count") continue;',
    fails: ["countingServer: whatever else is not the question gets no answer and does not count"],
  },
  {
    mistake: "an answer that fails ends the server",
    from: "`${count}`, from).catch(() => {})",
    to: "`${count}`, from)",
    fails: [
      "countingServer: goes on when an answer cannot be sent",
      "countingServer: goes on after a question from port 0",
    ],
  },
  {
    mistake: "only what the system refuses is caught",
    from: "`${count}`, from).catch(() => {})",
    to:
      "`${count}`, from).catch((error) => {\n      if (error instanceof RangeError) throw error;\n    })",
    fails: ["countingServer: goes on after a question from port 0"],
  },
  {
    mistake: "the close of the socket is an error",
    from: "for await (const { data, from } of socket) {\n    if",
    to: "while (true) {\n    const { data, from } = await socket.receive();\n    if",
    fails: ["countingServer: ends when the socket is closed"],
  },
  {
    mistake: "bytes are made text on their way back",
    from: 'answer = data.slice();\n      answer.set(new TextEncoder().encode("PONG"));',
    to: 'answer = text.replace("PING", "PONG");',
    fails: ["stoppableServer: answers PING with PONG and the rest, byte for byte"],
  },
  {
    mistake: "every PING is made a PONG",
    from: 'answer = data.slice();\n      answer.set(new TextEncoder().encode("PONG"));',
    to: 'answer = text.replaceAll("PING", "PONG");',
    fails: ["stoppableServer: answers PING with PONG and the rest, byte for byte"],
  },
  {
    mistake: "the rest is left out",
    from: 'answer = data.slice();\n      answer.set(new TextEncoder().encode("PONG"));',
    to: 'answer = "PONG";',
    fails: ["stoppableServer: answers PING with PONG and the rest, byte for byte"],
  },
  {
    mistake: "whatever it does not know is sent back",
    from: "let answer: string | Uint8Array | undefined;",
    to: "let answer: string | Uint8Array | undefined = data;",
    fails: [
      "stoppableServer: an answer is not answered",
      "stoppableServer: anything else gets no answer, not even from its owner",
    ],
  },
  {
    mistake: "a PONG is answered, to be polite",
    from: 'text.startsWith("PING")',
    to: "/^P[IO]NG/.test(text)",
    fails: ["stoppableServer: an answer is not answered"],
  },
  {
    mistake: "a PING in the middle is one, too",
    from: 'text.startsWith("PING")',
    to: 'text.includes("PING")',
    fails: ["stoppableServer: anything else gets no answer, not even from its owner"],
  },
  {
    mistake: "QUITE is taken for QUIT",
    from: 'text === "QUIT"',
    to: 'text.startsWith("QUIT")',
    fails: ["stoppableServer: anything else gets no answer, not even from its owner"],
  },
  {
    mistake: "it ends, but the socket stays open",
    from: "socket.close();",
    to: "break;",
    fails: ["stoppableServer: QUIT from its owner ends it and closes the socket"],
  },
  {
    mistake: "nobody may stop it",
    from: "sameAddress(from, owner)",
    to: "false",
    fails: ["stoppableServer: QUIT from its owner ends it and closes the socket"],
  },
  {
    mistake: "anyone may stop it",
    from: "sameAddress(from, owner)",
    to: "from",
    fails: ["stoppableServer: QUIT from anyone else is answered with No."],
  },
  {
    mistake: "whoever has the port of the owner may stop it",
    from: "sameAddress(from, owner)",
    to: "from.port === owner.port",
    fails: ["stoppableServer: QUIT from anyone else is answered with No."],
  },
  {
    mistake: "an answer that fails ends this server, too",
    from: "await socket.send(answer, from).catch(() => {})",
    to: "await socket.send(answer, from)",
    fails: [
      "stoppableServer: goes on when an answer cannot be sent",
      "stoppableServer: goes on after a question from port 0",
    ],
  },
  {
    mistake: "only a PONG may fail",
    from: "await socket.send(answer, from).catch(() => {})",
    to:
      'await socket.send(answer, from).catch((error) => {\n      if (text === "QUIT") throw error;\n    })',
    fails: ["stoppableServer: goes on when an answer cannot be sent"],
  },
  {
    mistake: "only what the system refuses is caught here, too",
    from: "await socket.send(answer, from).catch(() => {})",
    to:
      "await socket.send(answer, from).catch((error) => {\n      if (error instanceof RangeError) throw error;\n    })",
    fails: ["stoppableServer: goes on after a question from port 0"],
  },
];
