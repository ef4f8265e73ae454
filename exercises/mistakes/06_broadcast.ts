import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 6. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "it asks twice, to be sure",
    from: 'await socket.send("who is there?", everyone);',
    to: 'for (let i = 0; i < 2; i++) await socket.send("who is there?", everyone);',
    fails: ["findServers: asks everyone, once"],
  },
  {
    mistake: "it asks again after every answer",
    from: "servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    to:
      'await socket.send("who is there?", everyone);\n      servers.add(`${printable(data)} at ${formatAddress(from)}`);',
    fails: ["findServers: asks everyone, once"],
  },
  {
    mistake: "an answer counts only if it comes from where the question went",
    from: "servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    to:
      "if (formatAddress(from) === formatAddress(everyone)) {\n        servers.add(`${printable(data)} at ${formatAddress(from)}`);\n      }",
    fails: [
      "findServers: a broadcast finds all servers that share the port",
      "findServers: returns who answered, in the order of their answers",
    ],
  },
  {
    mistake: "only the address tells servers apart",
    from: "servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    to:
      "if (![...servers].some((line) => line.endsWith(formatAddress(from)))) {\n        servers.add(`${printable(data)} at ${formatAddress(from)}`);\n      }",
    fails: ["findServers: a broadcast finds all servers that share the port"],
  },
  {
    mistake: "the last one comes first",
    from: "return [...servers];",
    to: "return [...servers].reverse();",
    fails: ["findServers: returns who answered, in the order of their answers"],
  },
  {
    mistake: "they are sorted by name",
    from: "return [...servers];",
    to: "return [...servers].sort();",
    fails: ["findServers: returns who answered, in the order of their answers"],
  },
  {
    mistake: "only the name tells servers apart",
    from: "servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    to:
      "if (![...servers].some((line) => line.startsWith(`${printable(data)} at `))) {\n        servers.add(`${printable(data)} at ${formatAddress(from)}`);\n      }",
    fails: ["findServers: one name at two addresses is two servers"],
  },
  {
    mistake: "only the name and the port tell servers apart",
    from: "servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    to:
      "if (\n        ![...servers].some((line) =>\n          line.startsWith(`${printable(data)} at `) && line.endsWith(`:${from.port}`)\n        )\n      ) servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    fails: ["findServers: one name at two addresses is two servers"],
  },
  {
    mistake: "a server that answers again goes to the end",
    from: "servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    to:
      "servers.delete(`${printable(data)} at ${formatAddress(from)}`);\n      servers.add(`${printable(data)} at ${formatAddress(from)}`);",
    fails: ["findServers: a server that answers twice is listed once"],
  },
  {
    mistake: "every answer is counted",
    from: "const servers = new Set<string>();",
    to: `const servers = {
    list: [] as string[],
    add(line: string) {
      this.list.push(line);
    },
    [Symbol.iterator]() {
      return this.list.values();
    },
  };`,
    fails: ["findServers: a server that answers twice is listed once"],
  },
  {
    mistake: "names are returned as they came",
    from: "printable(data)",
    to: "new TextDecoder().decode(data)",
    fails: ["findServers: names are safe to print"],
  },
  {
    mistake: "it gives up early",
    from: "const signal = AbortSignal.timeout(milliseconds);",
    to: "const signal = AbortSignal.timeout(milliseconds / 3);",
    fails: ["findServers: waits for late answers, as long as there is time"],
  },
  {
    mistake: "it waits as long as answers come",
    from: "socket.receive({ signal })",
    to: "socket.receive({ signal: AbortSignal.timeout(milliseconds) })",
    fails: ["findServers: ends when the time is up, however many go on answering"],
  },
  {
    mistake: "every failure is taken for the end of the time",
    from: "if (!signal.aborted) throw error;",
    to: "error;",
    fails: ["findServers: a failure other than the end of the time is thrown"],
  },
  {
    mistake: "only the host is listed",
    from: "here.add(formatAddress(from));",
    to: "here.add(from.hostname);",
    fails: ["whoIsHere: everyone who was heard from lately"],
  },
  {
    mistake: "who has the same port takes the place",
    from: "here.delete(formatAddress(from));",
    to: "for (const one of here) if (one.endsWith(`:${from.port}`)) here.delete(one);",
    fails: ["whoIsHere: one port on two hosts is two people"],
  },
  {
    mistake: "everything that was heard is listed",
    from: "return [...here];",
    to: "return heard.map(({ from }) => formatAddress(from));",
    fails: ["whoIsHere: each one once", "whoIsHere: forgets those who fell silent"],
  },
  {
    mistake: "who was silent for the whole time is still here",
    from: ">= forgetAfter",
    to: "> forgetAfter",
    fails: ["whoIsHere: forgets those who fell silent"],
  },
  {
    mistake: "who is heard again keeps the old place",
    from: "here.delete(formatAddress(from));",
    to: "",
    fails: ["whoIsHere: who is heard again stays, and goes to the end"],
  },
];
