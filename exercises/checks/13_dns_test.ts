import { decode, encodeAnswer, encodeQuestion, type NameRecord } from "../../lib/dns.ts";
import { done, same, test, throws } from "./teacher.ts";
import { answerOf, cached } from "../13_dns.ts";

const server = { hostname: "127.0.0.1", port: 5300 };
const question = { name: "workbook.test", type: "A" };
const ID = 4711;

/** A record of that name. */
function a(data: string, ttl = 60, name = question.name): NameRecord {
  return { name, type: "A", ttl, data };
}

/** An answer to such a question, and who sent it. */
function answer({ id = ID, asked = question, records = [a("192.0.2.7")], from = server } = {}) {
  const found = { code: "NOERROR", records } as const;
  return { data: encodeAnswer(decode(encodeQuestion(id, asked)), found), from } as const;
}

/** Returns what the page's function returns for a datagram. */
function said(datagram: Parameters<typeof answerOf>[0], asked = question) {
  return answerOf(datagram, ID, asked, server);
}

const STORY =
  `I asked ${server.hostname}:${server.port} for A workbook.test with the number ${ID}.`;

test("answerOf: finds the addresses of the answer", () => {
  const records = [a("192.0.2.7"), a("192.0.2.8")];
  const story = `${STORY} The answer has two addresses.`;
  same(said(answer({ records })), ["192.0.2.7", "192.0.2.8"], story);
});

test("answerOf: leaves out the records of other types", () => {
  const asked = { name: "www.workbook.test", type: "A" };
  const alias = { name: asked.name, type: "CNAME", ttl: 60, data: "workbook.test" };
  const story = "I asked for A www.workbook.test. The answer has a CNAME, and then an address.";
  same(said(answer({ asked, records: [alias, a("192.0.2.7")] }), asked), ["192.0.2.7"], story);
});

test("answerOf: an answer without records is an answer, too", () => {
  same(said(answer({ records: [] })), [], `${STORY} The answer has no records.`);
});

test("answerOf: a forged answer with another number is ignored", () => {
  for (const id of [ID + 1, ID ^ 0x0100]) {
    const story = `${STORY} An answer came with the number ${id}.`;
    same(said(answer({ id })), undefined, story);
  }
});

test("answerOf: a forged answer from another sender is ignored", () => {
  const senders = [{ ...server, hostname: "127.0.0.2" }, { ...server, port: 5301 }];
  for (const from of senders) {
    const story = `${STORY} An answer came from ${from.hostname}:${from.port}.`;
    same(said(answer({ from })), undefined, story);
  }
});

test("answerOf: the answer to another question is ignored", () => {
  for (const asked of [{ ...question, name: "www.workbook.test" }, { ...question, type: "AAAA" }]) {
    const story = `${STORY} An answer came to ${asked.type} ${asked.name}.`;
    same(said(answer({ asked })), undefined, story);
  }
});

test("answerOf: capital letters are the same as small ones", () => {
  const asked = { name: "wOrKbOoK.TeSt", type: "A" };
  const story = `${STORY} The answer has the question A ${asked.name}.`;
  same(said(answer({ asked })), ["192.0.2.7"], story);
  same(
    said(answer(), asked),
    ["192.0.2.7"],
    `I asked for A ${asked.name}. The answer has small letters.`,
  );
});

test("answerOf: a question is not an answer", () => {
  const datagram = { data: encodeQuestion(ID, question), from: server };
  same(said(datagram), undefined, `${STORY} My own question came back.`);
});

test("answerOf: bytes that are not a DNS message are ignored", () => {
  for (
    const bytes of [[], [...answer().data.subarray(0, 20)], [...new TextEncoder().encode("Hello")]]
  ) {
    const story = `${STORY} A datagram came with ${bytes.length} bytes: ${bytes.join(" ")}.`;
    same(said({ data: new Uint8Array(bytes), from: server }), undefined, story);
  }
});

/** Returns a cache for these records, with a clock that is set by hand. */
function remembering(records: (name: string) => NameRecord[]) {
  const clock = { now: 1_000_000 };
  const asked: string[] = [];
  const ask = cached(({ name, type }) => {
    asked.push(`${type} ${name}`);
    return Promise.resolve(records(name));
  }, () => clock.now);
  const find = (name = question.name, type = "A") =>
    done(ask({ name, type }), "I waited for an answer.");
  return { clock, asked, find };
}

const once = [`A ${question.name}`];
const twice = [...once, ...once];

test("cached: asks once, and then remembers the answer", async () => {
  const { asked, find } = remembering(() => [a("192.0.2.7")]);
  const story = "I asked for the same name three times in the same moment.";
  for (let i = 0; i < 3; i++) same(await find(), [a("192.0.2.7")], story);
  same(asked, once, `${story} These questions were asked.`);
});

test("cached: asks again when the time is over, and not before", async () => {
  const { clock, asked, find } = remembering(() => [a("192.0.2.7", 60)]);
  await find();
  clock.now += 59_999;
  await find();
  same(asked, once, "The TTL is 60 s. After 59.999 s I asked again. These questions were asked.");
  clock.now += 1;
  await find();
  same(asked, twice, "The TTL is 60 s. After 60 s I asked again. These questions were asked.");
  clock.now += 59_999;
  await find();
  same(asked, twice, "Again 59.999 s later I asked once more. These questions were asked.");
});

test("cached: the time begins when the answer is there", async () => {
  const clock = { now: 0 };
  let asked = 0;
  const ask = cached(() => {
    asked++;
    clock.now += 5000;
    return Promise.resolve([a("192.0.2.7", 10)]);
  }, () => clock.now);
  const story =
    "The TTL is 10 s, and the answer took 5 s to come. 9 s after it came, I asked again.";
  await done(ask(question), story);
  clock.now += 9000;
  await done(ask(question), story);
  same(asked, 1, `${story} This is how many questions were asked.`);
});

test("cached: the shortest TTL counts", async () => {
  const { clock, asked, find } = remembering(() => [a("192.0.2.7", 60), a("192.0.2.8", 10)]);
  await find();
  clock.now += 10_000;
  await find();
  const story = "One record has a TTL of 60 s, the other one of 10 s. After 10 s I asked again.";
  same(asked, twice, `${story} These questions were asked.`);
});

test("cached: returns the seconds that are left", async () => {
  const { clock, find } = remembering(() => [a("192.0.2.7", 60), a("192.0.2.8", 90)]);
  await find();
  for (const [later, ...left] of [[10_500, 49, 79], [49_000, 0, 30]]) {
    clock.now += later!;
    const story = `The TTLs are 60 s and 90 s. ${
      (clock.now - 1_000_000) / 1000
    } s later I asked again.`;
    same((await find()).map(({ ttl }) => ttl), left, `${story} These TTLs came.`);
  }
});

test("cached: capital letters are the same, and another type is another question", async () => {
  const { asked, find } = remembering(() => [a("192.0.2.7")]);
  await find("workbook.test");
  await find("WorkBook.TEST");
  await find("workbook.test", "AAAA");
  const story = "I asked for A workbook.test, A WorkBook.TEST and AAAA workbook.test.";
  same(asked, ["A workbook.test", "AAAA workbook.test"], `${story} These questions were asked.`);
});

test("cached: an answer that must not be kept is not kept", async () => {
  for (const records of [[], [a("192.0.2.7", 0)]]) {
    const { asked, find } = remembering(() => records);
    const what = records.length === 0 ? "without records" : "with a TTL of 0";
    const story = `I asked twice in the same moment. Both times I got an answer ${what}.`;
    for (let i = 0; i < 2; i++) same(await find(), records, story);
    same(asked, twice, `${story} These questions were asked.`);
  }
});

test("cached: a failure is thrown, and not kept", async () => {
  let fails = true;
  const ask = cached(() => {
    if (fails) return Promise.reject(new Deno.errors.TimedOut("No answer."));
    return Promise.resolve([a("192.0.2.7")]);
  }, () => 0);
  const story = "The first question failed.";
  await throws(() => ask(question), Deno.errors.TimedOut, story);
  fails = false;
  same(await done(ask(question), story), [a("192.0.2.7")], `${story} The next one did not.`);
});

test("cached: keeps 100 answers, and not one more", async () => {
  const { clock, asked, find } = remembering((name) => [a("192.0.2.7", 60, name)]);
  const names = Array.from({ length: 100 }, (_, i) => `host${i + 1}.test`);
  for (const turn of [1, 2]) {
    for (const name of names) await find(name);
    same(
      asked.length,
      100,
      `I asked for 100 names, ${turn} times each. This is how many questions were asked.`,
    );
  }
  await find("one-more.test");
  await find("host2.test");
  same(
    asked.length,
    101,
    "Then I asked for one more, and for the second one again. This is how many were asked.",
  );
  await find("host1.test");
  same(
    asked.length,
    102,
    "Then I asked for the first one, which was forgotten. This is how many were asked.",
  );

  // Found again after its time is over, an answer is new: others were found before it.
  clock.now += 60_000;
  await find("host50.test");
  for (let i = 1; i <= 99; i++) await find(`other${i}.test`);
  asked.length = 0;
  await find("host50.test");
  same(
    asked,
    [],
    "The time of an answer was over, and I asked again. Then I asked for 99 other names. " +
      "Then I asked for the first one once more. These questions were asked then.",
  );
});
