import { same, test, worked, Wrong } from "./teacher.ts";
import { bursts, judge } from "../08_loss.ts";

/** What the learner says about these numbers. */
function judged(numbers: number[], lost: number, doubled: number, overtaken: number): void {
  const { lost: l, doubled: d, overtaken: o } = judge(numbers);
  same(
    { lost: l, doubled: d, overtaken: o },
    { lost, doubled, overtaken },
    `These arrived: ${numbers.join(" ")}.`,
  );
}

test("judge: all arrived, once and in order", () => {
  judged([1, 2, 3, 4], 0, 0, 0);
});

test("judge: nothing arrived", () => {
  same(
    judge([]),
    { lost: 0, doubled: 0, overtaken: 0 },
    "Nothing arrived. Nobody knows whether anything was sent.",
  );
});

test("judge: some are lost, and the first ones, too", () => {
  judged([1, 2, 5, 7], 3, 0, 0);
  judged([3, 4], 2, 0, 0);
});

test("judge: a number that arrives three times is doubled twice", () => {
  judged([1, 2, 2, 3, 2], 0, 2, 0);
});

test("judge: a number that was overtaken is not lost", () => {
  judged([1, 3, 2, 4], 0, 0, 1);
  judged([4, 1, 2, 3], 0, 0, 3);
});

test("judge: the copy of an overtaken number is not overtaken again", () => {
  judged([1, 3, 2, 2], 0, 1, 1);
});

test("judge: everything at once", () => {
  judged([1, 4, 2, 4, 5], 1, 1, 1); // the play of lesson 8
  judged([2, 2, 9, 7, 8, 7, 12], 7, 2, 2);
});

test("judge: a very high number takes no longer", () => {
  const story = "These arrived: 2 100000000.";
  const time = worked(() =>
    same(judge([2, 100_000_000]), { lost: 99_999_998, doubled: 0, overtaken: 0 }, story)
  );
  if (time > 400) throw new Wrong(`${story} It took ${Math.round(time)} ms.`);
});

/** What happens to datagrams with these random numbers. */
function fates(begin: number, end: number, shown: number[]): string {
  const left = shown.values();
  const next = bursts(begin, end, () => {
    const { value } = left.next();
    if (value === undefined) throw new Wrong("You called random more than once for a datagram.");
    return value;
  });
  return shown.map(() => tell(next())).join(" ");
}

/** What happens to a datagram, in a word. */
function tell(fate: number[]): string {
  if (!Array.isArray(fate)) {
    throw new Wrong(`Return [] or [0] for a datagram. You returned ${Deno.inspect(fate)}.`);
  }
  return fate.length === 0 ? "lost" : fate.length === 1 && fate[0] === 0 ? "passes" : `[${fate}]`;
}

const chances = "begin is 0.1, and end is 0.3.";

test("bursts: a good state stays good while the random number is not below begin", () => {
  const story = `${chances} random() returned 0.9 0.2 0.5.`;
  same(fates(0.1, 0.3, [0.9, 0.2, 0.5]), "passes passes passes", story);
});

test("bursts: the datagram that turns it bad is lost, and the ones after it, too", () => {
  const story = `${chances} random() returned 0.9 0.05 0.9 0.4.`;
  same(fates(0.1, 0.3, [0.9, 0.05, 0.9, 0.4]), "passes lost lost lost", story);
});

test("bursts: the datagram that turns it good again passes, and the ones after it, too", () => {
  const story = `${chances} random() returned 0.05 0.9 0.2 0.2 0.9.`;
  same(fates(0.1, 0.3, [0.05, 0.9, 0.2, 0.2, 0.9]), "lost lost passes passes passes", story);
});

test("bursts: a chance of 0 never happens, and one of 1 always", () => {
  same(fates(0, 1, [0, 0, 0]), "passes passes passes", "begin is 0, and random() returned 0 0 0.");
  const story = "begin and end are 1, and random() returned 0.99 0.99 0.99.";
  same(fates(1, 1, [0.99, 0.99, 0.99]), "lost passes lost", story);
});

test("bursts: each path has a state of its own", () => {
  const shown = [0.05, 0.9].values();
  const random = () => shown.next().value ?? 0.9;
  const [first, second] = [bursts(0.1, 0.3, random), bursts(0.1, 0.3, random)];
  const story =
    "I called bursts twice. The first function turned bad. Then I called the second one.";
  same([tell(first()), tell(second())], ["lost", "passes"], story);
});

test("bursts: in the long run, losses and the length of bursts are as the chances say", () => {
  let seed = 8; // the same numbers each time, so that nobody fails by bad luck
  const random = () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
  const next = bursts(0.05, 0.2, random);
  const row = Array.from({ length: 20_000 }, () => tell(next()) === "lost" ? "x" : "-").join("");
  const lost = row.replaceAll("-", "");
  const long = row.match(/x+/g) ?? [];
  const share = lost.length / row.length;
  const length = lost.length / Math.max(1, long.length);
  const story =
    "20,000 datagrams, begin 0.05, end 0.2: about 0.05 / (0.05 + 0.2) = 20 % should be lost, " +
    "and a burst should have about 1 / 0.2 = 5 datagrams.";
  if (Math.abs(share - 0.2) < 0.03 && Math.abs(length - 5) < 0.7) return;
  throw new Wrong(
    `${story}\nYou lost ${(100 * share).toFixed(1)} %, in bursts of ${length.toFixed(1)}.`,
  );
});
