/**
 * A copy of the project, its book, and a real browser that reads it.
 *
 * @module
 */
import { type Browser, type BrowserContext, launch, type Page } from "puppeteer-core";

const ROOT = new URL("../../", import.meta.url);
const SHOWN = [
  "README.md",
  "book",
  "cli",
  "deno.json",
  "deno.lock",
  "docs",
  "exercises",
  "lessons",
  "lib",
];

/**
 * A copy of what the book shows, in a folder of its own: tests write into it. `end` ends
 * each line of a text. `runs` are the lessons that keep their tasks: to record all lessons costs more than
 * most tests.
 */
export async function project(
  { end = "\n", runs }: { end?: string; runs?: readonly number[] } = {},
): Promise<URL & Disposable> {
  const folder = await Deno.makeTempDir({ prefix: "book " }); // with a space, as some people's folders
  for (const name of SHOWN) await copy(new URL(name, ROOT), `${folder}/${name}`, end);
  const url = new URL(`file://${folder.replaceAll(" ", "%20")}/`);
  if (runs) await withTasksOf(runs, new URL("deno.json", url));
  return Object.assign(url, { [Symbol.dispose]: () => Deno.removeSync(url, { recursive: true }) });
}

async function withTasksOf(runs: readonly number[], file: URL): Promise<void> {
  const settings = JSON.parse(await Deno.readTextFile(file));
  for (const name of Object.keys(settings.tasks)) {
    const [, number] = name.match(/^lesson(\d+)$/) ?? [];
    if (number && !runs.includes(Number(number))) delete settings.tasks[name];
  }
  await Deno.writeTextFile(file, JSON.stringify(settings, null, 2));
}

async function copy(from: URL, to: string, end: string): Promise<void> {
  const { isFile, isDirectory } = await Deno.lstat(from).catch(() => ({
    isFile: false,
    isDirectory: false,
  }));
  if (isFile && /\.(ts|tsx|md|json|css|lock)$/.test(to)) {
    const text = await Deno.readTextFile(from);
    await Deno.writeTextFile(to, text.replaceAll(/\r?\n/g, end));
  } else if (isFile) {
    await Deno.copyFile(from, to);
  }
  if (!isDirectory) return;
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    if (!name.startsWith(".") && !name.includes(".mine")) {
      await copy(new URL(`${from}/${encodeURIComponent(name)}`), `${to}/${name}`, end);
    }
  }
}

/** A process, by its number and its command. */
export interface Started {
  readonly id: number;
  readonly words: string;
}

/** The lessons, or the checks, that run in this folder, whoever started them (Linux). */
export async function started(folder: URL, of = " lessons/"): Promise<Started[]> {
  const path = decodeURIComponent(folder.pathname).replace(/\/$/, "");
  const found: Started[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (await Deno.readLink(`/proc/${name}/cwd`) !== path) continue;
      const words = (await Deno.readTextFile(`/proc/${name}/cmdline`)).replaceAll("\0", " ");
      if (words.includes(of)) found.push({ id: Number(name), words });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** The command of `deno task book`, with the permissions that it has there. */
export function command(folder: URL, ...args: string[]): Deno.Command {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", folder)));
  const [, ...words] = tasks.book.command.split(" ");
  return new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** A book that is being served. */
export interface Book extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly process: Deno.ChildProcess;
  /** What it wrote to its standard error. */
  errors(): string;
}

/** Serves the book of a folder, at a port that the system picks. */
export async function serve(folder: URL, ...args: string[]): Promise<Book> {
  const process = command(folder, "--port", "0", ...args).spawn();
  let errors = "";
  const reading = (async () => {
    for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) errors += text;
  })();
  const output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { done, value } = await output.read();
    if (done) throw new Error(`The book ended: ${errors}`);
    said += value;
  }
  const address = said.match(/http:\S+/)![0];
  return {
    address,
    port: Number(new URL(address).port),
    process,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGINT");
      } catch {
        // It has ended.
      }
      await output.cancel();
      await process.status;
      await reading;
    },
  };
}

/** Debian's Chromium, or what CHROMIUM names. */
export async function chromium(): Promise<Browser> {
  const executablePath = Deno.env.get("CHROMIUM") ??
    ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => exists(path));
  if (!executablePath) throw new Error("There is no Chromium here: .ci/install installs it.");
  return await launch({
    executablePath,
    protocolTimeout: PATIENCE,
    args: [
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...Deno.build.os === "linux" && Deno.uid() === 0 ? ["--no-sandbox"] : [],
    ],
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How long to wait for what is sure to come, in milliseconds: a machine may be busy. */
const PATIENCE = 300_000;

/** What the tests of this isolate share, from when the first of them asks for it. */
const shared: { chromium?: Promise<Browser>; reading?: Promise<Reading> } = {};
const used = new AsyncDisposableStack();
Deno.test.afterAll(() => used.disposeAsync());

/** A window of its own in the Chromium of this isolate: it shares nothing with other windows. */
export async function browser(): Promise<BrowserContext> {
  shared.chromium ??= chromium().then((one) => used.use(one));
  return await (await shared.chromium).createBrowserContext();
}

/** A book whose files stay as they are, with the names of its pages. */
export interface Reading {
  readonly folder: URL;
  readonly book: Book;
  readonly names: readonly string[];
}

/** The one book of this isolate, for tests that only read it. It has recorded every lesson. */
export function reading(): Promise<Reading> {
  return shared.reading ??= read();
}

async function read(): Promise<Reading> {
  const folder = used.use(await project());
  const book = used.use(await serve(folder));
  for (const { name } of Deno.readDirSync(new URL("lessons", folder))) {
    await recorded(folder, book, name.replace(".ts", ""));
  }
  return { folder, book, names: await pages(book.address) };
}

/**
 * Waits until the book has recorded a lesson, such as `04_echo`. On a busy machine a run may not end in time:
 * then the file is touched, and the book records it again.
 */
export async function recorded(folder: URL, book: Book, name: string): Promise<void> {
  for (let times = 0; times < 5; times++) {
    const response = await fetch(`${book.address}recorded/${parseInt(name)}`);
    if ((await response.json()).length > 0) return;
    const now = new Date();
    await Deno.utime(new URL(`cli/lessons/${name}.ts`, folder), now, now);
  }
  throw new Error(`${name} could not be recorded: ${book.errors()}`);
}

/** A tab. `complaints` are errors, and requests to elsewhere. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
  /** Goes to another address in the same tab: a new tab would cost as much as the page. */
  go(address: string): Promise<void>;
}

/** A page in a tab of this width and theme. */
export async function open(
  browser: Browser | BrowserContext,
  address: string,
  { width = 1280, theme = "light", still = true, script = true } = {},
): Promise<Opened> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(`${error}`));
  page.on("request", (request) => {
    const url = request.url();
    const own = new URL(address).protocol === "file:"
      ? url.startsWith("file:")
      : url.startsWith(new URL("/", address).href);
    if (!own) complaints.push(`A request to ${url}`);
  });
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height: width > 600 ? 900 : 844 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: theme },
    { name: "prefers-reduced-motion", value: still ? "reduce" : "no-preference" },
  ]);
  const go = async (address: string) => void await page.goto(address, { waitUntil: "load" });
  await go(address);
  return { page, complaints, go, [Symbol.asyncDispose]: () => page.close() };
}

/** Lets the pages of an address write to the clipboard, as a person's browser does. */
export async function allowCopying(browser: BrowserContext, address: string): Promise<void> {
  await browser.overridePermissions(new URL(address).origin, [
    "clipboard-sanitized-write",
    "clipboard-read",
  ]);
}

/** The names of all pages, by the book's own links. */
export async function pages(address: string): Promise<string[]> {
  const text = await (await fetch(address)).text();
  return [
    ...new Set([
      "index.html",
      ...[...text.matchAll(/href="([\w-]+\.html)/g)].map(([, name]) => name!),
    ]),
  ];
}

/** Waits until it is so: for five minutes, if nothing else is said, since a machine may be busy. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  milliseconds = PATIENCE,
): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!await condition()) {
    if (performance.now() > end) throw new Error(`It did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Makes the lesson's play begin with this. `name` is its page's, such as `04_echo`. */
export async function change(folder: URL, name: string, begin: string): Promise<void> {
  const file = new URL(`cli/lessons/${name}.ts`, folder);
  const text = await Deno.readTextFile(file);
  const changed = text.replace(/(export async function play\(.*\{\n)/, `$1${begin}\n`);
  if (changed === text) throw new Error(`${file} has no play.`);
  await Deno.writeTextFile(file, changed);
}
