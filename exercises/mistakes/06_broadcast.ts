import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 6. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "it asks twice",
    from: 'await socket.send("who is there?", everyone);',
    to: 'for (let i = 0; i < 2; i++) await socket.send("who is there?", everyone);',
    fails: ["findServers: asks everyone, once"],
  },
  {
    mistake: "it asks again after every reply",
    from: "servers.add(line);",
    to: 'await socket.send("who is there?", everyone);\n    servers.add(line);',
    fails: ["findServers: asks everyone, once"],
  },
  {
    mistake: "a reply counts only if it comes from the address that was asked",
    from: "servers.add(line);",
    to: "if (formatAddress(from) === formatAddress(everyone)) servers.add(line);",
    fails: [
      "findServers: a broadcast finds all servers that share the port",
      "findServers: returns the servers in the order of their replies",
    ],
  },
  {
    mistake: "only the address tells servers apart",
    from: "servers.add(line);",
    to: "const address = formatAddress(from);\n    if (![...servers].some((one) => " +
      "one.endsWith(address))) servers.add(line);",
    fails: ["findServers: a broadcast finds all servers that share the port"],
  },
  {
    mistake: "the last reply comes first",
    from: "return [...servers];",
    to: "return [...servers].reverse();",
    fails: ["findServers: returns the servers in the order of their replies"],
  },
  {
    mistake: "the servers are sorted by name",
    from: "return [...servers];",
    to: "return [...servers].sort();",
    fails: ["findServers: returns the servers in the order of their replies"],
  },
  {
    mistake: "only the name tells servers apart",
    from: "servers.add(line);",
    to: "const name = `${printable(data)} at `;\n    if (![...servers].some((one) => " +
      "one.startsWith(name))) servers.add(line);",
    fails: ["findServers: the same name at two addresses is two servers"],
  },
  {
    mistake: "only the name and the port tell servers apart",
    from: "servers.add(line);",
    to: "const [name, port] = [`${printable(data)} at `, `:${from.port}`];\n    const known = " +
      "[...servers].some((one) => one.startsWith(name) && one.endsWith(port));\n    if (!known) " +
      "servers.add(line);",
    fails: ["findServers: the same name at two addresses is two servers"],
  },
  {
    mistake: "a server that replies again moves to the end",
    from: "servers.add(line);",
    to: "servers.delete(line);\n    servers.add(line);",
    fails: ["findServers: a server that replies twice is listed once"],
  },
  {
    mistake: "every reply is listed",
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
    fails: ["findServers: a server that replies twice is listed once"],
  },
  {
    mistake: "names are returned as they arrived",
    from: "printable(data)",
    to: "new TextDecoder().decode(data)",
    fails: ["findServers: names are safe to print"],
  },
  {
    mistake: "it gives up early",
    from: "AbortSignal.timeout(milliseconds)",
    to: "AbortSignal.timeout(milliseconds / 3)",
    fails: ["findServers: collects late replies, as long as there is time"],
  },
  {
    mistake: "it waits as long as replies arrive",
    from: "socket.receive({ signal })",
    to: "socket.receive({ signal: AbortSignal.timeout(milliseconds) })",
    fails: ["findServers: ends when the time is up, even if replies go on"],
  },
  {
    mistake: "every error is taken for the end of the time",
    from: "if (!signal.aborted) throw error;",
    to: "error;",
    fails: ["findServers: an error is let through"],
  },
  {
    mistake: "only the host is listed",
    from: "here.add(name);",
    to: "here.add(from.hostname);",
    fails: ["whoIsHere: all programs that were heard in time are listed"],
  },
  {
    mistake: "a program with the same port takes the place of another",
    from: "here.delete(name);",
    to: "for (const one of here) if (one.endsWith(`:${from.port}`)) here.delete(one);",
    fails: ["whoIsHere: the same port on two hosts is two programs"],
  },
  {
    mistake: "every datagram that was heard is listed",
    from: "return [...here];",
    to: "return heard.map(({ from }) => formatAddress(from));",
    fails: [
      "whoIsHere: each program is listed once",
      "whoIsHere: a program that fell silent is not listed",
    ],
  },
  {
    mistake: "a program that was silent for exactly that time is still here",
    from: ">= forgetAfter",
    to: "> forgetAfter",
    fails: ["whoIsHere: a program that fell silent is not listed"],
  },
  {
    mistake: "a program that is heard again keeps its old place",
    from: "here.delete(name);",
    to: "",
    fails: ["whoIsHere: a program that is heard again moves to the end"],
  },
];
