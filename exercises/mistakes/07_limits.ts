import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 7. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "arriving sizes are compared with the largest that fails",
    from: "Math.min(...failing)",
    to: "Math.max(...failing)",
    fails: [
      "surprises: there are none where all smaller ones arrive",
    ],
  },
  {
    mistake: "the smaller ones are told in the place of the larger",
    from: "size > smallest",
    to: "size < smallest",
    fails: [
      "surprises: a size arrives, and a smaller one does not",
      "surprises: there are none where all smaller ones arrive",
    ],
  },
  {
    mistake: "what arrives is told, surprise or not",
    from: ".filter((size) => size > smallest)",
    to: "",
    fails: [
      "surprises: a size arrives, and a smaller one does not",
      "surprises: there are none where all smaller ones arrive",
    ],
  },
  {
    mistake: "one that was lost is taken for a size that fails",
    from: "tries.map(({ size }) => size).filter((size) => !arriving.has(size))",
    to: "tries.filter(({ arrived }) => !arrived).map(({ size }) => size)",
    fails: ["surprises: one that was lost says nothing about its size"],
  },
  {
    mistake: "the last try of a size counts",
    from: "if (arrived) arriving.add(size);",
    to: "if (arrived) arriving.add(size);\n  else arriving.delete(size);",
    fails: ["surprises: one that was lost says nothing about its size"],
  },
  {
    mistake: "numbers are sorted as text",
    from: ".sort((a, b) => a - b)",
    to: ".sort()",
    fails: ["surprises: the sizes ascend, and each is told once"],
  },
  {
    mistake: "the sizes are left in the order of the tries",
    from: ".sort((a, b) => a - b)",
    to: "",
    fails: ["surprises: the sizes ascend, and each is told once"],
  },
  {
    mistake: "a size that arrived twice is told twice",
    from: "[...arriving]",
    to: "tries.filter(({ arrived }) => arrived).map(({ size }) => size)",
    fails: ["surprises: the sizes ascend, and each is told once"],
  },
  {
    mistake: "parts are counted from 1",
    from: "const number = view.getUint16(0);",
    to: "const number = view.getUint16(0) + 1;",
    fails: ["putTogether: parts in their order are the text"],
  },
  {
    mistake: "the lower byte is taken for the first one",
    from: "view.getUint16(0)",
    to: "view.getUint16(0, true)",
    fails: ["putTogether: parts in their order are the text"],
  },
  {
    mistake: "the buffer is read from its own beginning",
    from: "new DataView(data.buffer, data.byteOffset, data.length)",
    to: "new DataView(data.buffer)",
    fails: ["putTogether: parts in their order are the text"],
  },
  {
    mistake: "the four bytes are left in the text",
    from: "data.subarray(4)",
    to: "data",
    fails: ["putTogether: parts in their order are the text"],
  },
  {
    mistake: "the order of their coming is that of the text",
    from: "parts.set(number, data.subarray(4));",
    to: "parts.set(parts.size, data.subarray(4));",
    fails: ["putTogether: they may come in any order, and twice"],
  },
  {
    mistake: "datagrams are counted, and not parts",
    from: "parts.size < count",
    to: "datagrams.length < count",
    fails: ["putTogether: without one part there is no text"],
  },
  {
    mistake: "nothing is taken for an empty text",
    from: "let count = Infinity;",
    to: "let count = 0;",
    fails: ["putTogether: without one part there is no text"],
  },
  {
    mistake: "nobody looks whether a part is missing",
    from: "if (parts.size < count) return undefined;",
    to: "if (parts.size === 0) return undefined;",
    fails: ["putTogether: without one part there is no text"],
  },
  {
    mistake: "each part is decoded by itself",
    from: "decoder.decode(parts.get(number), { stream: true })",
    to: "decoder.decode(parts.get(number))",
    fails: ["putTogether: a character that was cut in two is whole again"],
  },
  {
    mistake: "an empty piece is no part",
    from: "data.length < 4",
    to: "data.length <= 4",
    fails: ["putTogether: a piece may be empty, and so may the text"],
  },
  {
    mistake: "an empty text is none",
    from: "return text + decoder.decode();",
    to: "return (text + decoder.decode()) || undefined;",
    fails: ["putTogether: a piece may be empty, and so may the text"],
  },
  {
    mistake: "only the lower byte is the number",
    from: "view.getUint16(0)",
    to: "view.getUint8(1)",
    fails: ["putTogether: numbers may take both of their bytes"],
  },
  {
    mistake: "only the lower byte is the count",
    from: "if (number >= view.getUint16(2)) continue;\n    count = view.getUint16(2);",
    to: "if (number >= view.getUint8(3)) continue;\n    count = view.getUint8(3);",
    fails: ["putTogether: numbers may take both of their bytes"],
  },
  {
    mistake: "a datagram that is too short is read all the same",
    from: "if (data.length < 4) continue;",
    to: "",
    fails: ["putTogether: what cannot be a part is ignored"],
  },
  {
    mistake: "only an empty datagram is too short",
    from: "data.length < 4",
    to: "data.length === 0",
    fails: ["putTogether: what cannot be a part is ignored"],
  },
  {
    mistake: "a number beyond the count is a part",
    from: "if (number >= view.getUint16(2)) continue;",
    to: "",
    fails: ["putTogether: what cannot be a part is ignored"],
  },
  {
    mistake: "the number that is the count is a part",
    from: "number >= view",
    to: "number > view",
    fails: ["putTogether: what cannot be a part is ignored"],
  },
];
