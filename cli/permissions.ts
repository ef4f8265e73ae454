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
  if (Deno.build.os === "windows" && role.listens && isMulticast(local.hostname)) {
    local = { hostname: local.hostname.includes(":") ? "::" : "0.0.0.0", port: local.port };
  }
  const host = ({ hostname }: Address) => hostname.includes(":") ? `[${hostname}]` : hostname;
  const own = role.listens ? formatAddress(local) : host(local);
  const missing = [own, ...peers.map(host)]
    .filter((host) => Deno.permissions.querySync({ name: "net", host }).state !== "granted");
  if (missing.length === 0) return;

  if (!stdin.isTerminal()) {
    const hosts = missing.join(" and ");
    throw new Error(
      `Deno lets this program use this machine only, and has to ask for ${hosts}. ` +
        "Run it in a terminal, and answer y.",
    );
  }
  if (role.answers || role.finds) {
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
  if (missing.length === 2) {
    const any = ["0.0.0.0", "[::]"].includes(own) ? ", which is any address of this\nmachine," : "";
    console.log(`Deno asks twice: for a socket at ${own}${any} and for sending to ${missing[1]}.`);
  }
  const named = Object.keys(role.options ?? {}).filter((name) => role.options![name]!.own);
  const without = ["host", ...named].map((name) => `--${name}`).join(" and ");
  for (const host of missing) {
    if ((await Deno.permissions.request({ name: "net", host })).state === "granted") continue;
    throw new Error(
      `Then it cannot use ${host}. ` +
        `Without ${without} it stays on this machine, and needs no permission.`,
    );
  }
}
