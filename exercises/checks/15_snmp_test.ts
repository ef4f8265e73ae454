import { decode, encode, type Message, octets, responseTo } from "../../lib/snmp.ts";
import { shownValue } from "../../lib/snmp_names.ts";
import { type Address, bind, type Datagram, type Socket } from "../../lib/udp.ts";
import { done, next, pause, same, test } from "./teacher.ts";
import { askAll, nextOid } from "../15_snmp.ts";

/** Compares what the page finds in this list. */
function finds(oids: string[], after: string, expected: string | undefined): void {
  const given = [...oids];
  const list = oids.join(", ") || "empty";
  const story = `The list is ${list}. I asked for the OID after ${after}.`;
  same(nextOid(given, after), expected, story);
}

test("nextOid: finds the next OID", () => {
  finds(["1.3.1", "1.3.2", "1.3.3"], "1.3.1", "1.3.2");
  finds(["1.3.1", "1.3.2", "1.3.3"], "1.3.2", "1.3.3");
});

test("nextOid: the list is not sorted, and does not change", () => {
  finds(["1.3.4", "1.3.2", "1.3.3", "1.3.1"], "1.3.1", "1.3.2");
  finds(["1.3.2", "1.3.4", "1.3.3"], "1.3.2", "1.3.3");
  const oids = ["1.3.4", "1.3.2", "1.3.3"];
  nextOid(oids, "1.3.1");
  same(
    oids,
    ["1.3.4", "1.3.2", "1.3.3"],
    "The list was 1.3.4, 1.3.2, 1.3.3. This is the list after your function returned.",
  );
});

test("nextOid: compares numbers, not text", () => {
  finds(["1.3.10", "1.3.9"], "1.3.8", "1.3.9");
  finds(["1.3.10", "1.3.8"], "1.3.9", "1.3.10");
  finds(["1.3.100.1", "1.3.20.1"], "1.3.3.1", "1.3.20.1");
});

test("nextOid: the first number that differs decides", () => {
  finds(["1.4.1", "1.3.9"], "1.3.5", "1.3.9");
  finds(["2.0", "1.3.6.9.9.9"], "1.3.6.1", "1.3.6.9.9.9");
  finds(["1.3.1.5", "1.4.0"], "1.3.2", "1.4.0");
  finds(["1.4", "1.3.1.5"], "1.3", "1.3.1.5");
});

test("nextOid: an OID that begins with another comes after it", () => {
  finds(["1.4", "1.3.0", "1.3"], "1.3", "1.3.0");
  finds(["1.3.1.1", "1.3.1"], "1.3.0", "1.3.1");
  finds(["1.3"], "1.3.0", undefined);
});

test("nextOid: the OID need not be in the list", () => {
  finds(["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"], "1.3", "1.3.6.1.2.1.1.1.0");
});

test("nextOid: returns undefined after the last OID", () => {
  finds(["1.3.1", "1.3.2"], "1.3.2", undefined);
  finds([], "1.3", undefined);
});

test("nextOid: compares large numbers", () => {
  finds(["1.3.4294967295", "1.3.2147483648"], "1.3.2147483647", "1.3.2147483648");
});

const OID = "1.3.6.1.2.1.1.5.0";

/** The page asks these agents. Returns the values as text. */
async function values(
  socket: Socket,
  agents: Address[],
  milliseconds: number,
): Promise<(string | undefined)[]> {
  const found = await askAll(socket, agents, OID, milliseconds);
  return found.map((value) => value && shownValue(value));
}

/** The answer to the question in this datagram, with a text as its value. */
function answer({ data }: Datagram, text: string, parts: Partial<Message> = {}): Uint8Array {
  const bindings = [{ oid: OID, value: octets(text) }];
  return encode({ ...responseTo(decode(data), bindings), ...parts });
}

test("askAll: asks all agents before it waits", async () => {
  using manager = bind();
  using a = bind();
  using b = bind();
  using c = bind();
  const asking = values(manager, [a.address, b.address, c.address], 1000);
  const story =
    "I gave you three agents. None of them has answered yet. I waited for the question at";
  const one = await next(a, `${story} the first one.`);
  const two = await next(b, `${story} the second one.`);
  const three = await next(c, `${story} the third one.`);
  await a.send(answer(one, "a"), one.from);
  await b.send(answer(two, "b"), two.from);
  await c.send(answer(three, "c"), three.from);
  same(await done(asking, "Then all three answered."), ["a", "b", "c"], "All three answered.");
});

test("askAll: returns the values in the order of the agents", async () => {
  using manager = bind();
  using a = bind();
  using b = bind();
  const asking = values(manager, [a.address, b.address], 1000);
  const one = await next(a, "I gave you two agents, and waited for a question at the first one.");
  const two = await next(b, "I gave you two agents, and waited for a question at the second one.");
  await b.send(answer(two, "b"), two.from);
  await pause(20);
  await a.send(answer(one, "a"), one.from);
  const story = "Agent b answered before agent a. They are in your list as a, b.";
  same(await done(asking, story), ["a", "b"], story);
});

test("askAll: each question has a number of its own", async () => {
  using manager = bind();
  using a = bind();
  using b = bind();
  askAll(manager, [a.address, b.address], OID, 50);
  const one = decode((await next(a, "I waited for the question at the first of two agents.")).data);
  const two = decode(
    (await next(b, "I waited for the question at the second of two agents.")).data,
  );
  const story = "I compared the numbers of two questions. Are they different?";
  same(one.id !== two.id, true, story);
});

test("askAll: asks each agent once, with the OID and the community public", async () => {
  using manager = bind();
  using a = bind();
  const asking = askAll(manager, [a.address], OID, 100);
  const { data } = await next(a, "I waited for the question at the agent.");
  const { type, community, bindings } = decode(data);
  const story = "This is the question: its type, community and OID.";
  same([type, community, bindings[0]?.oid], ["GET", "public", OID], story);
  await done(asking, "The agent did not answer. The time limit was 100 ms.");
  let more = 0;
  a.receive().then(() => more++, () => {});
  await pause(50);
  same(more, 0, "The agent did not answer. I counted the questions that followed the first one.");
});

test("askAll: returns undefined for an agent that does not answer", async () => {
  using manager = bind();
  using silent = bind();
  using b = bind();
  const asking = values(manager, [silent.address, b.address], 150);
  const two = await next(b, "I waited for the question at the second agent.");
  await b.send(answer(two, "b"), two.from);
  const story = "The first agent did not answer, the second one did. The time limit was 150 ms.";
  same(await done(asking, story, 1000), [undefined, "b"], story);
});

test("askAll: returns at once when all have answered", async () => {
  using manager = bind();
  using a = bind();
  const asking = values(manager, [a.address], 60_000);
  const one = await next(a, "I waited for the question at the agent.");
  await a.send(answer(one, "a"), one.from);
  const story =
    "The only agent answered. The time limit is 60 s, but there is nothing to wait for.";
  same(await done(asking, story), ["a"], story);
});

test("askAll: ignores what is not the answer", async () => {
  using manager = bind();
  using stranger = bind();
  using a = bind();
  const asking = values(manager, [a.address], 1000);
  const one = await next(a, "I waited for the question at the agent.");
  await stranger.send(answer(one, "forged"), one.from);
  await a.send(answer(one, "late", { id: decode(one.data).id ^ 1 }), one.from);
  await a.send("Hello", one.from);
  await a.send(answer(one, "a"), one.from);
  const story =
    "A stranger answered, with the right number. The agent sent an answer with another " +
    'number, then "Hello", and then the right answer.';
  same(await done(asking, story, 1500), ["a"], story);
});

test("askAll: an answer that is an error has no value", async () => {
  using manager = bind();
  using a = bind();
  const asking = values(manager, [a.address], 60_000);
  const one = await next(a, "I waited for the question at the agent.");
  await a.send(answer(one, "", { error: 5, bindings: [] }), one.from);
  const story = "The only agent answered with the error genErr (5), and without values.";
  same(await done(asking, story), [undefined], story);
});

test("askAll: ignores the values of an error", async () => {
  using manager = bind();
  using a = bind();
  const asking = values(manager, [a.address], 60_000);
  const one = await next(a, "I waited for the question at the agent.");
  await a.send(answer(one, "not valid", { error: 5 }), one.from);
  const story = "The only agent answered with the error genErr (5). The error came with a value.";
  same(await done(asking, story), [undefined], story);
});

test("askAll: goes on if a question cannot be sent", async () => {
  using manager = bind();
  using a = bind();
  const nowhere = { hostname: "127.0.0.1", port: 0 };
  const asking = values(manager, [nowhere, a.address], 60_000);
  asking.catch(() => {}); // it is told below
  const one = await next(a, "The first agent has port 0. I waited for the question at the second.");
  await a.send(answer(one, "a"), one.from);
  const story = "The first agent has port 0, so it could not be asked. The second one answered.";
  same(await done(asking, story), [undefined, "a"], story);
});

test("askAll: without agents, it returns an empty list at once", async () => {
  using manager = bind();
  const story = "I gave you an empty list of agents, and a time limit of 60 s.";
  same(await done(values(manager, [], 60_000), story), [], story);
});
