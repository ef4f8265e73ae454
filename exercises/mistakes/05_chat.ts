import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 5. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "a sender is shown by the port alone",
    from: "const sender = formatAddress(from);",
    to: "const sender = `${from.port}`;",
    fails: ["listenWithNames: a sender without a name is shown by address and port"],
  },
  {
    mistake: "only the port is the key",
    from: "const sender = formatAddress(from);",
    to: 'const sender = formatAddress({ ...from, hostname: "127.0.0.1" });',
    fails: ["listenWithNames: the same port on two hosts is two senders"],
  },
  {
    mistake: "/nickel is taken for a name",
    from: 'text.startsWith("/nick ")',
    to: 'text.startsWith("/nick")',
    fails: ["listenWithNames: a name is used from the next message on"],
  },
  {
    mistake: "a name is taken for a message",
    from: 'if (text.startsWith("/nick "))',
    to: 'if (text === "/nick")',
    fails: ["listenWithNames: a name is used from the next message on"],
  },
  {
    mistake: "only the first word of a name is used",
    from: 'text.slice("/nick ".length)',
    to: 'text.split(" ")[1]!',
    fails: ["listenWithNames: a name is used from the next message on"],
  },
  {
    mistake: "the last name is given to all senders",
    from: "names.set(sender, printable(",
    to: "for (const one of [sender, ...names.keys()]) names.set(one, printable(",
    fails: ["listenWithNames: each sender has a name, and may change it"],
  },
  {
    mistake: "a name cannot be changed",
    from: 'if (text.startsWith("/nick "))',
    to: 'if (text.startsWith("/nick ") && names.has(sender)) continue;\n    ' +
      'else if (text.startsWith("/nick "))',
    fails: ["listenWithNames: each sender has a name, and may change it"],
  },
  {
    mistake: "messages are printed as they arrive",
    from: "printable(text)}",
    to: "text}",
    fails: ["listenWithNames: messages and names are safe to print"],
  },
  {
    mistake: "names are printed as they arrive",
    from: 'printable(text.slice("/nick ".length))',
    to: 'text.slice("/nick ".length)',
    fails: ["listenWithNames: messages and names are safe to print"],
  },
  {
    mistake: "it receives a message before it looks at the count",
    from: "while (lines.length < count) {",
    to: "for (let first = true; first || lines.length < count; first = false) {",
    fails: ["listenWithNames: for 0 messages it receives nothing"],
  },
  {
    mistake: "all lines are sent as one datagram",
    from: "for await (const line of typed) await socket.send(line, to);",
    to: 'let all = "";\n      for await (const line of typed) all += line;\n      await ' +
      "socket.send(all, to);",
    fails: ["talkAndFollow: each line is sent as soon as it is typed, as one datagram"],
  },
  {
    mistake: "a line is sent only when the next one is typed",
    from: "for await (const line of typed) await socket.send(line, to);",
    to:
      "let last: string | undefined;\n      for await (const line of typed) {\n        if (last " +
      "!== undefined) await socket.send(last, to);\n        last = line;\n      }\n      if " +
      "(last !== undefined) await socket.send(last, to);",
    fails: ["talkAndFollow: each line is sent as soon as it is typed, as one datagram"],
  },
  {
    mistake: "a friend who restarts is not followed",
    from: "from.port !== 0) to = from",
    to: "from.port !== 0) from",
    fails: [
      "talkAndFollow: a friend who restarts is followed to the new port",
      "talkAndFollow: every restart is followed, whatever the datagram says",
    ],
  },
  {
    mistake: "the two take turns: it receives only before it sends",
    from: "for await (const line of typed) await socket.send(line, to);",
    to: "for await (const line of typed) {\n        to = (await socket.receive()).from;\n        " +
      "await socket.send(line, to);\n      }",
    fails: ["talkAndFollow: each line is sent as soon as it is typed, as one datagram"],
  },
  {
    mistake: "an empty datagram is ignored",
    from: "for await (const { from } of socket) {\n      if (",
    to: "for await (const { data, from } of socket) {\n      if (data.length > 0 && ",
    fails: ["talkAndFollow: a friend who restarts is followed to the new port"],
  },
  {
    mistake: "only the first restart is followed",
    from: "from.port !== 0) to = from",
    to: "from.port !== 0 && to === friend) to = from",
    fails: ["talkAndFollow: every restart is followed, whatever the datagram says"],
  },
  {
    mistake: "only an empty datagram is followed",
    from: "for await (const { from } of socket) {\n      if (",
    to: "for await (const { data, from } of socket) {\n      if (data.length === 0 && ",
    fails: ["talkAndFollow: every restart is followed, whatever the datagram says"],
  },
  {
    mistake: "every sender is followed",
    from: "from.hostname === friend.hostname && ",
    to: "",
    fails: ["talkAndFollow: a datagram from another host changes nothing"],
  },
  {
    mistake: "port 0 is followed",
    from: " && from.port !== 0",
    to: "",
    fails: ["talkAndFollow: port 0 is not followed"],
  },
  {
    mistake: "it goes on receiving after the last line",
    from: "socket.close(); // this ends the other loop, too",
    to: "typed;",
    fails: ["talkAndFollow: after the last line the socket is closed"],
  },
  {
    mistake: "it returns, but the loop that receives goes on",
    from: "await Promise.all([talk(), follow()]);",
    to: "socket.close = () => {};\n  follow().catch(() => {});\n  await talk();",
    fails: [
      "talkAndFollow: after the last line the socket is closed",
      "talkAndFollow: an error is let through, and closes the socket, too",
    ],
  },
  {
    mistake: "after an error the socket stays open",
    from: "finally {\n      socket.close(); // this ends the other loop, too\n    }",
    to: "catch (error) {\n      throw error;\n    }\n    socket.close();",
    fails: ["talkAndFollow: an error is let through, and closes the socket, too"],
  },
  {
    mistake: "an error of send is hidden",
    from: "await socket.send(line, to);",
    to: "await socket.send(line, to).catch(() => {});",
    fails: ["talkAndFollow: an error is let through, and closes the socket, too"],
  },
];
