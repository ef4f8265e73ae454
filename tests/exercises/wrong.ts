/**
 * Mistakes that people make: each is a solution of an exercise with a few words changed, and the cases
 * of the check that have to fail it.
 *
 * @module
 */

/** A wrong solution: the right one, but with `to` in the place of `from`. */
export interface Wrong {
  page: number;
  mistake: string;
  from: string;
  to: string;
  fails: string[];
}

const ABANDONED = `await Promise.race([
        socket.receive(),
        new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        ),
      ])`;

/** At least one for every case of every check. */
export const WRONG: Wrong[] = [
  {
    page: 1,
    mistake: "the last address is left out",
    from: "of addresses)",
    to: "of addresses.slice(0, -1))",
    fails: [
      "sendToAll: every address gets the text, as one datagram",
      "sendToAll: the result is the number of bytes that left, all together",
    ],
  },
  {
    page: 1,
    mistake: "a socket for each address",
    from: "bytes += await socket.send(text, address);",
    to: "{ using another = bind(); bytes += await another.send(text, address); }",
    fails: ["sendToAll: all of them come from the same socket"],
  },
  {
    page: 1,
    mistake: "characters are counted, not bytes",
    from: "bytes += await socket.send(text, address);",
    to: "{ await socket.send(text, address); bytes += text.length; }",
    fails: ["sendToAll: the result is the number of bytes that left, all together"],
  },
  {
    page: 1,
    mistake: "there is always a first address",
    from: "let bytes = 0;",
    to: "let bytes = 0; if (addresses[0]!.port === 0) return 0;",
    fails: ["sendToAll: no address, nothing sent"],
  },
  {
    page: 1,
    mistake: "a piece that just fits is too long",
    from: "> limit",
    to: ">= limit",
    fails: ["sendLong: a text that fits is one datagram"],
  },
  {
    page: 1,
    mistake: "the last piece is forgotten",
    from: 'if (piece !== "")',
    to: "if (false)",
    fails: [
      "sendLong: a text that fits is one datagram",
      "sendLong: a longer one is cut into as few pieces as will do, with nothing lost",
    ],
  },
  {
    page: 1,
    mistake: "a long text is not cut",
    from: "> limit",
    to: "> 1000",
    fails: ["sendLong: a longer one is cut into as few pieces as will do, with nothing lost"],
  },
  {
    page: 1,
    mistake: "bytes are cut, not characters",
    from: "for (const character of text) {",
    to: `const all = new TextEncoder().encode(text);
  for (let start = 0; start < all.length; start += limit) {
    await socket.send(all.subarray(start, start + limit), to);
    datagrams++;
  }
  for (const character of "") {`,
    fails: ["sendLong: no character is cut in two"],
  },
  {
    page: 1,
    mistake: "two bytes of 👋 are taken for a character",
    from: "new TextEncoder().encode(text).length",
    to: "text.length",
    fails: ["sendLong: no character is cut in two"],
  },
  {
    page: 1,
    mistake: "characters are counted by their place in the string",
    from: "for (const character of text) {",
    to: 'for (const character of text.split("")) {',
    fails: ["sendLong: no character is cut in two"],
  },
  {
    page: 1,
    mistake: "each character is a datagram",
    from: "> limit",
    to: "> 1 && piece",
    fails: ["sendLong: a longer one is cut into as few pieces as will do, with nothing lost"],
  },
  {
    page: 1,
    mistake: "nothing left is sent as well",
    from: 'if (piece !== "")',
    to: "if (true)",
    fails: ["sendLong: an empty text takes no datagram"],
  },

  {
    page: 2,
    mistake: "it waits for the end of the time, with all that comes",
    from: "while (texts.length < count)",
    to: "while (true)",
    fails: [
      "receiveSome: returns the texts, in order, as soon as there are enough",
      "receiveSome: takes no more than it was asked for",
    ],
  },
  {
    page: 2,
    mistake: "the last one comes first",
    from: "texts.push(",
    to: "texts.unshift(",
    fails: ["receiveSome: returns the texts, in order, as soon as there are enough"],
  },
  {
    page: 2,
    mistake: "one too many is taken, and dropped",
    from: "while (texts.length < count) {",
    to: "while (texts.length < count || await socket.receive({ signal })) {",
    fails: ["receiveSome: takes no more than it was asked for"],
  },
  {
    page: 2,
    mistake: "the end of the time is an error",
    from: "if (!signal.aborted) throw error;",
    to: "throw error;",
    fails: ["receiveSome: when the time is up, returns what came"],
  },
  {
    page: 2,
    mistake: "the receive is left behind, and takes the next datagram with it",
    from: "await socket.receive({ signal });\n      texts",
    to: `${ABANDONED};\n      texts`,
    fails: ["receiveSome: what comes after the time is not lost"],
  },
  {
    page: 2,
    mistake: "every text has the whole time",
    from: "await socket.receive({ signal });\n      texts",
    to: "await socket.receive({ signal: AbortSignal.timeout(milliseconds) });\n      texts",
    fails: ["receiveSome: the time is for all of them together"],
  },
  {
    page: 2,
    mistake: "every failure is taken for the end of the time",
    from: "if (!signal.aborted) throw error;",
    to: "",
    fails: ["receiveSome: another failure than the end of the time is thrown"],
  },
  {
    page: 2,
    mistake: "bytes are returned as numbers",
    from: "return new TextDecoder().decode(data);",
    to: "return String(data);",
    fails: ["askOnly: returns the answer of the one that was asked"],
  },
  {
    page: 2,
    mistake: "whoever answers is believed",
    from: "if (sameAddress(from, to))",
    to: "if (from)",
    fails: ["askOnly: takes no answer from a stranger"],
  },
  {
    page: 2,
    mistake: "only the host is compared",
    from: "if (sameAddress(from, to))",
    to: "if (from.hostname === to.hostname)",
    fails: ["askOnly: takes no answer from a stranger"],
  },
  {
    page: 2,
    mistake: "only the port is compared",
    from: "if (sameAddress(from, to))",
    to: "if (from.port === to.port)",
    fails: ["askOnly: takes no answer from a stranger"],
  },
  {
    page: 2,
    mistake: "no answer is an error",
    from: "if (signal.aborted) return undefined;",
    to: "",
    fails: ["askOnly: no answer in time is undefined"],
  },
  {
    page: 2,
    mistake: "strangers start the wait again",
    from: "const { data, from } = await socket.receive({ signal });",
    to:
      "const { data, from } = await socket.receive({ signal: AbortSignal.timeout(milliseconds) });",
    fails: ["askOnly: strangers do not make the wait longer"],
  },

  {
    page: 3,
    mistake: "the first port is left out",
    from: "port = first;",
    to: "port = first + 1;",
    fails: ["bindInRange: takes the first port if it is free, and leaves the socket open"],
  },
  {
    page: 3,
    mistake: "a port in use is an error",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "throw error;",
    fails: [
      "bindInRange: passes over ports that are in use",
      "bindInRange: undefined when all of them are in use",
    ],
  },
  {
    page: 3,
    mistake: "it goes one port too far",
    from: "port <= last",
    to: "port <= last + 1",
    fails: ["bindInRange: undefined when all of them are in use"],
  },
  {
    page: 3,
    mistake: "the socket is closed as it is returned",
    from: "return bind({ port });",
    to: "using socket = bind({ port });\n      return socket;",
    fails: ["bindInRange: takes the first port if it is free, and leaves the socket open"],
  },
  {
    page: 3,
    mistake: "every failure is hidden",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "",
    fails: ["bindInRange: another failure than a port in use is thrown"],
  },
  {
    page: 3,
    mistake: "only a RangeError is thrown",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "if (error instanceof RangeError) throw error;",
    fails: ["bindInRange: another failure than a port in use is thrown"],
  },
  {
    page: 3,
    mistake: "finding out keeps the port",
    from: "bind(address).close();",
    to: "bind(address);",
    fails: ["portState: a port that nobody has is free, and stays so"],
  },
  {
    page: 3,
    mistake: "whatever fails is forbidden",
    from: 'return "busy";',
    to: 'return "forbidden";',
    fails: ["portState: a port that somebody has is busy"],
  },
  {
    page: 3,
    mistake: "whatever fails is busy",
    from: 'return "forbidden";',
    to: 'return "busy";',
    fails: ["portState: one that Deno does not let the program have is forbidden"],
  },
  {
    page: 3,
    mistake: "only Deno's permissions are thought of",
    from: " || error instanceof PermissionDenied",
    to: "",
    fails: ["portState: one that the system keeps is forbidden"],
  },
  {
    page: 3,
    mistake: "any other failure but a RangeError is busy",
    from: "throw error;\n  }\n}\n",
    to: 'if (error instanceof RangeError) throw error;\n    return "busy";\n  }\n}\n',
    fails: ["portState: another failure is thrown"],
  },
  {
    page: 3,
    mistake: "what is no port is forbidden",
    from: "throw error;\n  }\n}\n",
    to: 'return "forbidden";\n  }\n}\n',
    fails: ["portState: another failure is thrown"],
  },

  {
    page: 4,
    mistake: "an address object is the key: each datagram has a new one",
    from: "const client = formatAddress(from);",
    to: "const client = from as unknown as string;",
    fails: [
      "countingServer: answers a client with 1, then 2, then 3",
      "countingServer: counts each client for itself",
    ],
  },
  {
    page: 4,
    mistake: "only the host is the key",
    from: "const client = formatAddress(from);",
    to: "const client = from.hostname;",
    fails: ["countingServer: counts each client for itself"],
  },
  {
    page: 4,
    mistake: "only the port is the key",
    from: "const client = formatAddress(from);",
    to: "const client = `${from.port}`;",
    fails: ["countingServer: counts each client for itself"],
  },
  {
    page: 4,
    mistake: "an empty datagram is none",
    from: "for await (const { from } of socket) {",
    to: "for await (const { data, from } of socket) {\n    if (data.length === 0) continue;",
    fails: ["countingServer: an empty datagram counts, too"],
  },
  {
    page: 4,
    mistake: "an answer that fails ends the server",
    from: "`${count}`, from).catch(() => {})",
    to: "`${count}`, from)",
    fails: ["countingServer: goes on when an answer cannot be sent"],
  },
  {
    page: 4,
    mistake: "the close of the socket is an error",
    from: "for await (const { from } of socket) {",
    to: "while (true) {\n    const { from } = await socket.receive();",
    fails: ["countingServer: ends when the socket is closed"],
  },
  {
    page: 4,
    mistake: "bytes are made text on their way back",
    from: '"No." : data',
    to: '"No." : new TextDecoder().decode(data)',
    fails: ["stoppableServer: sends back what comes, byte for byte"],
  },
  {
    page: 4,
    mistake: "QUITE is taken for QUIT",
    from: 'decode(data) === "QUIT"',
    to: 'decode(data).startsWith("QUIT")',
    fails: ["stoppableServer: sends back what comes, byte for byte"],
  },
  {
    page: 4,
    mistake: "it ends, but the socket stays open",
    from: "socket.close();",
    to: "break;",
    fails: ["stoppableServer: QUIT from its owner ends it and closes the socket"],
  },
  {
    page: 4,
    mistake: "anyone may stop it",
    from: "sameAddress(from, owner)",
    to: "from",
    fails: ["stoppableServer: QUIT from anyone else is answered with No."],
  },
  {
    page: 4,
    mistake: "whoever has the port of the owner may stop it",
    from: "sameAddress(from, owner)",
    to: "from.port === owner.port",
    fails: ["stoppableServer: QUIT from anyone else is answered with No."],
  },
  {
    page: 4,
    mistake: "an answer that fails ends this server, too",
    from: "data, from).catch(() => {})",
    to: "data, from)",
    fails: ["stoppableServer: goes on when an answer cannot be sent"],
  },
  {
    page: 4,
    mistake: "only the echo may fail",
    from: 'else await socket.send(quit ? "No." : data, from).catch(() => {});',
    to: 'else if (quit) await socket.send("No.", from);\n' +
      "    else await socket.send(data, from).catch(() => {});",
    fails: ["stoppableServer: goes on when an answer cannot be sent"],
  },

  {
    page: 5,
    mistake: "a sender is called by the port alone",
    from: "const sender = formatAddress(from);",
    to: "const sender = `${from.port}`;",
    fails: ["listenWithNames: anyone without a name is shown by address and port"],
  },
  {
    page: 5,
    mistake: "only the port is the key",
    from: "const sender = formatAddress(from);",
    to: 'const sender = formatAddress({ ...from, hostname: "127.0.0.1" });',
    fails: ["listenWithNames: one port on two hosts is two people"],
  },
  {
    page: 5,
    mistake: "/nickel is a name, too",
    from: 'text.startsWith("/nick ")',
    to: 'text.startsWith("/nick")',
    fails: ["listenWithNames: a name said once is used from then on"],
  },
  {
    page: 5,
    mistake: "a name is a message",
    from: 'if (text.startsWith("/nick "))',
    to: 'if (text === "/nick")',
    fails: ["listenWithNames: a name said once is used from then on"],
  },
  {
    page: 5,
    mistake: "a name is one word",
    from: 'text.slice("/nick ".length)',
    to: 'text.split(" ")[1]!',
    fails: ["listenWithNames: a name said once is used from then on"],
  },
  {
    page: 5,
    mistake: "the last name is everybody's",
    from: "names.set(sender, printable(",
    to: "for (const one of [sender, ...names.keys()]) names.set(one, printable(",
    fails: ["listenWithNames: everybody has a name of their own, and may change it"],
  },
  {
    page: 5,
    mistake: "a name stays as it was said first",
    from: 'if (text.startsWith("/nick "))',
    to: 'if (text.startsWith("/nick ") && names.has(sender)) continue;\n    ' +
      'else if (text.startsWith("/nick "))',
    fails: ["listenWithNames: everybody has a name of their own, and may change it"],
  },
  {
    page: 5,
    mistake: "messages are printed as they come",
    from: "printable(text)}",
    to: "text}",
    fails: ["listenWithNames: messages and names are safe to print"],
  },
  {
    page: 5,
    mistake: "names are printed as they come",
    from: 'printable(text.slice("/nick ".length))',
    to: 'text.slice("/nick ".length)',
    fails: ["listenWithNames: messages and names are safe to print"],
  },
  {
    page: 5,
    mistake: "only the last message is returned",
    from: "texts.push(",
    to: "texts.splice(0, 1, ",
    fails: ["untilSilent: returns what was said before the silence"],
  },
  {
    page: 5,
    mistake: "an empty message is taken for silence",
    from: "texts.push(",
    to: "if (data.length === 0) return texts;\n      texts.push(",
    fails: ["untilSilent: returns what was said before the silence"],
  },
  {
    page: 5,
    mistake: "every failure is taken for silence",
    from: "throw error;",
    to: "return texts;",
    fails: ["untilSilent: another failure than silence is thrown"],
  },
  {
    page: 5,
    mistake: "silence from the start is an error",
    from: "if (signal.aborted) return",
    to: "if (signal.aborted && texts.length > 0) return",
    fails: ["untilSilent: silence from the start is no message at all"],
  },
  {
    page: 5,
    mistake: "the time is for all messages together",
    from: "while (true) {\n    const signal = AbortSignal.timeout(milliseconds);",
    to: "const signal = AbortSignal.timeout(milliseconds);\n  while (true) {",
    fails: ["untilSilent: each message starts the wait again"],
  },
  {
    page: 5,
    mistake: "the receive is left behind, and takes the next datagram with it",
    from: "await socket.receive({ signal });",
    to: `${ABANDONED};`,
    fails: ["untilSilent: what comes after the silence is not lost"],
  },

  {
    page: 6,
    mistake: "it asks twice, to be sure",
    from: 'await socket.send("who is there?", everyone);',
    to: 'for (let i = 0; i < 2; i++) await socket.send("who is there?", everyone);',
    fails: ["findServers: asks everyone, once"],
  },
  {
    page: 6,
    mistake: "it asks again after every answer",
    from: "servers.set(",
    to: 'await socket.send("who is there?", everyone);\n      servers.set(',
    fails: ["findServers: asks everyone, once"],
  },
  {
    page: 6,
    mistake: "only the first server is returned",
    from: "return [...servers.values()];",
    to: "return [...servers.values()].slice(0, 1);",
    fails: ["findServers: returns who answered, in the order of their answers"],
  },
  {
    page: 6,
    mistake: "only the port is the key",
    from: "servers.set(formatAddress(from), from);",
    to: "servers.set(`${from.port}`, from);",
    fails: ["findServers: returns who answered, in the order of their answers"],
  },
  {
    page: 6,
    mistake: "a server that answers again goes to the end",
    from: "servers.set(",
    to: "servers.delete(formatAddress(from));\n      servers.set(",
    fails: ["findServers: a server that answers twice is listed once"],
  },
  {
    page: 6,
    mistake: "every answer is counted",
    from: "servers.set(formatAddress(from), from);",
    to: "servers.set(`${servers.size}`, from);",
    fails: ["findServers: a server that answers twice is listed once"],
  },
  {
    page: 6,
    mistake: "it gives up early",
    from: "const signal = AbortSignal.timeout(milliseconds);",
    to: "const signal = AbortSignal.timeout(milliseconds / 3);",
    fails: ["findServers: waits for late answers, as long as there is time"],
  },
  {
    page: 6,
    mistake: "it waits as long as answers come",
    from: "socket.receive({ signal })",
    to: "socket.receive({ signal: AbortSignal.timeout(milliseconds) })",
    fails: ["findServers: ends when the time is up, however many go on answering"],
  },
  {
    page: 6,
    mistake: "only the host is listed",
    from: "here.add(formatAddress(from));",
    to: "here.add(from.hostname);",
    fails: ["whoIsHere: everyone who was heard from lately"],
  },
  {
    page: 6,
    mistake: "who has the same port takes the place",
    from: "here.delete(formatAddress(from));",
    to: "for (const one of here) if (one.endsWith(`:${from.port}`)) here.delete(one);",
    fails: ["whoIsHere: one port on two hosts is two people"],
  },
  {
    page: 6,
    mistake: "everything that was heard is listed",
    from: "return [...here];",
    to: "return heard.map(({ from }) => formatAddress(from));",
    fails: ["whoIsHere: each one once", "whoIsHere: forgets those who fell silent"],
  },
  {
    page: 6,
    mistake: "who was silent for the whole time is still here",
    from: ">= forgetAfter",
    to: "> forgetAfter",
    fails: ["whoIsHere: forgets those who fell silent"],
  },
  {
    page: 6,
    mistake: "who is heard again keeps the old place",
    from: "here.delete(formatAddress(from));",
    to: "",
    fails: ["whoIsHere: who is heard again stays, and goes to the end"],
  },
];
