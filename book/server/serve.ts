/**
 * Serves the book on this machine, until Ctrl-C.
 *
 * @module
 */
import { stopAll } from "../../exercises/runner/deno.ts";
import { printable } from "../../lib/text.ts";
import type { Project } from "../project.ts";
import { script, scriptWithPackages } from "../script.ts";
import { Site } from "../site.tsx";
import { app } from "./app.ts";
import { Recordings } from "./recordings.ts";
import { stopRuns } from "./runs.ts";

/** How to serve it. */
export interface Options {
  /** 0: the system picks one. */
  readonly port: number;
  /** Whether to open the browser, if there is one. */
  readonly open: boolean;
  /** What begins an address that opens a file: `vscode://file`. */
  readonly editor: string;
}

/** Serves until Ctrl-C. Throws where the port is taken. */
export async function serve(project: Project, { port, open, editor }: Options): Promise<void> {
  project.lessons(); // Throws where there are none: that is no book.
  const recordings = new Recordings(project);
  const folder = decodeURIComponent(project.folder.pathname);
  const site = new Site(project, {
    live: true,
    recording: (lesson) => recordings.get(lesson),
    failure: (lesson) => recordings.failure(lesson),
    recorded: () => recordings.version,
    editor: (path, line) => `${editor}${encodeURI(folder + path)}:${line}`,
  });
  let actual = port;
  const application = app(project, site, recordings, () => actual);
  const server = listen(port, application.fetch);
  actual = server.addr.port;
  onInterrupt(() => recordings.stop());
  // Whatever goes wrong for one page or run, the book goes on for all others.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell(event.reason);
  });
  const address = `http://127.0.0.1:${actual}/`;
  console.log(`The book is at ${address} (Ctrl-C ends it)`);
  if (open) openBrowser(address);

  // What a page needs soon, while nobody waits for it.
  await script(new URL("book/browser/main.ts", project.folder)).catch(tell);
  await makeAll(site).catch(tell);
  for (const name of ["changes", "editor"]) {
    await scriptWithPackages(new URL(`book/browser/${name}.ts`, project.folder)).catch(tell);
  }
  // Two at a time, so that one that never ends keeps no other waiting.
  await Promise.all([1, 2].map(() => keepRecording(project, site, recordings)));
}

/** How often it is seen whether somebody has changed a file, in milliseconds. */
const PAUSE = 300;

/** Records what is not recorded yet and, from then on, what somebody changes. */
async function keepRecording(project: Project, site: Site, recordings: Recordings): Promise<never> {
  let [seen, version] = ["", recordings.version];
  while (true) {
    const now = project.stampOfAll();
    // Who waits may wait for more than is seen here: a run may import any file.
    if (now !== seen || recordings.isWaitedFor) {
      seen = now;
      await recordings.recordAll().catch(tell);
    }
    if (recordings.version !== version) {
      version = recordings.version;
      await makeAll(site).catch(tell);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Says in the terminal what went wrong. The book goes on. */
function tell(error: unknown): void {
  console.error(printable(error instanceof Error ? error.message : String(error), 1000));
}

/** Makes each page once, with a pause after each, so that whoever asks for one meanwhile does not wait. */
async function makeAll(site: Site): Promise<void> {
  for (const [name, make] of site.files()) {
    if (name.endsWith(".html")) await make();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function listen(port: number, handler: Deno.ServeHandler): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      automaticCompression: true,
      onListen: () => {},
    }, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Error(
      `Another program is using port ${port}: perhaps this book, in another terminal. ` +
        `Choose another one: deno task book --port ${port === 65_535 ? port - 1 : port + 1}`,
    );
  }
}

/** Ends everything that was started, and then the book. */
function onInterrupt(stop: () => void): void {
  const end = () => {
    stop();
    stopRuns();
    stopAll();
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGINT", end);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", end);
  Deno.addSignalListener("SIGHUP", end);
}

/** Only where a person sits: not in a pipe, and not on a machine without a screen. */
function openBrowser(address: string): void {
  if (!Deno.stdout.isTerminal()) return;
  const { os } = Deno.build;
  const screen = os === "darwin" || os === "windows" || Deno.env.get("DISPLAY") ||
    Deno.env.get("WAYLAND_DISPLAY");
  if (!screen) return;
  const [program, ...args] = os === "darwin"
    ? ["open"]
    : os === "windows"
    ? ["explorer"]
    : ["xdg-open"];
  try {
    new Deno.Command(program!, {
      args: [...args, address],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn().unref();
  } catch {
    // Then the address has to do.
  }
}
