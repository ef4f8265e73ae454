/**
 * Makes the page's scripts: the files of browser/ and what they import, each as one.
 *
 * @module
 */

const made = new Map<string, Promise<string>>();

/** The script whose file this is, made once. */
export function script(entry: URL): Promise<string> {
  return once(entry, bundled);
}

/** The same for a script that imports packages: its bundler has to find them in the book's folder. */
export function scriptWithPackages(entry: URL): Promise<string> {
  return once(entry, bundledApart);
}

function once(entry: URL, make: (entry: URL) => Promise<string>): Promise<string> {
  const known = made.get(entry.href);
  if (known) return known;
  const making = make(entry);
  made.set(entry.href, making);
  making.catch(() => made.delete(entry.href)); // it may work the next time
  return making;
}

async function bundled(entry: URL): Promise<string> {
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints: [entry.href],
    platform: "browser",
    format: "iife",
    minify: true,
    write: false,
  });
  const [file] = outputFiles ?? [];
  if (success && file) return file.text();
  throw new Error(`The page's script cannot be made: ${errors.map(({ text }) => text).join(" ")}`);
}

const OPTIONS = ["--frozen", "--quiet", "--platform=browser", "--format=iife", "--minify"];

async function bundledApart(entry: URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", ...OPTIONS, entry.href],
    cwd: new URL("../", entry),
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (success) return text(stdout);
  throw new Error(`A script of the page cannot be made: ${text(stderr).slice(0, 500)}`);
}
