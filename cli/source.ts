/**
 * Reads the project's own files.
 *
 * @module
 */

const FOLDER = new URL("../", import.meta.url);

/** Returns the URL of a file of the project. Its path is such as `exercises/04_echo.ts`. */
export function inProject(path: string): URL {
  return new URL(path, FOLDER);
}

/**
 * Returns the text of a file. Each line ends with `\n`. In the file it may end with `\r\n`: some
 * editors write that, and so does git with `core.autocrlf`, which Git for Windows sets.
 */
export function readText(file: URL): string {
  return Deno.readTextFileSync(file).replaceAll("\r\n", "\n");
}
