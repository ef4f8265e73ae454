/**
 * Makes the page's script: the files of browser/ and what they import, as one.
 *
 * @module
 */

const made = new Map<string, Promise<string>>();

/** The script whose file this is, made once. */
export function script(entry: URL): Promise<string> {
  const known = made.get(entry.href);
  if (known) return known;
  const making = make(entry);
  made.set(entry.href, making);
  return making;
}

async function make(entry: URL): Promise<string> {
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
