/**
 * Reads the project's own files.
 *
 * @module
 */

const FOLDER = new URL("../", import.meta.url);

/** Where a file of the project is, by its path in it: `exercises/04_echo.ts`. */
export function inProject(path: string): URL {
  return new URL(path, FOLDER);
}

/**
 * The text of a file. Each line ends with `\n`, as everything here expects it: git may have
 * made that `\r\n` (`core.autocrlf`, which Git for Windows sets), and so do some editors.
 */
export function readText(file: URL): string {
  return Deno.readTextFileSync(file).replaceAll("\r\n", "\n");
}
