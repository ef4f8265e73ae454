/**
 * Writes files in one step.
 *
 * @module
 */

/**
 * Puts bytes in the place of a file: whoever reads it meanwhile gets the old ones or the new ones, never
 * half of them.
 */
export function replaceFile(file: URL, bytes: Uint8Array, mode = 0o644): void {
  // A name of its own: another book may write the same file at the same time.
  const draft = new URL(`${file.href}.${crypto.randomUUID()}.draft`);
  try {
    Deno.writeFileSync(draft, bytes, { mode, createNew: true });
    Deno.renameSync(draft, file);
  } catch (error) {
    try {
      Deno.removeSync(draft);
    } catch {
      // It was not made.
    }
    throw error;
  }
}
