import { encode, type TftpOptions } from "../../lib/tftp.ts";
import { same, test } from "./teacher.ts";
import { type Answer, answerToRequest, windowed } from "../14_tftp.ts";

/** Returns the answer of the page's function to a request. */
function answer(type: "RRQ" | "WRQ", file: string, options: TftpOptions = {}): Answer {
  const taken = (name: string) => name === "old.txt";
  return answerToRequest(encode({ type, file, mode: "octet", options }), taken);
}

const code = (answer: Answer) => answer?.type === "ERROR" ? `error ${answer.code}` : answer;
const GO_ON = { type: "ACK", block: 0 } as const;

test("answerToRequest: a new file is accepted", () => {
  same(answer("WRQ", "new.txt"), GO_ON, "A client asked: WRQ new.txt.");
});

test("answerToRequest: a block size is agreed on", () => {
  for (const blksize of ["8", "1428", "65464"]) {
    const options = { blksize };
    const story = `A client asked: WRQ new.txt blksize ${blksize}.`;
    same(answer("WRQ", "new.txt", options), { type: "OACK", options }, story);
  }
});

test("answerToRequest: a block size that is too large becomes 65464", () => {
  const expected = { type: "OACK", options: { blksize: "65464" } };
  const story = "A client asked: WRQ new.txt blksize 65535.";
  same(answer("WRQ", "new.txt", { blksize: "65535" }), expected, story);
});

test("answerToRequest: a block size that is not allowed is left out", () => {
  for (const blksize of ["7", "0", "many", "", "1e3"]) {
    same(answer("WRQ", "new.txt", { blksize }), GO_ON, `A client asked for blksize "${blksize}".`);
  }
});

test("answerToRequest: other options are left out", () => {
  const expected = { type: "OACK", options: { blksize: "1428" } };
  const story = "A client asked: WRQ new.txt blksize 1428 timeout 6.";
  same(answer("WRQ", "new.txt", { blksize: "1428", timeout: "6" }), expected, story);
  const alone = "A client asked: WRQ new.txt timeout 6.";
  same(answer("WRQ", "new.txt", { timeout: "6" }), GO_ON, alone);
});

test("answerToRequest: a name that is taken is error 6", () => {
  const story = "A client asked: WRQ old.txt. There is a file of this name.";
  same(code(answer("WRQ", "old.txt")), "error 6", story);
});

test("answerToRequest: a name that is not plain is error 2", () => {
  for (const name of ["../new.txt", "/new.txt", "sub/new.txt", "sub\\new.txt", "new.txt/"]) {
    same(code(answer("WRQ", name)), "error 2", `A client asked: WRQ ${name}.`);
  }
});

test("answerToRequest: a name that begins with a dot is error 2", () => {
  for (const name of ["..", ".", ".hidden"]) {
    same(code(answer("WRQ", name)), "error 2", `A client asked: WRQ ${name}.`);
  }
  same(
    answer("WRQ", "new..txt"),
    GO_ON,
    "A client asked: WRQ new..txt. This is a plain name.",
  );
});

test("answerToRequest: nothing can be read", () => {
  for (const name of ["old.txt", "new.txt"]) {
    same(code(answer("RRQ", name)), "error 2", `A client asked: RRQ ${name}.`);
  }
});

test("answerToRequest: a datagram that is not a request gets no answer", () => {
  const none: Record<string, Uint8Array> = {
    "ACK 1": encode({ type: "ACK", block: 1 }),
    "DATA 1": encode({ type: "DATA", block: 1, data: new Uint8Array(5) }),
    "ERROR 1": encode({ type: "ERROR", code: 1, text: "No" }),
    "an empty datagram": new Uint8Array(),
    "noise": new Uint8Array([1, 2, 3, 4, 5]),
    "half a request": encode({ type: "WRQ", file: "a", mode: "octet", options: {} }).subarray(0, 6),
  };
  for (const [what, data] of Object.entries(none)) {
    same(answerToRequest(data, () => false), undefined, `The server received ${what}.`);
  }
});

/** Returns a receiver of blocks of 4 bytes, which keeps what it has written. */
function receiver(windowsize: number) {
  const written: string[] = [];
  const decoder = new TextDecoder();
  const onBlock = windowed(windowsize, 4, (data) => written.push(decoder.decode(data)));
  const get = (number: number, text = `${number % 10_000}`.padStart(4, "0")) =>
    onBlock(number, new TextEncoder().encode(text));
  return { written, get, all: (...numbers: number[]) => numbers.map((number) => get(number)) };
}

const came = (windowsize: number, ...numbers: number[]) =>
  `With a window of ${windowsize}, these blocks came: ${numbers.join(", ")}.`;
const ACKS = "These ACKs were returned.";

test("windowed: with a window of 1, each block is acknowledged", () => {
  const { all } = receiver(1);
  same(all(1, 2, 3), [1, 2, 3], `${came(1, 1, 2, 3)} ${ACKS}`);
});

test("windowed: with a window of 3, each third block is acknowledged", () => {
  const { all } = receiver(3);
  const expected = [undefined, undefined, 3, undefined, undefined, 6];
  same(all(1, 2, 3, 4, 5, 6), expected, `${came(3, 1, 2, 3, 4, 5, 6)} ${ACKS}`);
});

test("windowed: each block is written, before its window is full", () => {
  const { all, written } = receiver(4);
  all(1, 2);
  same(written, ["0001", "0002"], `${came(4, 1, 2)} This was written.`);
});

test("windowed: the end of the file is acknowledged at once", () => {
  for (const end of ["end", ""]) {
    const { all, get, written } = receiver(8);
    all(1, 2);
    const story = `${came(8, 1, 2)} Then block 3 came with ${end.length} of 4 bytes.`;
    same(get(3, end), 3, `${story} This ACK was returned.`);
    same(written, ["0001", "0002", end], `${story} This was written.`);
  }
});

test("windowed: at a gap, the last block before it is acknowledged", () => {
  const { all } = receiver(4);
  same(all(1, 2, 4), [undefined, undefined, 2], `${came(4, 1, 2, 4)} ${ACKS}`);
  same(receiver(4).all(2), [0], `${came(4, 2)} ${ACKS}`);
});

test("windowed: a gap is acknowledged once", () => {
  const { all } = receiver(6);
  const expected = [undefined, 1, undefined, undefined];
  same(all(1, 3, 4, 5), expected, `${came(6, 1, 3, 4, 5)} ${ACKS}`);
});

test("windowed: the next gap is acknowledged, too", () => {
  const { all } = receiver(9);
  const expected = [undefined, 1, undefined, 2];
  same(all(1, 3, 2, 4), expected, `${came(9, 1, 3, 2, 4)} ${ACKS}`);
});

test("windowed: an early block is not written", () => {
  const { all, written } = receiver(4);
  all(1, 3, 4, 2, 3);
  same(written, ["0001", "0002", "0003"], `${came(4, 1, 3, 4, 2, 3)} This was written.`);
});

test("windowed: a window begins after each ACK, also after the one at a gap", () => {
  const { all } = receiver(3);
  const expected = [undefined, undefined, 2, undefined, undefined, 5];
  same(all(1, 2, 4, 3, 4, 5), expected, `${came(3, 1, 2, 4, 3, 4, 5)} ${ACKS}`);
});

test("windowed: the last block is acknowledged again, but not written again", () => {
  const { all, written } = receiver(2);
  same(all(1, 2, 2), [undefined, 2, 2], `${came(2, 1, 2, 2)} ${ACKS}`);
  same(written, ["0001", "0002"], `${came(2, 1, 2, 2)} This was written.`);
});

test("windowed: older blocks are ignored", () => {
  const { all, written } = receiver(3);
  const expected = [undefined, undefined, 3, undefined, undefined, 3];
  same(all(1, 2, 3, 1, 2, 3), expected, `${came(3, 1, 2, 3, 1, 2, 3)} ${ACKS}`);
  same(written, ["0001", "0002", "0003"], `${came(3, 1, 2, 3, 1, 2, 3)} This was written.`);
});

test("windowed: after the end only the last block gets an ACK", () => {
  const { get, written } = receiver(2);
  get(1, "end");
  const acks = [get(2), get(3), get(1, "end")];
  const story = "Block 1 was the last of the file. Then came blocks 2 and 3, and block 1 again.";
  same(acks, [undefined, undefined, 1], `${story} ${ACKS}`);
  same(written, ["end"], `${story} This was written.`);
});

test("windowed: after block 65,535 comes block 0", () => {
  const { get, written } = receiver(8);
  const acks: number[] = [];
  for (let number = 1; number <= 65_544; number++) {
    const ack = get(number & 0xffff);
    if (ack !== undefined) acks.push(ack);
  }
  const story = "With a window of 8, 65,544 blocks came.";
  same(written.length, 65_544, `${story} This is how many were written.`);
  same(acks.slice(-2), [0, 8], `${story} These are the last two ACKs.`);
  same(
    get(65_535),
    undefined,
    "Then block 65,535 came again, which is old. This ACK was returned.",
  );
});
