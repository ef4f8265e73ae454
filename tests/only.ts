/**
 * Tests that need something that not every system has. Without it they are left out, and their
 * names say why.
 *
 * @module
 */
const { os } = Deno.build;

/** Why a test is left out: empty, where it is not. */
export type Missing = string;

/** Whether there is util-linux's `script`, which has a terminal for a program. */
const terminal = os === "linux" && starts("script");

function starts(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["--version"] }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/** The terminal of another program, in which Deno asks and lines are edited. */
export const NO_TERMINAL: Missing = terminal ? "" : "there is no `script` with a terminal";

/** A shell, where its own commands are the point: `ulimit`. */
export const NO_SHELL: Missing = os === "windows" ? "Windows has no sh" : "";

/** Signals that a process can send to another one, which may do something before it ends. */
export const NO_SIGNALS: Missing = os === "windows" ? "Windows ends other processes by force" : "";

/** What only Linux does, or was only tried there: for example, which sockets hear a broadcast. */
export const NOT_LINUX: Missing = os === "linux" ? "" : "this is what Linux does";

/** Other addresses of loopback than 127.0.0.1. */
export const NO_127_0_0_2: Missing = os === "darwin" ? "macOS has no 127.0.0.2" : "";

/** IPv6. Some machines have it switched off, and many containers. */
export const NO_IPV6: Missing = hasIPv6() ? "" : "this machine has no IPv6";

function hasIPv6(): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** QUIC. Wine does not know all that Deno asks of a socket for it. */
export const NO_QUIC: Missing = os === "windows" && !opensQuic() ? "Wine cannot open it" : "";

function opensQuic(): boolean {
  try {
    new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** The name of a test, and whether it is left out: `Deno.test({ ...unless(NO_SHELL, "…"), fn })`. */
export function unless(missing: Missing, name: string): { name: string; ignore: boolean } {
  return { name: missing ? `${name} (${missing})` : name, ignore: missing !== "" };
}
