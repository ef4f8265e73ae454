/**
 * Runs a lesson in a terminal, from the command line to the exit code. All lessons share this file.
 *
 * @module
 */
import { setColorEnabled } from "@std/fmt/colors";
import { isIP } from "node:net";
import { lookup } from "../lib/hosts.ts";
import { printable } from "../lib/text.ts";
import { wrapped } from "./wrapped.ts";
import { type Address, formatAddress, isMulticast, localFor } from "../lib/udp.ts";
import { type Command, readCommand, type Values } from "./args.ts";
import { Diagram } from "./diagram.ts";
import { drawing } from "./drawing.ts";
import { help } from "./help.ts";
import type { Numbers } from "./knobs.ts";
import { type Lesson, Options, type Role, UsageError } from "./lesson.ts";
import { mayUse } from "./permissions.ts";
import { ownTerminal, type Terminal } from "./terminal.ts";

/** Runs a lesson with the arguments of the command line, and ends the process. */
export async function run(lesson: Lesson): Promise<never> {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  const file = Deno.mainModule.split("/").at(-1)!;
  Deno.exit(await main(lesson, file, Deno.args, ownTerminal()));
}

/**
 * Does what the arguments say, and resolves to the exit code. It is 1 if this could not be done,
 * and 2 if the command was wrong. `file` is the name of the lesson's file, without the folder.
 *
 * Ctrl-C makes it resolve, too. Sockets may still be open then. The end of the process closes them.
 */
export async function main(
  lesson: Lesson,
  file: string,
  args: string[],
  terminal: Terminal,
): Promise<number> {
  const task = `lesson${parseInt(file)}`;
  const interrupt = new Interrupt(terminal);
  try {
    const command = readCommand(lesson, args);
    if (command.does === "help") terminal.console.log(help(lesson, task));
    if (command.does === "play") await playBoth(lesson, command, file, interrupt);
    if (command.does === "role") await playRole(command, interrupt);
    return 0;
  } catch (error) {
    if (!interrupt.signal.aborted) return complain(error, task, terminal);
    interrupt.sayStopped();
    return 0;
  }
}

/** Ctrl-C: it aborts the play or the role, and at the end a line says what was sent. */
class Interrupt extends AbortController {
  readonly terminal: Terminal;
  /** Prints that line. It is `undefined` if only JSON may be printed. */
  say: ((text: string) => void) | undefined;
  /** Returns what was sent and received. */
  sums: () => string;
  #isBelow = false;

  constructor(terminal: Terminal) {
    super();
    this.terminal = terminal;
    this.say = terminal.console.log;
    this.sums = () => ` ${terminal.traffic()}`;
  }

  /** Listens for Ctrl-C from now on. */
  listen(): void {
    this.terminal.onInterrupt(() => {
      this.#goBelow(); // before a role prints its last lines
      this.abort();
    });
  }

  sayStopped(): void {
    this.#goBelow();
    this.say?.(`Stopped.${this.sums()}`);
  }

  /** The terminal shows ^C. Goes on in the next line. */
  #goBelow(): void {
    if (!this.#isBelow && this.terminal.stdout.isTerminal()) this.say?.("");
    this.#isBelow = true;
  }
}

/** Prints what went wrong, and returns the exit code. */
function complain(error: unknown, task: string, { console, stderr }: Terminal): number {
  console.error(complaint(error, stderr.isTerminal()));
  if (!(error instanceof UsageError)) return 1;
  console.error(`See: deno task ${task} --help`);
  return 2;
}

/** Plays both sides, until Ctrl-C: drawn, or as JSON. */
async function playBoth(
  lesson: Lesson,
  { json, numbers }: Extract<Command, { does: "play" }>,
  file: string,
  interrupt: Interrupt,
): Promise<void> {
  const { console } = interrupt.terminal;
  if (json) interrupt.say = undefined;
  interrupt.listen();
  const played = json ? tell(lesson, numbers, console) : draw(lesson, numbers, file, console);
  await until(interrupt.signal, played);
}

/** Draws the play, and prints what to do next. `file` is the lesson's file, without the folder. */
async function draw(
  lesson: Lesson,
  numbers: Numbers,
  file: string,
  console: Terminal["console"],
): Promise<void> {
  console.log(`Lesson ${parseInt(file)}. ${lesson.about}`);
  await play(lesson, numbers, new Diagram(drawing(console.log), lesson.label));
  console.log(`
Try it   ${terminals(lesson.tryNext).join("\n         ")}
Read it  lessons/${file}
Test it  deno task test tests/${file.replace(".ts", "_test.ts")}
Do it    exercises/${file}   and then   deno task exercise ${parseInt(file)}`);
}

/**
 * Returns lines with the commands, which say that each needs its own terminal. Three commands are
 * longer, so their lines have no room for that: a line above them says it.
 */
function terminals(commands: Lesson["tryNext"]): string[] {
  if (commands.length === 3) return ["in three terminals", ...commands];
  const width = Math.max(...commands.map(({ length }) => length));
  const [first, second] = commands.map((command) => command.padEnd(width));
  return [`${first}   in one terminal, and`, `${second}   in a second one`];
}

/** Plays the lesson, and prints its events as JSON: one object in each line, and nothing else. */
async function tell(
  lesson: Lesson,
  numbers: Numbers,
  console: Terminal["console"],
): Promise<void> {
  const diagram = new Diagram((event) => console.log(JSON.stringify(event)), lesson.label);
  await play(lesson, numbers, diagram);
}

async function play(lesson: Lesson, numbers: Numbers, diagram: Diagram): Promise<void> {
  await lesson.play(diagram, numbers);
  diagram.end();
}

async function playRole(
  { role, values, address }: Extract<Command, { does: "role" }>,
  interrupt: Interrupt,
): Promise<void> {
  const { terminal, signal } = interrupt;
  if (role.writes) interrupt.say = terminal.console.error;
  if (role.quic) interrupt.sums = () => ""; // Deno does not tell how many datagrams it needed

  const remote = await found(address);
  if (!role.listens) mustBeOne("host", remote);
  if (role.group) mustBeGroup(remote);

  const all = Object.entries(role.options ?? {});
  const [named, { default: usual }] = all.find(([, { own }]) => own) ?? ["", {}];
  const local = role.listens
    ? remote
    : { hostname: await ownFor(remote, named, values[named], usual), port: 0 };
  const peers = [...role.listens ? [] : [remote], ...await peersIn(role, values)];
  await mayUse(role, local, peers, terminal);

  interrupt.listen();
  const { console, stdin, stdout } = terminal;
  const lines = (prompt: string) => terminal.lines(prompt, signal, () => interrupt.abort());
  const options = new Options(values);
  await until(signal, role.run({ local, remote, options, lines, signal, console, stdin, stdout }));
}

/** Returns the addresses in the options. A name among their values becomes an IP address. */
async function peersIn(role: Role, values: Values): Promise<Address[]> {
  const peers: Address[] = [];
  for (const [name, option] of Object.entries(role.options ?? {})) {
    if (!option.address || values[name] === undefined) continue;
    const peer = await found(new Options(values).address(name));
    mustBeOne(name, peer);
    values[name] = formatAddress(peer);
    peers.push(peer);
  }
  return peers;
}

/**
 * Returns the address to bind before sending to `remote`. For a group, it is the value of the
 * option: an address of the same version of IP.
 */
async function ownFor(
  remote: Address,
  option: string,
  given?: string,
  usual?: string,
): Promise<string> {
  if (!isMulticast(remote.hostname)) return localFor(remote);
  const version = isIP(remote.hostname);
  const own = given && isIP(given.replace(/^\[(.*)\]$/, "$1")) ? await lookup(given) : "";
  if (own && isIP(own) === version) return own;
  if (given === usual) return localFor(remote); // nothing was given, or nothing but the default
  const how = version === 4 ? "such as 192.168.1.7" : "or leave it out: then the system picks";
  const what = `--${option} ${printable(given!)} is not an IPv${version} address.`;
  throw new UsageError(`${what} Give the one that this machine has on that network, ${how}.`);
}

function mustBeGroup({ hostname }: Address): void {
  if (isMulticast(hostname)) return;
  throw new UsageError(
    `--host ${hostname} is not a multicast address: ` +
      "those of IPv4 are 224.0.0.0 to 239.255.255.255, those of IPv6 begin with ff.",
  );
}

/** Throws an error for 0.0.0.0 and ::, because nothing can be sent to all addresses. */
function mustBeOne(option: string, { hostname }: Address): void {
  if (!["0.0.0.0", "::"].includes(hostname)) return;
  throw new UsageError(
    `--${option} ${hostname} means all addresses of this machine: ` +
      "name the one to send to, such as 127.0.0.1.",
  );
}

/** Returns the same address with an IP address in place of a name. */
async function found({ hostname, port }: Address): Promise<Address> {
  return { hostname: await lookup(hostname), port };
}

/** Returns what went wrong, in a sentence or two, without a stack. */
function complaint(error: unknown, terminal: boolean): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const advice = printable(message, 1000).replace(
    /, or (give it|run again with) --allow-net=.*$/,
    ".",
  ); // to a task, nobody can
  return terminal ? wrapped(advice, 79).join("\n") : advice;
}

/** Waits for the end of the work, or throws at the abort. */
async function until(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
  await Promise.race([work, aborted]);
}
