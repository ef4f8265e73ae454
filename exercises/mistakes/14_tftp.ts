import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 14. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "an OACK is always sent, even if there is nothing to agree on",
    from: 'if (size < 8) return { type: "ACK", block: 0 };',
    to: 'if (size < 8) return { type: "OACK", options: {} };',
    fails: ["answerToRequest: a new file is accepted"],
  },
  {
    mistake: "the first ACK has the number of the first block",
    from: '{ type: "ACK", block: 0 }',
    to: '{ type: "ACK", block: 1 }',
    fails: ["answerToRequest: a new file is accepted"],
  },
  {
    mistake: "the options are not looked at",
    from: 'if (size < 8) return { type: "ACK", block: 0 };',
    to: 'if (size < 1e9) return { type: "ACK", block: 0 };',
    fails: ["answerToRequest: a block size is agreed on"],
  },
  {
    mistake: "8 is taken as too small",
    from: "size < 8",
    to: "size <= 8",
    fails: ["answerToRequest: a block size is agreed on"],
  },
  {
    mistake: "any size is agreed to",
    from: "Math.min(size, 65_464)",
    to: "size",
    fails: ["answerToRequest: a block size that is too large becomes 65464"],
  },
  {
    mistake: "a size that is too large is ignored",
    from: "if (size < 8)",
    to: "if (size < 8 || size > 65_464)",
    fails: ["answerToRequest: a block size that is too large becomes 65464"],
  },
  {
    mistake: "a block may be smaller than 8 bytes",
    from: "size < 8",
    to: "size < 1",
    fails: ["answerToRequest: a block size that is not allowed is left out"],
  },
  {
    mistake: "every text that Number() reads counts as digits",
    from: "/^\\d+$/.test(wanted) ? Number(wanted) : 0",
    to: "Number(wanted) || 0",
    fails: ["answerToRequest: a block size that is not allowed is left out"],
  },
  {
    mistake: "all options are agreed to",
    from: "options: { blksize: `",
    to: "options: { ...options, blksize: `",
    fails: ["answerToRequest: other options are left out"],
  },
  {
    mistake: "a file that exists is overwritten",
    from: "if (taken(file))",
    to: "if (taken(file) && file === undefined)",
    fails: ["answerToRequest: a name that is taken is error 6"],
  },
  {
    mistake: "only two dots are dangerous",
    from: '!file.startsWith(".") && !/[/\\\\]/.test(file)',
    to: '!file.includes("..")',
    fails: [
      "answerToRequest: a name that is not plain is error 2",
      "answerToRequest: a name that begins with a dot is error 2",
    ],
  },
  {
    mistake: "only the beginning of a path is looked at",
    from: "!/[/\\\\]/.test(file)",
    to: "!/^[/\\\\]/.test(file)",
    fails: ["answerToRequest: a name that is not plain is error 2"],
  },
  {
    mistake: "hidden names are accepted",
    from: 'file.startsWith(".")',
    to: 'file.startsWith("..")',
    fails: ["answerToRequest: a name that begins with a dot is error 2"],
  },
  {
    mistake: "reading is taken for writing",
    from:
      'if (type === "RRQ") return { type: "ERROR", code: 2, text: "Nothing can be read here" };',
    to: "type;",
    fails: ["answerToRequest: nothing can be read"],
  },
  {
    mistake: "a request to read gets error 1, as if there were no file",
    from: 'code: 2, text: "Nothing can be read here"',
    to: 'code: 1, text: "Nothing can be read here"',
    fails: ["answerToRequest: nothing can be read"],
  },
  {
    mistake: "a datagram that is not a request gets an error",
    from: '&& request?.type !== "WRQ") return undefined',
    to: '&& request?.type !== "WRQ") return { type: "ERROR", code: 4, text: "Illegal" }',
    fails: ["answerToRequest: a datagram that is not a request gets no answer"],
  },
  {
    mistake: "the size of the window is a constant",
    from: "state.unanswered === windowsize",
    to: "state.unanswered === 3",
    fails: ["windowed: with a window of 1, each block is acknowledged"],
  },
  {
    mistake: "the end waits for a full window",
    from: "state.unanswered === windowsize || state.ended",
    to: "state.unanswered === windowsize",
    fails: ["windowed: the end of the file is acknowledged at once"],
  },
  {
    mistake: "each block is acknowledged",
    from: "state.unanswered === windowsize || state.ended",
    to: "state.unanswered > 0",
    fails: ["windowed: with a window of 3, each third block is acknowledged"],
  },
  {
    mistake: "blocks are written when their window is full",
    from: "write(data);",
    to: "if (state.unanswered + 1 === windowsize) write(data);",
    fails: ["windowed: each block is written, before its window is full"],
  },
  {
    mistake: "only an empty block is the end",
    from: "data.length < size",
    to: "data.length === 0",
    fails: ["windowed: the end of the file is acknowledged at once"],
  },
  {
    mistake: "an early block is ignored without an ACK",
    from: "  state.reported = true;\n  return acknowledge(state);",
    to: "  state.reported = true;\n  return undefined;",
    fails: ["windowed: at a gap, the last block before it is acknowledged"],
  },
  {
    mistake: "the early block itself is acknowledged",
    from: "return reportGap(state);",
    to: "return reportGap(state) && number;",
    fails: ["windowed: at a gap, the last block before it is acknowledged"],
  },
  {
    mistake: "every early block is acknowledged: the Sorcerer's Apprentice",
    from: "if (state.reported) return undefined;",
    to: "",
    fails: ["windowed: a gap is acknowledged once"],
  },
  {
    mistake: "only the first gap of a file is acknowledged",
    from: "    state.reported = false;\n",
    to: "",
    fails: ["windowed: the next gap is acknowledged, too"],
  },
  {
    mistake: "an early block is written",
    from: "    if (ahead > 1) return",
    to: "    if (ahead > 1) write(data);\n    if (ahead > 1) return",
    fails: ["windowed: an early block is not written"],
  },
  {
    mistake: "the count goes on after a gap",
    from: "  state.reported = true;\n  return acknowledge(state);",
    to: "  state.reported = true;\n  return state.last;",
    fails: ["windowed: a window begins after each ACK, also after the one at a gap"],
  },
  {
    mistake: "the last block is ignored when it comes again",
    from: "if (ahead === 0) return acknowledge(state);",
    to: "if (ahead === 0) return undefined;",
    fails: [
      "windowed: the last block is acknowledged again, but not written again",
    ],
  },
  {
    mistake: "the last block is written again when it comes again",
    from: "if (ahead === 0) return acknowledge(state);",
    to: "if (ahead === 0) {\n      write(data);\n      return acknowledge(state);\n    }",
    fails: [
      "windowed: the last block is acknowledged again, but not written again",
    ],
  },
  {
    mistake: "old blocks are taken for early ones",
    from: "if (state.ended || ahead >= 0x8000) return undefined;",
    to: "if (state.ended) return undefined;",
    fails: ["windowed: older blocks are ignored"],
  },
  {
    mistake: "the end is not remembered",
    from: "if (state.ended || ahead >= 0x8000) return undefined;",
    to: "if (ahead >= 0x8000) return undefined;",
    fails: ["windowed: after the end only the last block gets an ACK"],
  },
  {
    mistake: "numbers only grow",
    from: "ahead >= 0x8000",
    to: "number < state.last",
    fails: ["windowed: after block 65,535 comes block 0"],
  },
];
