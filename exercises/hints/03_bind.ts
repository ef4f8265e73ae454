/** From a push in the right direction to nearly there: `deno task exercise 3 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  bindInRange: [
    "Trying is the only way to know: bind a port, and see whether that throws.",
    "A `for` loop over the ports, with `try` and `catch` inside, and `return bind({ port })`.",
    "In the catch, `error instanceof Deno.errors.AddrInUse` means: go on with the next port. " +
    "Throw every other error again.",
  ],
  portState: [
    "Trying is the only way to know, here too: bind the address, and see what that throws.",
    "Bind and close at once: that is free. In the catch, look at what was thrown.",
    "`error instanceof Deno.errors.AddrInUse` is busy; NotCapable and PermissionDenied are forbidden. " +
    "What is none of them, throw again.",
  ],
};
