/**
 * Sentences about something that Deno did not allow the learner's code. The advice in Deno's own
 * messages does not help here.
 *
 * @module
 */

// Deno's messages about an import that it refuses: of a host, of an address, or of a package that
// is not in deno.lock or not on this machine.
const IMPORTS = [
  /Requires import access to "(.*?)"/,
  /remote specifier was requested: "(.*?)"/,
  /lockfile is out of date[^]*?\+ +"((?:npm|jsr):.*?)"/,
  /package "(.*?)"/,
];

/** Returns a sentence if this error is about an import from elsewhere. */
export function refusedImport(error: string): string | undefined {
  for (const pattern of IMPORTS) {
    const [, what] = error.match(pattern) ?? [];
    if (what) return `It imports from elsewhere: ${what}. ${FETCHED}`;
  }
}

const FETCHED = "Nothing is fetched for an exercise: lib/ has what you need.";

/** Returns a sentence if this error is about a permission. */
export function refusedAccess(error: string): string | undefined {
  const [, access] = error.match(/^Requires (.*?), run again/) ?? [];
  const [, address] = error.match(/^Cannot (.*?): Deno has no permission/) ?? [];
  if (access || address) return `${ALLOWED} Deno did not allow it: ${access ?? address}.`;
}

const ALLOWED = "Your code may use this machine's own network, 127.0.0.1, and nothing else.";
