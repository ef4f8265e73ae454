import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 1. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the last address is left out",
    from: "of addresses)",
    to: "of addresses.slice(0, -1))",
    fails: [
      "sendToAll: every address gets the text as one datagram",
      "sendToAll: the result is the total number of bytes",
    ],
  },
  {
    mistake: "a socket for each address",
    from: "bytes += await socket.send(text, address);",
    to: "{ using another = bind(); bytes += await another.send(text, address); }",
    fails: ["sendToAll: all of them come from the same socket"],
  },
  {
    mistake: "characters are counted, not bytes",
    from: "bytes += await socket.send(text, address);",
    to: "{ await socket.send(text, address); bytes += text.length; }",
    fails: ["sendToAll: the result is the total number of bytes"],
  },
  {
    mistake: "there is always a first address",
    from: "let bytes = 0;",
    to: "let bytes = 0; if (addresses[0]!.port === 0) return 0;",
    fails: ["sendToAll: without addresses the result is 0"],
  },
  {
    mistake: "a piece that just fits is too long",
    from: "> limit",
    to: ">= limit",
    fails: ["sendLong: a text that fits is one datagram"],
  },
  {
    mistake: "the last piece is forgotten",
    from: 'if (piece !== "")',
    to: "if (false)",
    fails: [
      "sendLong: a text that fits is one datagram",
      "sendLong: a longer text is cut into as few pieces as possible",
    ],
  },
  {
    mistake: "a long text is not cut",
    from: "> limit",
    to: "> 1000",
    fails: ["sendLong: a longer text is cut into as few pieces as possible"],
  },
  {
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
    mistake: "two bytes of 👋 are taken for a character",
    from: "new TextEncoder().encode(text).length",
    to: "text.length",
    fails: ["sendLong: no character is cut in two"],
  },
  {
    mistake: "characters are counted by their place in the string",
    from: "for (const character of text) {",
    to: 'for (const character of text.split("")) {',
    fails: ["sendLong: no character is cut in two"],
  },
  {
    mistake: "each character is a datagram",
    from: "> limit",
    to: "> 1 && piece",
    fails: ["sendLong: a longer text is cut into as few pieces as possible"],
  },
  {
    mistake: "nothing left is sent as well",
    from: 'if (piece !== "")',
    to: "if (true)",
    fails: ["sendLong: an empty text needs no datagram"],
  },
];
