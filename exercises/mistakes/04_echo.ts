import type { Mistake } from "./mistake.ts";

const IS_QUESTION = 'if (new TextDecoder().decode(data) !== "count") continue;';
const COUNTS = `const client = formatAddress(from);
    const count = (counts.get(client) ?? 0) + 1;
    counts.set(client, count);`;
const ONLY_OTHERS = "} catch (error) {\n      if (error instanceof RangeError) throw error;\n";

/** What people get wrong in exercise 4. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "an address object is the key: each datagram has a new one",
    from: "const client = formatAddress(from);",
    to: "const client = from as unknown as string;",
    fails: [
      "countingServer: replies 1, then 2, then 3 to one client",
      "countingServer: counts each client separately",
    ],
  },
  {
    mistake: "the first count is 0",
    from: "?? 0) + 1",
    to: "?? -1) + 1",
    fails: ["countingServer: replies 1, then 2, then 3 to one client"],
  },
  {
    mistake: "only the host is the key",
    from: "const client = formatAddress(from);",
    to: "const client = from.hostname;",
    fails: ["countingServer: counts each client separately"],
  },
  {
    mistake: "only the port is the key",
    from: "const client = formatAddress(from);",
    to: "const client = `${from.port}`;",
    fails: ["countingServer: counts each client separately"],
  },
  {
    mistake: "anything is answered",
    from: 'if (new TextDecoder().decode(data) !== "count") continue;',
    to: "data;",
    fails: [
      "countingServer: does not reply to a reply",
      "countingServer: any other datagram gets no reply and does not count",
    ],
  },
  {
    mistake: "only an empty datagram is no question",
    from: 'new TextDecoder().decode(data) !== "count"',
    to: "data.length === 0",
    fails: ["countingServer: does not reply to a reply"],
  },
  {
    mistake: "only a number is no question",
    from: 'new TextDecoder().decode(data) !== "count"',
    to: "!isNaN(Number(new TextDecoder().decode(data)))",
    fails: ["countingServer: any other datagram gets no reply and does not count"],
  },
  {
    mistake: "whatever begins with the question is one",
    from: 'new TextDecoder().decode(data) !== "count"',
    to: '!new TextDecoder().decode(data).startsWith("count")',
    fails: ["countingServer: any other datagram gets no reply and does not count"],
  },
  {
    mistake: "what gets no answer is counted all the same",
    from: `${IS_QUESTION}\n\n    ${COUNTS}`,
    to: `${COUNTS}\n    ${IS_QUESTION}`,
    fails: ["countingServer: any other datagram gets no reply and does not count"],
  },
  {
    mistake: "an answer that fails ends the server",
    from: "} catch {\n      // Only this client",
    to: "} finally {\n      // Only this client",
    fails: [
      "countingServer: goes on if a reply cannot be sent",
      "countingServer: goes on after a datagram from port 0",
    ],
  },
  {
    mistake: "only what the system refuses is caught",
    from: "} catch {\n      // Only this client",
    to: `${ONLY_OTHERS}      // Only this client`,
    fails: ["countingServer: goes on after a datagram from port 0"],
  },
  {
    mistake: "the close of the socket is an error",
    from: "for await (const { data, from } of socket) {\n    if",
    to: "while (true) {\n    const { data, from } = await socket.receive();\n    if",
    fails: ["countingServer: ends when the socket is closed"],
  },
  {
    mistake: "bytes are made text on their way back",
    from: 'reply = data.slice();\n      reply.set(new TextEncoder().encode("PONG"));',
    to: 'reply = text.replace("PING", "PONG");',
    fails: ["stoppableServer: replies to PING with PONG and the other bytes"],
  },
  {
    mistake: "every PING is made a PONG",
    from: 'reply = data.slice();\n      reply.set(new TextEncoder().encode("PONG"));',
    to: 'reply = text.replaceAll("PING", "PONG");',
    fails: ["stoppableServer: replies to PING with PONG and the other bytes"],
  },
  {
    mistake: "the rest is left out",
    from: 'reply = data.slice();\n      reply.set(new TextEncoder().encode("PONG"));',
    to: 'reply = "PONG";',
    fails: ["stoppableServer: replies to PING with PONG and the other bytes"],
  },
  {
    mistake: "whatever it does not know is sent back",
    from: "let reply: string | Uint8Array | undefined;",
    to: "let reply: string | Uint8Array | undefined = data;",
    fails: [
      "stoppableServer: does not reply to a reply",
      "stoppableServer: any other datagram gets no reply, even from the owner",
    ],
  },
  {
    mistake: "a PONG is answered, to be polite",
    from: 'text.startsWith("PING")',
    to: "/^P[IO]NG/.test(text)",
    fails: ["stoppableServer: does not reply to a reply"],
  },
  {
    mistake: "a PING in the middle is one, too",
    from: 'text.startsWith("PING")',
    to: 'text.includes("PING")',
    fails: ["stoppableServer: any other datagram gets no reply, even from the owner"],
  },
  {
    mistake: "QUITE is taken for QUIT",
    from: 'text === "QUIT"',
    to: 'text.startsWith("QUIT")',
    fails: ["stoppableServer: any other datagram gets no reply, even from the owner"],
  },
  {
    mistake: "it ends, but the socket stays open",
    from: "socket.close();",
    to: "break;",
    fails: ["stoppableServer: QUIT from the owner ends it and closes the socket"],
  },
  {
    mistake: "nobody may stop it",
    from: "sameAddress(from, owner)",
    to: "false",
    fails: ["stoppableServer: QUIT from the owner ends it and closes the socket"],
  },
  {
    mistake: "anyone may stop it",
    from: "sameAddress(from, owner)",
    to: "from",
    fails: ["stoppableServer: QUIT from anyone else gets the reply No."],
  },
  {
    mistake: "whoever has the port of the owner may stop it",
    from: "sameAddress(from, owner)",
    to: "from.port === owner.port",
    fails: ["stoppableServer: QUIT from anyone else gets the reply No."],
  },
  {
    mistake: "an answer that fails ends this server, too",
    from: "} catch {\n      // Only this sender",
    to: "} finally {\n      // Only this sender",
    fails: [
      "stoppableServer: goes on if a reply cannot be sent",
      "stoppableServer: goes on after a datagram from port 0",
    ],
  },
  {
    mistake: "only a PONG may fail",
    from: "} catch {\n      // Only this sender",
    to: '} catch (error) {\n      if (text === "QUIT") throw error;\n      // Only this sender',
    fails: ["stoppableServer: goes on if a reply cannot be sent"],
  },
  {
    mistake: "only what the system refuses is caught here, too",
    from: "} catch {\n      // Only this sender",
    to: `${ONLY_OTHERS}      // Only this sender`,
    fails: ["stoppableServer: goes on after a datagram from port 0"],
  },
];
