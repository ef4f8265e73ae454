import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 12. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "one socket at 127.0.0.1 joins them all",
    from: "const socket = bind({ hostname, port, reuseAddress: true });",
    to: 'const socket = bind({ hostname: "127.0.0.1", port, reuseAddress: true });',
    fails: ["hearGroups: hears each group, and says which"],
  },
  {
    mistake: "every socket is bound to the first group",
    from: "const socket = bind({ hostname, port, reuseAddress: true });",
    to: "const socket = bind({ hostname: groups[0]!, port, reuseAddress: true });",
    fails: [
      "hearGroups: hears each group, and says which",
      "hearGroups: listens to three groups as well as to two",
      "hearGroups: does not report a datagram for another group or address",
    ],
  },
  {
    mistake: "the group is told by the sender",
    from: "for await (const { data } of socket) heard(`${hostname}: ${printable(data)}`);",
    to: "for await (const { data, from } of socket) heard(`${from.hostname}: ${printable(data)}`);",
    fails: ["hearGroups: hears each group, and says which"],
  },
  {
    mistake: "it binds, but does not join",
    from: 'await socket.join(hostname, { interface: "127.0.0.1" });',
    to: "await Promise.resolve();",
    fails: ["hearGroups: hears each group, and says which"],
  },
  {
    mistake: "an empty text is taken for the end",
    from: "for await (const { data } of socket) heard(",
    to: "for await (const { data } of socket) if (data.length > 0) heard(",
    fails: ["hearGroups: hears each group, and says which"],
  },
  {
    mistake: "there are always two groups",
    from: "groups.map(hear)",
    to: "groups.slice(0, 2).map(hear)",
    fails: ["hearGroups: listens to three groups as well as to two"],
  },
  {
    mistake: "the port is not shared",
    from: "port, reuseAddress: true });",
    to: "port });",
    fails: ["hearGroups: another program can listen to the same group at the same port"],
  },
  {
    mistake: "texts are printed as they come",
    from: "${printable(data)}",
    to: "${new TextDecoder().decode(data)}",
    fails: ["hearGroups: texts are safe to print"],
  },
  {
    mistake: "it goes on after the abort",
    from: 'signal.addEventListener("abort", close);',
    to: 'signal.addEventListener("end", close);',
    fails: ["hearGroups: ends when the signal is aborted, and leaves no socket open"],
  },
  {
    mistake: "it ends, but the sockets stay open",
    from: 'signal.addEventListener("abort", close);',
    to: 'const ended = new Promise<void>((done) => signal.addEventListener("abort", () => ' +
      "done()));\n" +
      "  groups.forEach(async (hostname) => {\n" +
      "    const socket = bind({ hostname, port, reuseAddress: true });\n" +
      '    await socket.join(hostname, { interface: "127.0.0.1" });\n' +
      "    for await (const { data } of socket) heard(`${hostname}: ${printable(data)}`);\n" +
      "  });\n" +
      "  if (groups.length > 0) return await ended;",
    fails: ["hearGroups: ends when the signal is aborted, and leaves no socket open"],
  },
  {
    mistake: "a signal that is aborted already is waited for",
    from: "if (signal.aborted) return;",
    to: "",
    fails: ["hearGroups: a signal that was aborted before ends it, too"],
  },
  {
    mistake: "a failure is hidden",
    from: "await Promise.all(groups.map(hear));",
    to: "await Promise.allSettled(groups.map(hear));",
    fails: ["hearGroups: a failure is thrown, and leaves no socket open"],
  },
  {
    mistake: "after a failure the sockets stay open",
    from: "    close();\n  }",
    to: "  }",
    fails: ["hearGroups: a failure is thrown, and leaves no socket open"],
  },
  {
    mistake: "who came last is first",
    from: "return [...roster.keys()];",
    to: "return [...roster.keys()].reverse();",
    fails: ["whoIsIn: those who send here are members, in the order in which they came"],
  },
  {
    mistake: "who says here again goes to the end",
    from: 'if (text === "here"',
    to: 'if (text === "here") roster.delete(member);\n  if (text === "here"',
    fails: ["whoIsIn: a member that sends here again is listed once, at its old place"],
  },
  {
    mistake: "only the port is the key",
    from: "const member = formatAddress(from);",
    to: 'const member = formatAddress({ ...from, hostname: "127.0.0.1" });',
    fails: ["whoIsIn: one port on two hosts is two members"],
  },
  {
    mistake: "nobody is forgotten",
    from: "if (now - last >= 1000) roster.delete(member);",
    to: "if (now < last) roster.delete(member);",
    fails: [
      "whoIsIn: a member that was silent for 1000 ms is deleted",
      "whoIsIn: a new member gets a place that is free again",
    ],
  },
  {
    mistake: "1000 ms of silence are not enough",
    from: "now - last >= 1000",
    to: "now - last > 1000",
    fails: ["whoIsIn: a member that was silent for 1000 ms is deleted"],
  },
  {
    mistake: "who is silent is not told, but kept",
    from: "if (now - last >= 1000) roster.delete(member);",
    to: "if (now - last >= 1000 && now < 0) roster.delete(member);\n" +
      "  const old = [...roster].filter(([, last]) => now - last >= 1000).map(([member]) => " +
      "member);\n  if (old.length > 0) {\n" +
      "    return [...roster.keys(), formatAddress(datagram.from)].filter((one) => " +
      "!old.includes(one));\n  }",
    fails: ["whoIsIn: a member that was silent for 1000 ms is deleted"],
  },
  {
    mistake: "the time is that of the first here",
    from: "roster.set(member, now);",
    to: "roster.set(member, roster.get(member) ?? now);",
    fails: ["whoIsIn: a member that sends here again in time stays"],
  },
  {
    mistake: "who comes back keeps the old place",
    from: "for (const [member, last] of roster) {\n" +
      "    if (now - last >= 1000) roster.delete(member);\n",
    to: "for (const [member, last] of roster) {\n" +
      "    if (now - last >= 1000 && member !== formatAddress(datagram.from)) " +
      "roster.delete(member);\n",
    fails: ["whoIsIn: a member that comes back after a silence comes last"],
  },
  {
    mistake: "bye is not heard",
    from: 'if (text === "bye") roster.delete(member);',
    to: "",
    fails: [
      "whoIsIn: a member that sends bye is deleted",
      "whoIsIn: a new member gets a place that is free again",
    ],
  },
  {
    mistake: "bye ends it for everyone",
    from: 'if (text === "bye") roster.delete(member);',
    to: 'if (text === "bye") roster.clear();',
    fails: ["whoIsIn: a member that sends bye is deleted"],
  },
  {
    mistake: "what begins with here will do",
    from: 'text === "here"',
    to: 'text.startsWith("here")',
    fails: ["whoIsIn: any other text changes nothing"],
  },
  {
    mistake: "capital letters will do",
    from: 'text === "here"',
    to: 'text.toLowerCase() === "here"',
    fails: ["whoIsIn: any other text changes nothing"],
  },
  {
    mistake: "whoever says anything is here",
    from: 'text === "here"',
    to: 'text !== "bye"',
    fails: ["whoIsIn: any other text changes nothing"],
  },
  {
    mistake: "what ends with bye will do",
    from: 'text === "bye"',
    to: 'text.endsWith("bye")',
    fails: ["whoIsIn: any other text changes nothing"],
  },
  {
    mistake: "port 0 is here",
    from: " && from.port !== 0",
    to: "",
    fails: ["whoIsIn: a sender with port 0 is not a member"],
  },
  {
    mistake: "there is no limit",
    from: "roster.size < 100",
    to: "roster.size < Infinity",
    fails: ["whoIsIn: there are at most 100 members, and a full roster keeps them"],
  },
  {
    mistake: "the oldest makes room",
    from: 'if (text === "here" && from.port !== 0 && room) roster.set(member, now);',
    to: "if (!room) roster.delete([...roster.keys()][0]!);\n" +
      '  if (text === "here" && from.port !== 0) roster.set(member, now);',
    fails: ["whoIsIn: there are at most 100 members, and a full roster keeps them"],
  },
  {
    mistake: "when it is full, nobody on it can say here again",
    from: "roster.has(member) || roster.size < 100",
    to: "roster.size < 100",
    fails: ["whoIsIn: there are at most 100 members, and a full roster keeps them"],
  },
];
