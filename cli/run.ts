/**
 * Runs a lesson in a terminal: what all of them share, from the command line to the exit code.
 *
 * @module
 */
import { setColorEnabled } from "@std/fmt/colors";
import { isIP } from "node:net";
import { lookup } from "../lib/hosts.ts";
import { printable, wrapped } from "../lib/text.ts";
import { type Address, formatAddress, isMulticast, localFor } from "../lib/udp.ts";
import { type Command, readCommand } from "./args.ts";
import { Diagram } from "./diagram.ts";
import { drawing } from "./drawing.ts";
import { help } from "./help.ts";
import { type Lesson, Options, UsageError } from "./lesson.ts";
import { lines } from "./lines.ts";
import { mayUse } from "./permissions.ts";
import { countTraffic } from "./traffic.ts";

/** Runs the lesson whose file this program is, with the arguments of the command line, and ends. */
export async function run(lesson: Lesson): Promise<never> {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  const file = Deno.mainModule.split("/").at(-1)!;
  const task = `lesson${parseInt(file)}`;
  const interrupt = new AbortController();
  const traffic = countTraffic();
  let say: ((text: string) => void) | undefined = console.log;
  let below = false;
  const goBelow = () => { // the terminal shows ^C: go on below it
    if (!below && Deno.stdout.isTerminal()) say?.("");
    below = true;
  };
  try {
    const command = readCommand(lesson, Deno.args);
    if (command.does === "help") {
      console.log(help(lesson, task));
    } else if (command.does === "play") {
      if (command.json) say = undefined;
      onInterrupt(interrupt, goBelow);
      await until(interrupt.signal, command.json ? tell(lesson) : draw(lesson, file));
    } else {
      if (command.role.writes) say = console.error;
      await playRole(command, interrupt, goBelow);
    }
    Deno.exit(0);
  } catch (error) {
    if (interrupt.signal.aborted) {
      goBelow();
      say?.(`Stopped. ${traffic()}`);
      Deno.exit(0);
    }
    complain(error);
    if (!(error instanceof UsageError)) Deno.exit(1);
    console.error(`See: deno task ${task} --help`);
    Deno.exit(2);
  }
}

/** Both sides, drawn, and then what to do next. `file` is the lesson's, without the folder. */
async function draw(lesson: Lesson, file: string): Promise<void> {
  console.log(`Lesson ${parseInt(file)}. ${lesson.about}`);
  await play(lesson, new Diagram(drawing(), lesson.label));
  console.log(`
Try it   ${terminals(lesson.tryNext).join("\n         ")}
Read it  lessons/${file}
Test it  deno task test tests/${file.replace(".ts", "_test.ts")}
Do it    exercises/${file}   and then   deno task exercise ${parseInt(file)}`);
}

/** The commands, and that each has a terminal of its own. Beside three, which are longer, is no room to say so. */
function terminals(commands: Lesson["tryNext"]): string[] {
  if (commands.length === 3) return ["in three terminals", ...commands];
  const width = Math.max(...commands.map(({ length }) => length));
  const [first, second] = commands.map((command) => command.padEnd(width));
  return [`${first}   in one terminal, and`, `${second}   in a second one`];
}

/** Both sides, told as JSON: an object a line, and nothing else. */
async function tell(lesson: Lesson): Promise<void> {
  await play(lesson, new Diagram((event) => console.log(JSON.stringify(event)), lesson.label));
}

async function play(lesson: Lesson, diagram: Diagram): Promise<void> {
  await lesson.play(diagram);
  diagram.end();
}

async function playRole(
  { role, values, address }: Extract<Command, { does: "role" }>,
  interrupt: AbortController,
  goBelow: () => void,
): Promise<void> {
  const remote = await found(address);
  if (!role.listens) mustBeOne("host", remote);
  if (role.group && !isMulticast(remote.hostname)) {
    throw new UsageError(
      `--host ${remote.hostname} is no multicast address: those of IPv4 are 224.0.0.0 to 239.255.255.255, those of IPv6 begin with ff.`,
    );
  }
  const options = Object.entries(role.options ?? {});
  const [named, { default: usual }] = options.find(([, { own }]) => own) ?? ["", {}];
  const local = role.listens
    ? remote
    : { hostname: await ownFor(remote, named, values[named], usual), port: 0 };
  const peers = role.listens ? [] : [remote];
  for (const [name, option] of options) {
    if (!option.address || values[name] === undefined) continue;
    const peer = await found(new Options(values).address(name));
    mustBeOne(name, peer);
    values[name] = formatAddress(peer);
    peers.push(peer);
  }
  await mayUse(role, local, peers);
  onInterrupt(interrupt, goBelow);
  const { signal } = interrupt;
  const typed = (prompt: string) => lines(prompt, signal, () => interrupt.abort());
  const given = { local, remote, options: new Options(values), lines: typed, signal };
  await until(signal, role.run(given));
}

/** What to bind to send there: for a group, the address that was given, which has to be of its version of IP. */
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
  const what = `--${option} ${printable(given!)} is no IPv${version} address.`;
  throw new UsageError(`${what} Give the one that this machine has on that network, ${how}.`);
}

/** Throws where nothing can be sent to, since it is no address of anyone. */
function mustBeOne(option: string, { hostname }: Address): void {
  if (!["0.0.0.0", "::"].includes(hostname)) return;
  throw new UsageError(
    `--${option} ${hostname} means all addresses of this machine: name the one to send to, such as 127.0.0.1.`,
  );
}

/** The same, with an IP address in the place of a name. */
async function found({ hostname, port }: Address): Promise<Address> {
  return { hostname: await lookup(hostname), port };
}

/** What went wrong, in a sentence or two, and without a stack. */
function complain(error: unknown): void {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const advice = printable(message, 1000).replace(
    /, or (give it|run again with) --allow-net=.*$/,
    ".",
  ); // to a task, nobody can
  console.error(Deno.stderr.isTerminal() ? wrapped(advice, 79).join("\n") : advice);
}

/** Ctrl-C, and what else means that it is enough. */
function onInterrupt(interrupt: AbortController, goBelow: () => void): void {
  const stop = () => interrupt.abort();
  Deno.addSignalListener("SIGINT", () => {
    goBelow(); // before a role says its sums
    stop();
  });
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", stop);
  // `deno task` does not stop with a program that Ctrl-Z stops, and the terminal would be lost to both.
  Deno.addSignalListener("SIGTSTP", () => {});
}

/** Waits for the end of the work, or throws at the abort. */
async function until(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
  await Promise.race([work, aborted]);
}
