import { same, test } from "./teacher.ts";
import { unfairSenders, windows } from "../11_congestion.ts";

test("windows: the first one is 1, and there are as many as asked", () => {
  same(windows(10, 1), [1], "The room is 10. I asked for 1 round trip.");
  same(windows(10, 0), [], "The room is 10. I asked for 0 round trips.");
});

test("windows: without a loss, they double", () => {
  same(windows(1000, 6), [1, 2, 4, 8, 16, 32], "The room is 1000. I asked for 6 round trips.");
});

test("windows: a window as large as the room loses nothing", () => {
  same(windows(8, 5), [1, 2, 4, 8, 16], "The room is 8. I asked for 5 round trips.");
});

test("windows: after a loss it is half, and then grows by one", () => {
  const story = "The room is 10. I asked for 9 round trips. The window of 16 is too large.";
  same(windows(10, 9), [1, 2, 4, 8, 16, 8, 9, 10, 11], story);
});

test("windows: each loss halves the window, and half of an odd one is rounded down", () => {
  const story =
    "The room is 10. I asked for 12 round trips. The windows of 16 and 11 are too large.";
  same(windows(10, 12), [1, 2, 4, 8, 16, 8, 9, 10, 11, 5, 6, 7], story);
});

test("windows: it is at least 2 after a loss", () => {
  same(windows(1, 6), [1, 2, 2, 2, 2, 2], "The room is 1. I asked for 6 round trips.");
});

test("windows: after silence it is 1, doubles to the threshold, and then grows by one", () => {
  const story =
    "The room is 1000. I asked for 11 round trips. Number 4, counted from 0, was silent.";
  same(windows(1000, 11, [4]), [1, 2, 4, 8, 16, 1, 2, 4, 8, 9, 10], story);
});

test("windows: doubling stops at the threshold", () => {
  const story = "The room is 10. I asked for 13 round trips. Number 7, counted from 0, was silent.";
  same(windows(10, 13, [7]), [1, 2, 4, 8, 16, 8, 9, 10, 1, 2, 4, 5, 6], story);
});

test("windows: silence counts before a loss", () => {
  const story = "The room is 10. I asked for 8 round trips. The window of 16 was silent.";
  same(windows(10, 8, [4]), [1, 2, 4, 8, 16, 1, 2, 4], story);
});

/** Entries such as `A 10 2`: A sent 10, and 2 of them were lost. */
function log(...lines: string[]) {
  return lines.map((line) => {
    const [sender = "", sent, lost] = line.split(" ");
    return { sender, sent: Number(sent), lost: Number(lost) };
  });
}

/** What the learner finds in these lines. */
function found(names: string[], ...lines: string[]): void {
  same(unfairSenders(log(...lines)), names, `The log (sender, sent, lost): ${lines.join("; ")}.`);
}

test("unfairSenders: a sender that does not halve after a loss is unfair", () => {
  found(["A"], "A 10 2", "A 10 3");
  found(["A"], "A 10 2", "A 7 0");
});

test("unfairSenders: a sender that halves after each loss is fair", () => {
  found([], "A 10 2", "A 5 0", "A 6 0", "A 7 1", "A 3 0");
});

test("unfairSenders: a sender that lost nothing may send more", () => {
  found([], "A 10 0", "A 20 0", "A 40 0");
});

test("unfairSenders: half of an odd number is rounded up", () => {
  found([], "A 11 1", "A 6 0");
  found(["A"], "A 11 1", "A 7 0");
});

test("unfairSenders: 2 datagrams are always fair", () => {
  found([], "A 2 1", "A 2 2", "A 2 0", "A 1 1", "A 2 0");
});

test("unfairSenders: each sender is compared with itself", () => {
  found(["B"], "A 10 2", "B 30 9", "A 5 0", "B 30 8");
  found([], "A 10 2", "B 30 0", "A 5 0", "B 31 0");
});

test("unfairSenders: each name once, in the order in which the log shows it", () => {
  found(["B", "A"], "A 9 1", "B 9 1", "B 9 1", "A 9 1", "B 9 1", "A 9 1");
});

test("unfairSenders: the last entry of a sender, and an empty log, say nothing", () => {
  found([], "A 10 0", "A 11 5");
  found([]);
});

test("unfairSenders: a sender that was unfair once is in the list, even if it halves later", () => {
  found(["A"], "A 10 1", "A 10 1", "A 5 0");
});

test("unfairSenders: only the next round trip after a loss counts", () => {
  found([], "A 10 1", "A 5 0", "A 10 0");
});
