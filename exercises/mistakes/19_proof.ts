import type { Mistake } from "./mistake.ts";

const SPLIT = "cookies: the end of the time and the beginning of the host are not mixed up";
const LATER = "cookies: with a later end it is not valid";
const OTHER = "cookies: it is not valid for another host or another port";
const END = "cookies: at its end it is valid, and a millisecond later it is not";
const NONSENSE = "cookies: any other text is refused, and nothing is thrown";

/** What people get wrong in exercise 19. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "got is divided by sent",
    from: "(10 * sent) / got",
    to: "(10 * got) / sent",
    fails: ["amplification: the bytes that were sent, divided by those that it got"],
  },
  {
    mistake: "the headers are forgotten",
    from: "bytes + 28",
    to: "bytes",
    fails: ["amplification: headers count"],
  },
  {
    mistake: "only UDP's header counts",
    from: "bytes + 28",
    to: "bytes + 8",
    fails: ["amplification: headers count"],
  },
  {
    mistake: "it is not rounded",
    from: "Math.round((10 * sent) / got) / 10",
    to: "sent / got",
    fails: ["amplification: it is rounded to one digit after the point"],
  },
  {
    mistake: "it is rounded down",
    from: "Math.round((10 * sent) / got)",
    to: "Math.floor((10 * sent) / got)",
    fails: ["amplification: it is rounded to one digit after the point"],
  },
  {
    mistake: "only the last datagram counts",
    from: "total[way] += bytes + 28;",
    to: "total[way] = bytes + 28;",
    fails: ["amplification: a question may have several answers, and several questions count, too"],
  },
  {
    mistake: "all protocols are counted together",
    from: "totals.get(protocol) ?? {",
    to: "[...totals.values()][0] ?? {",
    fails: ["amplification: three protocols at a time"],
  },
  {
    mistake: "it is divided by nothing",
    from: "if (got > 0) factors",
    to: "factors",
    fails: ["amplification: what gets no answer is 0, and what got no question is left out"],
  },
  {
    mistake: "the cookie has no end",
    from: "return `${end}.${checksum(client, end)}`;",
    to: "return checksum(client, end);",
    fails: ["cookies: a cookie is its end, a point and a checksum"],
  },
  {
    mistake: "the cookie says how long it is valid",
    from: "`${now() + milliseconds}`",
    to: "`${milliseconds}`",
    fails: ["cookies: a cookie is its end, a point and a checksum"],
  },
  {
    mistake: "a cookie is accepted once",
    from: "return cookie.slice(point + 1) === checksum(client, end);",
    to: "const used = ((mac as { used?: Set<string> }).used ??= new Set());\n" +
      "      const fresh = !used.has(cookie);\n      used.add(cookie);\n" +
      "      return fresh && cookie.slice(point + 1) === checksum(client, end);",
    fails: ["cookies: it is accepted, and when it comes again, too"],
  },
  {
    mistake: "it ends a moment too early",
    from: "now() > Number(end)",
    to: "now() >= Number(end)",
    fails: [END],
  },
  {
    mistake: "it never ends",
    from: " || now() > Number(end)",
    to: "",
    fails: [END, "cookies: each cookie has a life of its own"],
  },
  {
    mistake: "all live for 10 s",
    from: "now() + milliseconds",
    to: "now() + Math.min(milliseconds, 10_000) + Math.max(0, 10_000 - milliseconds)",
    fails: ["cookies: each cookie has a life of its own"],
  },
  {
    mistake: "the port does not belong to it",
    from: "${hostname} ${port}`",
    to: "${hostname} ${port && 1}`",
    fails: [OTHER],
  },
  {
    mistake: "the host does not belong to it",
    from: "${end} ${hostname} ${port}`",
    to: "${end} ${hostname && 1} ${port}`",
    fails: [OTHER],
  },
  {
    mistake: "the end does not belong to it",
    from: "mac(`${end} ${hostname} ${port}`)",
    to: "mac(`${end && 1} ${hostname} ${port}`)",
    fails: [LATER],
  },
  {
    mistake: "nothing is between the parts",
    from: "mac(`${end} ${hostname} ${port}`)",
    to: "mac(`${end}${hostname}${port}`)",
    fails: [SPLIT],
  },
  {
    mistake: "the checksum is not compared",
    from: "cookie.slice(point + 1) === checksum(client, end)",
    to: 'checksum(client, end) !== ""',
    fails: [OTHER, LATER, "cookies: with another secret it is not valid"],
  },
  {
    mistake: "the checksum takes no secret",
    from: "mac(`${end} ${hostname} ${port}`)",
    to: '`checksum${end} ${hostname} ${port && mac.length && port}`.replaceAll(".", "-")',
    fails: ["cookies: with another secret it is not valid"],
  },
  {
    mistake: "cookies are kept in a list",
    from: "return `${end}.${checksum(client, end)}`;\n    },\n\n    accepts(client, cookie) {",
    to: "const made = `${end}.${checksum(client, end)}`;\n" +
      "      ((mac as { list?: Set<string> }).list ??= new Set()).add(made);\n" +
      "      return made;\n    },\n\n    accepts(client, cookie) {\n" +
      "      if (!(mac as { list?: Set<string> }).list?.has(cookie)) return false;",
    fails: ["cookies: another server with the same secret accepts it"],
  },
  {
    mistake: "a time that is no number is never over",
    from: "!/^\\d+$/.test(end) || now() > Number(end)",
    to: "now() > Number(end)",
    fails: [NONSENSE],
  },
];
