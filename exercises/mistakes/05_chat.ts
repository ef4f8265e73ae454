import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 5. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "a sender is called by the port alone",
    from: "const sender = formatAddress(from);",
    to: "const sender = `${from.port}`;",
    fails: ["listenWithNames: anyone without a name is shown by address and port"],
  },
  {
    mistake: "only the port is the key",
    from: "const sender = formatAddress(from);",
    to: 'const sender = formatAddress({ ...from, hostname: "127.0.0.1" });',
    fails: ["listenWithNames: one port on two hosts is two people"],
  },
  {
    mistake: "/nickel is a name, too",
    from: 'text.startsWith("/nick ")',
    to: 'text.startsWith("/nick")',
    fails: ["listenWithNames: a name said once is used from then on"],
  },
  {
    mistake: "a name is a message",
    from: 'if (text.startsWith("/nick "))',
    to: 'if (text === "/nick")',
    fails: ["listenWithNames: a name said once is used from then on"],
  },
  {
    mistake: "a name is one word",
    from: 'text.slice("/nick ".length)',
    to: 'text.split(" ")[1]!',
    fails: ["listenWithNames: a name said once is used from then on"],
  },
  {
    mistake: "the last name is everybody's",
    from: "names.set(sender, printable(",
    to: "for (const one of [sender, ...names.keys()]) names.set(one, printable(",
    fails: ["listenWithNames: everybody has a name of their own, and may change it"],
  },
  {
    mistake: "a name stays as it was said first",
    from: 'if (text.startsWith("/nick "))',
    to: 'if (text.startsWith("/nick ") && names.has(sender)) continue;\n    ' +
      'else if (text.startsWith("/nick "))',
    fails: ["listenWithNames: everybody has a name of their own, and may change it"],
  },
  {
    mistake: "messages are printed as they come",
    from: "printable(text)}",
    to: "text}",
    fails: ["listenWithNames: messages and names are safe to print"],
  },
  {
    mistake: "names are printed as they come",
    from: 'printable(text.slice("/nick ".length))',
    to: 'text.slice("/nick ".length)',
    fails: ["listenWithNames: messages and names are safe to print"],
  },
  {
    mistake: "it waits for a message before it counts",
    from: "while (lines.length < count) {",
    to: "for (let first = true; first || lines.length < count; first = false) {",
    fails: ["listenWithNames: no message wanted, none taken"],
  },
  {
    mistake: "all lines go as one",
    from: "for await (const line of typed) await socket.send(line, to);",
    to:
      'let all = "";\n      for await (const line of typed) all += line;\n      await socket.send(all, to);',
    fails: ["talkAndFollow: each line is sent at once, as one datagram"],
  },
  {
    mistake: "a line waits for the next one",
    from: "for await (const line of typed) await socket.send(line, to);",
    to:
      "let last: string | undefined;\n      for await (const line of typed) {\n        if (last !== undefined) await socket.send(last, to);\n        last = line;\n      }\n      if (last !== undefined) await socket.send(last, to);",
    fails: ["talkAndFollow: each line is sent at once, as one datagram"],
  },
  {
    mistake: "nobody is followed",
    from: "from.port !== 0) to = from",
    to: "from.port !== 0) from",
    fails: [
      "talkAndFollow: who starts again is followed to the new port",
      "talkAndFollow: as often as she starts, and whatever she says",
    ],
  },
  {
    mistake: "the two take turns: it receives only before it sends",
    from: "for await (const line of typed) await socket.send(line, to);",
    to:
      "for await (const line of typed) {\n        to = (await socket.receive()).from;\n        await socket.send(line, to);\n      }",
    fails: ["talkAndFollow: each line is sent at once, as one datagram"],
  },
  {
    mistake: "an empty datagram is overlooked",
    from: "const { from } = await socket.receive({ signal: end.signal });\n        if (",
    to:
      "const { data, from } = await socket.receive({ signal: end.signal });\n        if (data.length > 0 && ",
    fails: ["talkAndFollow: who starts again is followed to the new port"],
  },
  {
    mistake: "she is followed once only",
    from: "from.port !== 0) to = from",
    to: "from.port !== 0 && to === friend) to = from",
    fails: ["talkAndFollow: as often as she starts, and whatever she says"],
  },
  {
    mistake: "only an empty datagram says where she is",
    from: "const { from } = await socket.receive({ signal: end.signal });\n        if (",
    to:
      "const { data, from } = await socket.receive({ signal: end.signal });\n        if (data.length === 0 && ",
    fails: ["talkAndFollow: as often as she starts, and whatever she says"],
  },
  {
    mistake: "whoever writes is followed",
    from: "from.hostname === friend.hostname && ",
    to: "",
    fails: ["talkAndFollow: another host changes nothing"],
  },
  {
    mistake: "port 0 is followed",
    from: " && from.port !== 0",
    to: "",
    fails: ["talkAndFollow: port 0 is not followed"],
  },
  {
    mistake: "it goes on receiving",
    from: "end.abort();",
    to: "end;",
    fails: ["talkAndFollow: after the last line it receives no more"],
  },
  {
    mistake: "the receive is left behind, and takes the next datagram with it",
    from: "await socket.receive({ signal: end.signal })",
    to:
      'await Promise.race([\n          socket.receive(),\n          new Promise<never>((_, reject) =>\n            end.signal.addEventListener("abort", () => reject(end.signal.reason))\n          ),\n        ])',
    fails: ["talkAndFollow: after the last line it receives no more"],
  },
  {
    mistake: "a failure to receive is hidden",
    from: "if (!end.signal.aborted) throw error;",
    to: "error;",
    fails: ["talkAndFollow: a failure is thrown"],
  },
  {
    mistake: "a failure to send is hidden",
    from: "await socket.send(line, to);",
    to: "await socket.send(line, to).catch(() => {});",
    fails: ["talkAndFollow: a failure is thrown"],
  },
];
