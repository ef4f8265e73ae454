import { bind } from "../../lib/udp.ts";
import { done, pause, same, test, throws } from "./teacher.ts";
import { hearGroups, whoIsIn } from "../12_multicast.ts";

// Most cases of hearGroups are for Linux alone: elsewhere, other sockets receive a datagram. On
// Windows, a socket cannot be bound to a group's address.
const HERE = { interface: "127.0.0.1" };

test("hearGroups: hears each group, and says which", async () => {
  await using scene = new Scene();
  await scene.ready();
  await scene.say(scene.red, "Hello");
  await scene.say(scene.blue, "Hi");
  await scene.say(scene.red, "");
  const { red, blue, story } = scene;
  const expected = [`${red}: Hello`, `${blue}: Hi`, `${red}: `];
  const said =
    `${story} I said "Hello" to ${red}, "Hi" to ${blue}, and nothing (0 bytes) to ${red}.`;
  same(await scene.heard(3), expected, said);
}, "linux");

test("hearGroups: listens to three groups as well as to two", async () => {
  await using other = new Scene();
  await using scene = new Scene((own) => [own.red, own.blue, other.red]);
  await scene.ready();
  await scene.say(other.red, "Hello");
  const story = `There were three groups. I said "Hello" to the last one, ${other.red}.`;
  same(await scene.heard(1), [`${other.red}: Hello`], story);
}, "linux");

test("hearGroups: does not report a datagram for another group or address", async () => {
  await using other = new Scene();
  await using scene = new Scene();
  await scene.ready();
  using neighbour = bind({ hostname: other.red, port: scene.port, reuseAddress: true });
  await neighbour.join(other.red, HERE);
  await scene.say(other.red, "to others");
  await scene.say("127.0.0.1", "to one");
  await scene.say(scene.blue, "Hi");
  const story =
    `Another program joined ${other.red} at the same port. I said something to that group, ` +
    `something to 127.0.0.1 alone, and then "Hi" to ${scene.blue}, which is yours.`;
  same(await scene.heard(1), [`${scene.blue}: Hi`], story);
}, "linux");

test("hearGroups: another program can listen to the same group at the same port", async () => {
  await using scene = new Scene();
  using neighbour = bind({ hostname: scene.red, port: scene.port, reuseAddress: true });
  await neighbour.join(scene.red, HERE);
  await scene.ready();
  await scene.say(scene.red, "Hello");
  const story = `Another program listened to ${scene.red} at port ${scene.port}, and shared it. ` +
    'I said "Hello".';
  same(await scene.heard(1), [`${scene.red}: Hello`], story);
}, "linux");

test("hearGroups: texts are safe to print", async () => {
  await using scene = new Scene();
  await scene.ready();
  await scene.say(scene.red, "\x1b[2Jgone\n");
  const story = "The text held an escape character and a line break.";
  same(await scene.heard(1), [`${scene.red}: \\x1b[2Jgone\\n`], story);
}, "linux");

test("hearGroups: ends when the signal is aborted, and leaves no socket open", async () => {
  await using scene = new Scene();
  await scene.ready();
  scene.end.abort();
  await done(scene.running, `${scene.story} Then I aborted the signal.`);
  await scene.mustBeFree("I aborted the signal, and you ended.");
}, "linux");

test("hearGroups: a signal that was aborted before ends it, too", async () => {
  const end = new AbortController();
  end.abort();
  await using scene = new Scene();
  const { red, blue, port } = scene;
  const story = "The signal was aborted before the call.";
  const nothing: string[] = [];
  await done(hearGroups([red, blue], port, (line) => nothing.push(line), end.signal), story);
  same(nothing, [], story);
});

test("hearGroups: a failure is thrown, and leaves no socket open", async () => {
  await using scene = new Scene((own) => [own.red, "127.0.0.1"]);
  const story =
    "One of the groups was 127.0.0.1. That is not a group, so join throws a RangeError.";
  await throws(() => scene.running, RangeError, story);
  await scene.mustBeFree(`${story} You threw it, too.`);
}, "linux");

/**
 * Two groups that nobody else on this machine is in, and the learner's code that listens to them.
 */
class Scene implements AsyncDisposable {
  readonly #sender = bind();
  readonly #holder = bind({ reuseAddress: true }); // keeps the port from other programs
  readonly port = this.#holder.address.port;
  readonly red = groupOf(this.port);
  readonly blue = groupOf(this.#sender.address.port);
  readonly story = `You listened to ${this.red} and ${this.blue} at port ${this.port}.`;
  readonly end = new AbortController();
  readonly #groups: string[];
  readonly #lines: string[] = [];
  #running: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(groups = ({ red, blue }: { red: string; blue: string }) => [red, blue]) {
    this.#groups = groups(this);
  }

  /** The learner's code. It begins when somebody wants to see it. */
  get running(): Promise<void> {
    this.#running ??= hearGroups(
      this.#groups,
      this.port,
      (line) => this.#lines.push(line),
      this.end.signal,
    );
    this.#running.catch((error) => this.#failure = { error });
    return this.#running;
  }

  /** Waits until it listens: it hears each group, or has had the time to. */
  async ready(): Promise<void> {
    void this.running;
    const wanted = this.#groups.map((group) => `${group}: ${PROBE}`);
    for (let tries = 0; tries < 20; tries++) {
      for (const group of this.#groups) await this.say(group, PROBE);
      await this.#pause();
      if (wanted.every((line) => this.#lines.includes(line))) return;
    }
  }

  /** Sends this to a group at the port. */
  async say(hostname: string, text: string): Promise<void> {
    await this.#sender.send(text, { hostname, port: this.port });
    await pause(5); // one after the other: each socket has a reader of its own
  }

  /** What it heard: waits for that many lines, and then a moment for more. */
  async heard(count: number): Promise<string[]> {
    const lines = () => this.#lines.filter((line) => !line.endsWith(PROBE));
    for (let tries = 0; tries < 20 && lines().length < count; tries++) await this.#pause();
    await this.#pause();
    return lines();
  }

  /** Fails if somebody still has the first group's address and the port, a moment after the end. */
  async mustBeFree(story: string): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      try {
        return bind({ hostname: this.red, port: this.port }).close();
      } catch {
        await pause(15);
      }
    }
    const looked = `${story} Then I looked at ${this.red}, port ${this.port}.`;
    same("a socket is still bound there", "it is free", looked);
  }

  /** Lets the learner's code work. If it has failed, so does this. */
  async #pause(): Promise<void> {
    await pause(15);
    if (this.#failure) throw this.#failure.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end.abort();
    if (this.#running) await done(this.#running, "").catch(() => {});
    this.#sender.close();
    this.#holder.close();
  }
}

const PROBE = "are you there?";

/**
 * Returns a group that no other program here uses: its last two numbers are the bytes of our port.
 */
function groupOf(port: number): string {
  return `239.255.${port >> 8}.${port & 255}`;
}

const ann = { hostname: "127.0.0.1", port: 1001 };
const bob = { hostname: "127.0.0.1", port: 1002 };
const cem = { hostname: "127.0.0.2", port: 1001 };
const [ANN, BOB, CEM] = ["127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.2:1001"];

/** Calls whoIsIn for each of these datagrams, and returns the last list of members. */
function told(
  said: [from: typeof ann, text: string, now: number][],
  roster = new Map<string, number>(),
): string[] {
  let here: string[] = [];
  for (const [from, text, now] of said) here = [...whoIsIn(roster, { text, from }, now)];
  return here;
}

test("whoIsIn: those who send here are members, in the order in which they came", () => {
  const story = "Ann (port 1001) said here, then Bob (1002).";
  same(told([[ann, "here", 10]]), [ANN], "Ann said here.");
  same(told([[ann, "here", 10], [bob, "here", 20]]), [ANN, BOB], story);
});

test("whoIsIn: a member that sends here again is listed once, at its old place", () => {
  const story = "Ann said here, then Bob, then Ann again.";
  same(told([[ann, "here", 10], [bob, "here", 20], [ann, "here", 30]]), [ANN, BOB], story);
});

test("whoIsIn: one port on two hosts is two members", () => {
  const story = "Ann and Cem said here, from the same port of two hosts. Then Ann said bye.";
  same(told([[ann, "here", 10], [cem, "here", 20]]), [ANN, CEM], story);
  same(told([[ann, "here", 10], [cem, "here", 20], [ann, "bye", 30]]), [CEM], story);
});

test("whoIsIn: a member that was silent for 1000 ms is deleted", () => {
  const story = "Ann said here at 10, Bob at 500, and Bob again at";
  same(
    told([[ann, "here", 10], [bob, "here", 500], [bob, "here", 1009]]),
    [ANN, BOB],
    `${story} 1009.`,
  );
  const roster = new Map<string, number>();
  same(
    told([[ann, "here", 10], [bob, "here", 500], [bob, "here", 1010]], roster),
    [BOB],
    `${story} 1010.`,
  );
  same(roster.size, 1, `${story} 1010. Then I counted the members in your roster.`);
});

test("whoIsIn: a member that sends here again in time stays", () => {
  const story = "Ann said here at 10 and at 900, Bob at 20. At 1500 Cem said here.";
  same(
    told([[ann, "here", 10], [bob, "here", 20], [ann, "here", 900], [cem, "here", 1500]]),
    [ANN, CEM],
    story,
  );
});

test("whoIsIn: a member that comes back after a silence comes last", () => {
  const story = "Ann said here at 10, Bob at 500, and Ann again at 1200.";
  same(told([[ann, "here", 10], [bob, "here", 500], [ann, "here", 1200]]), [BOB, ANN], story);
});

test("whoIsIn: a member that sends bye is deleted", () => {
  const story = "Ann and Bob said here. Then Ann said bye.";
  same(told([[ann, "here", 10], [bob, "here", 20], [ann, "bye", 30]]), [BOB], story);
  same(told([[ann, "here", 10], [bob, "bye", 20]]), [ANN], "Ann said here. Then Bob said bye.");
});

test("whoIsIn: any other text changes nothing", () => {
  for (const text of ["", "hello", "HERE", "here!", "here I am", "goodbye"]) {
    const story = `Ann said here at 10, and Bob said ${JSON.stringify(text)} at 20.`;
    same(told([[ann, "here", 10], [bob, text, 20]]), [ANN], story);
    const stays = `Ann said here at 10, and ${JSON.stringify(text)} at 20.`;
    same(told([[ann, "here", 10], [ann, text, 20]]), [ANN], stays);
    const own = `Ann said here at 10, ${JSON.stringify(text)} at 900. At 1010 Bob said here.`;
    same(told([[ann, "here", 10], [ann, text, 900], [bob, "here", 1010]]), [BOB], own);
  }
});

test("whoIsIn: a sender with port 0 is not a member", () => {
  const story = "Ann said here. Then a sender with port 0 said here.";
  same(told([[ann, "here", 10], [{ ...ann, port: 0 }, "here", 20]]), [ANN], story);
});

/** A hundred who are here since 0. */
const crowd = Array.from({ length: 100 }, (_, i) => ({ hostname: "127.0.0.3", port: 1001 + i }));
const CROWD = crowd.map(({ port }) => `127.0.0.3:${port}`);

test("whoIsIn: there are at most 100 members, and a full roster keeps them", () => {
  const roster = new Map<string, number>();
  same(told(crowd.map((from) => [from, "here", 0]), roster), CROWD, "A hundred members said here.");
  const story = "A hundred members said here. Then Ann said here, too.";
  same(told([[ann, "here", 10]], roster), CROWD, story);
  same(roster.size, 100, `${story} Then I counted the members in your roster.`);
  const again =
    "A hundred members said here at 0, and the first of them again at 500. At 1000 Ann said here.";
  same(told([[crowd[0]!, "here", 500], [ann, "here", 1000]], roster), [CROWD[0], ANN], again);
});

test("whoIsIn: a new member gets a place that is free again", () => {
  const bye = new Map<string, number>();
  told(crowd.map((from) => [from, "here", 0]), bye);
  const story = "A hundred members said here. One of them said bye, and then Ann said here.";
  same(told([[crowd[7]!, "bye", 5], [ann, "here", 10]], bye).at(-1), ANN, story);
  const silent = new Map<string, number>();
  told(crowd.map((from) => [from, "here", 0]), silent);
  const later =
    "A hundred members said here at 0, and Ann at 1000. By then the others were silent.";
  same(told([[ann, "here", 1000]], silent), [ANN], later);
});
