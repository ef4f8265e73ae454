/** The hints of exercise 3, one after the other: from a first push to nearly there. */
export const HINTS: Record<string, string[]> = {
  bindInRange: [
    "You cannot ask whether a port is free. Bind it, and see whether that throws an error.",
    "Write a `for` loop over the ports, with `try` and `catch` inside, and `return bind({ " +
    "port })`.",
    "If `error instanceof Deno.errors.AddrInUse` is true, go on with the next port. Throw " +
    "every other error again.",
  ],
  portState: [
    "whyNot in lesson 3 binds an address to find out. Here too, the error says what is wrong.",
    "If `bind(address).close()` throws nothing, the port is free. Otherwise look at the " +
    "error in the `catch`.",
    "`error instanceof Deno.errors.AddrInUse` means busy. NotCapable and PermissionDenied " +
    "mean forbidden. Throw every other error again.",
  ],
};
