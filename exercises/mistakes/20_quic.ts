import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 20. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "bytes are sent back as they came",
    from: "new TextEncoder().encode(reply)",
    to: "new TextEncoder().encode(reply.slice(7, -1))",
    fails: ["greetNames: greets each name"],
  },
  {
    mistake: "only one name is greeted",
    from: "greeted++;",
    to: "return ++greeted;",
    fails: ["greetNames: greets each name", "greetNames: returns how many names it has greeted"],
  },
  {
    mistake: "the connection is closed without a code",
    from: 'client.close({ closeCode: 3, reason: "not a name" });',
    to: "client.close();",
    fails: ["greetNames: closes with code 3 after a datagram that is not a name"],
  },
  {
    mistake: "what is not a name is ignored",
    from: 'client.close({ closeCode: 3, reason: "not a name" });',
    to: "continue;",
    fails: [
      "greetNames: closes with code 3 after a datagram that is not a name",
      "greetNames: returns how many names it has greeted",
    ],
  },
  {
    mistake: "what is not a name counts",
    from: 'client.close({ closeCode: 3, reason: "not a name" });',
    to: 'greeted++;\n        client.close({ closeCode: 3, reason: "not a name" });',
    fails: ["greetNames: returns how many names it has greeted"],
  },
  {
    mistake: "the end of the connection is an error",
    from: "} catch {\n      return greeted; // the connection is over",
    to: "} finally {\n      // the connection is over",
    fails: [
      "greetNames: returns how many names it has greeted",
      "greetNames: ends without an error when the client closes the connection",
    ],
  },
  {
    mistake: "the texts are in the order of their arrival",
    from: "Array.from({ length: count }, (_, i) => texts.get(i + 1))",
    to: "[...texts.values()]",
    fails: [
      "inOrder: puts the texts in the order of their numbers",
      "inOrder: knows numbers of two digits",
      "inOrder: has undefined for a text that is missing",
    ],
  },
  {
    mistake: "a text ends at a space",
    from: "(.*)$/s",
    to: "(\\S*)/s",
    fails: ["inOrder: puts the texts in the order of their numbers"],
  },
  {
    mistake: "a text must not be empty",
    from: "(.*)$/s",
    to: "(.+)$/s",
    fails: ["inOrder: puts the texts in the order of their numbers"],
  },
  {
    mistake: "the numbers are sorted as text",
    from: "Array.from({ length: count }, (_, i) => texts.get(i + 1))",
    to: "Array.from({ length: count }, (_, i) => `${i + 1}`).sort().map((n) => texts.get(+n))",
    fails: ["inOrder: knows numbers of two digits"],
  },
  {
    mistake: "a number has one digit",
    from: "[1-9]\\d*",
    to: "[1-9]",
    fails: ["inOrder: knows numbers of two digits"],
  },
  {
    mistake: "the last text wins",
    from: " || texts.has(number)",
    to: "",
    fails: ["inOrder: keeps the first text of a number that comes twice"],
  },
  {
    mistake: "it reads as many datagrams as there are numbers",
    from: "while (texts.size < count) {",
    to: "for (let i = 0; i < count; i++) {",
    fails: [
      "inOrder: keeps the first text of a number that comes twice",
      "inOrder: ignores datagrams of any other form",
    ],
  },
  {
    mistake: "it waits for all of them",
    from: "await next(Math.max(0, end - performance.now()))",
    to: "await connection.readDatagram()",
    fails: [
      "inOrder: has undefined for a text that is missing",
      "inOrder: other datagrams do not make it wait longer",
    ],
  },
  {
    mistake: "it returns when something is missing, with what it has",
    from: "return Array.from({ length: count }, (_, i) => texts.get(i + 1));",
    to: "return Array.from({ length: count }, (_, i) => texts.get(i + 1)).filter((one) => one);",
    fails: ["inOrder: has undefined for a text that is missing"],
  },
  {
    mistake: "a number may be too large",
    from: "number > count || ",
    to: "",
    fails: ["inOrder: ignores datagrams of any other form"],
  },
  {
    mistake: "numbers are read as JavaScript reads them",
    from: "/^([1-9]\\d*) (.*)$/s",
    to: "/^(\\S*) (.*)$/s",
    fails: ["inOrder: ignores datagrams of any other form"],
  },
  {
    mistake: "a text ends at a line break",
    from: "(.*)$/s",
    to: "(.*)$/",
    fails: ["inOrder: ignores datagrams of any other form"],
  },
  {
    mistake: "each datagram starts the time anew",
    from: "Math.max(0, end - performance.now())",
    to: "milliseconds",
    fails: ["inOrder: other datagrams do not make it wait longer"],
  },
  {
    mistake: "the end of the connection is taken for the end of the time",
    from: "await next(Math.max(0, end - performance.now()))",
    to: "await next(Math.max(0, end - performance.now())).catch(() => undefined)",
    fails: ["inOrder: a failure is not taken for a missing text"],
  },
];
