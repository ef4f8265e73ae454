/**
 * Lets Deno ask for the permissions that a role is going to need, before it begins.
 *
 * @module
 */
import { type Address, formatAddress, isMulticast } from "../lib/udp.ts";
import type { Role } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Asks before the role begins. Later, a program that listens for Ctrl-C could not be stopped while
 * Deno waits for the answer. Throws an error if the answer is no, or if standard input is not a
 * terminal.
 */
export async function mayUse(
  role: Role,
  local: Address,
  peers: Address[],
  { console, stdin, takeBack }: Pick<Terminal, "console" | "stdin" | "takeBack">,
): Promise<void> {
  // The tasks allow to bind all addresses, because Windows cannot bind the
  // address of a group (lesson 12). But Deno asks a person who names 0.0.0.0.
  if (local.hostname === "0.0.0.0") {
    takeBack("0.0.0.0");
    takeBack(formatAddress(local));
  }

  const missing = hostsNeeded(role, local, peers)
    .filter((host) => Deno.permissions.querySync({ name: "net", host }).state !== "granted");
  if (missing.length === 0) return;
  if (!stdin.isTerminal()) {
    const hosts = missing.join(" and ");
    throw new Error(
      `Deno lets this program use this machine only, and has to ask for ${hosts}. ` +
        "Run it in a terminal, and answer y.",
    );
  }
  if (role.answers || role.finds) await askForAll(role, console);
  else await askForEach(role, missing, console);
}

/** Returns what the role binds and sends to, in the form of Deno's permissions. */
function hostsNeeded(role: Role, local: Address, peers: Address[]): string[] {
  const host = ({ hostname }: Address) => hostname.includes(":") ? `[${hostname}]` : hostname;
  if (!role.listens) return [local, ...peers].map(host);

  // Windows binds all addresses in place of a group's.
  if (Deno.build.os === "windows" && isMulticast(local.hostname)) {
    const all = local.hostname.includes(":") ? "::" : "0.0.0.0";
    return [formatAddress({ hostname: all, port: local.port }), ...peers.map(host)];
  }
  return [formatAddress(local), ...peers.map(host)];
}

/** Asks for the whole network: nobody knows yet which addresses the role is going to send to. */
async function askForAll(role: Role, console: Terminal["console"]): Promise<void> {
  console.log(
    role.answers
      ? "A server answers whoever writes to it, and nobody knows yet who that will be."
      : "The server will say where the other side is, and nobody knows that yet.",
  );
  console.log("So Deno asks whether this program may use the network as a whole.");
  if ((await Deno.permissions.request({ name: "net" })).state === "granted") return;
  throw new Error(
    role.answers
      ? "Then it cannot answer. Without --host it serves this machine alone, and needs no " +
        "permission."
      : "Then it cannot send there. Without --host it stays on this machine, and needs no " +
        "permission.",
  );
}

/** Asks for each of these hosts. The first of two is what the role binds. */
async function askForEach(
  role: Role,
  hosts: string[],
  console: Terminal["console"],
): Promise<void> {
  const [own, peer] = hosts;
  if (hosts.length === 2) {
    const isAny = own === "0.0.0.0" || own === "[::]";
    const any = isAny ? ", which is any address of this\nmachine," : "";
    console.log(`Deno asks twice: for a socket at ${own}${any} and for sending to ${peer}.`);
  }

  const named = Object.keys(role.options ?? {}).filter((name) => role.options![name]!.own);
  const without = ["host", ...named].map((name) => `--${name}`).join(" and ");
  for (const host of hosts) {
    if ((await Deno.permissions.request({ name: "net", host })).state === "granted") continue;
    throw new Error(
      `Then it cannot use ${host}. ` +
        `Without ${without} it stays on this machine, and needs no permission.`,
    );
  }
}
