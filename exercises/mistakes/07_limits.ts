import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 7. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "sizes are compared with the largest that does not arrive",
    from:
      "let smallest = Infinity;\n  for (const { size } of tries) {\n    if (!arriving.has(size) " +
      "&& size < smallest)",
    to: "let smallest = -1;\n  for (const { size } of tries) {\n    if (!arriving.has(size) && " +
      "size > smallest)",
    fails: [
      "surprises: there are none if all smaller sizes arrive",
    ],
  },
  {
    mistake: "the smaller sizes are returned in the place of the larger",
    from: "size > smallest",
    to: "size < smallest",
    fails: [
      "surprises: a size that arrives although a smaller one does not",
      "surprises: there are none if all smaller sizes arrive",
    ],
  },
  {
    mistake: "every size that arrives is returned",
    from: ".filter((size) => size > smallest)",
    to: "",
    fails: [
      "surprises: a size that arrives although a smaller one does not",
      "surprises: there are none if all smaller sizes arrive",
    ],
  },
  {
    mistake: "a lost datagram is taken for a size that does not arrive",
    from: "for (const { size } of tries) {\n    if (!arriving.has(size) &&",
    to: "for (const { size, arrived } of tries) {\n    if (!arrived &&",
    fails: ["surprises: a lost datagram says nothing about its size"],
  },
  {
    mistake: "the last try of a size counts",
    from: "if (arrived) arriving.add(size);",
    to: "if (arrived) arriving.add(size);\n    else arriving.delete(size);",
    fails: ["surprises: a lost datagram says nothing about its size"],
  },
  {
    mistake: "numbers are sorted as text",
    from: ".sort((a, b) => a - b)",
    to: ".sort()",
    fails: ["surprises: the sizes are in ascending order, each once"],
  },
  {
    mistake: "the sizes are left in the order of the tries",
    from: ".sort((a, b) => a - b)",
    to: "",
    fails: ["surprises: the sizes are in ascending order, each once"],
  },
  {
    mistake: "a size that arrived twice is returned twice",
    from: "[...arriving]",
    to: "tries.filter(({ arrived }) => arrived).map(({ size }) => size)",
    fails: ["surprises: the sizes are in ascending order, each once"],
  },
  {
    mistake: "parts are counted from 1",
    from: "const number = 256 * data[0]! + data[1]!;",
    to: "const number = 256 * data[0]! + data[1]! + 1;",
    fails: ["putTogether: parts in their order make the text"],
  },
  {
    mistake: "the lower byte is taken for the first one",
    from: "256 * data[0]! + data[1]!",
    to: "data[0]! + 256 * data[1]!",
    fails: ["putTogether: parts in their order make the text"],
  },
  {
    mistake: "the buffer is read from its own beginning",
    from: "const number = 256 * data[0]! + data[1]!;\n    const all = 256 * data[2]! + data[3]!;",
    to: "const view = new DataView(data.buffer);\n    const [number, all] = [view.getUint16(0), " +
      "view.getUint16(2)];",
    fails: ["putTogether: parts in their order make the text"],
  },
  {
    mistake: "the four bytes are left in the text",
    from: "data.subarray(4)",
    to: "data",
    fails: ["putTogether: parts in their order make the text"],
  },
  {
    mistake: "the parts are put together in the order in which they came",
    from: "parts.set(number, data.subarray(4));",
    to: "parts.set(parts.size, data.subarray(4));",
    fails: ["putTogether: parts may come in any order, and twice"],
  },
  {
    mistake: "datagrams are counted, and not parts",
    from: "parts.size < count",
    to: "datagrams.length < count",
    fails: ["putTogether: if a part is missing, there is no text"],
  },
  {
    mistake: "no datagram is taken for an empty text",
    from: "let count = Infinity; // unknown until the first part",
    to: "let count = 0;",
    fails: ["putTogether: if a part is missing, there is no text"],
  },
  {
    mistake: "it does not check whether a part is missing",
    from: "if (parts.size < count) return undefined;",
    to: "if (parts.size === 0) return undefined;",
    fails: ["putTogether: if a part is missing, there is no text"],
  },
  {
    mistake: "each part is decoded by itself",
    from: "const bytes: number[] = [];\n  for (let number = 0; number < count; number++) " +
      "bytes.push(...parts.get(number)!);\n  return new TextDecoder().decode(new " +
      "Uint8Array(bytes));",
    to: "let text = '';\n  for (let number = 0; number < count; number++) {\n    text += new " +
      "TextDecoder().decode(parts.get(number)!);\n  }\n  return text;",
    fails: ["putTogether: a character that was cut in two is whole again"],
  },
  {
    mistake: "a part with an empty piece is ignored",
    from: "data.length < 4",
    to: "data.length <= 4",
    fails: ["putTogether: a piece may be empty, and so may the text"],
  },
  {
    mistake: "an empty text is taken for a missing one",
    from: "return new TextDecoder().decode(new Uint8Array(bytes));",
    to: "return new TextDecoder().decode(new Uint8Array(bytes)) || undefined;",
    fails: ["putTogether: a piece may be empty, and so may the text"],
  },
  {
    mistake: "only the lower byte is the number",
    from: "256 * data[0]! + data[1]!",
    to: "data[1]!",
    fails: ["putTogether: numbers may take both of their bytes"],
  },
  {
    mistake: "only the lower byte is the count",
    from: "256 * data[2]! + data[3]!",
    to: "data[3]!",
    fails: ["putTogether: numbers may take both of their bytes"],
  },
  {
    mistake: "a datagram that is too short is read as a part",
    from: "if (data.length < 4) continue;",
    to: "",
    fails: ["putTogether: a datagram that cannot be a part is ignored"],
  },
  {
    mistake: "only an empty datagram is too short",
    from: "data.length < 4",
    to: "data.length === 0",
    fails: ["putTogether: a datagram that cannot be a part is ignored"],
  },
  {
    mistake: "a number beyond the count is a part",
    from: "if (number >= all) continue;",
    to: "",
    fails: ["putTogether: a datagram that cannot be a part is ignored"],
  },
  {
    mistake: "the number that is the count is a part",
    from: "number >= all",
    to: "number > all",
    fails: ["putTogether: a datagram that cannot be a part is ignored"],
  },
];
