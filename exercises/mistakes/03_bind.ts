import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 3. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the first port is left out",
    from: "port = first;",
    to: "port = first + 1;",
    fails: ["bindInRange: takes the first port if it is free, and leaves the socket open"],
  },
  {
    mistake: "a port in use is an error",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "throw error;",
    fails: [
      "bindInRange: passes over ports that are in use",
      "bindInRange: undefined when all of them are in use",
    ],
  },
  {
    mistake: "it goes one port too far",
    from: "port <= last",
    to: "port <= last + 1",
    fails: ["bindInRange: undefined when all of them are in use"],
  },
  {
    mistake: "the socket is closed as it is returned",
    from: "return bind({ port });",
    to: "using socket = bind({ port });\n      return socket;",
    fails: ["bindInRange: takes the first port if it is free, and leaves the socket open"],
  },
  {
    mistake: "every failure is hidden",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "",
    fails: ["bindInRange: a failure other than a port in use is thrown"],
  },
  {
    mistake: "only a RangeError is thrown",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "if (error instanceof RangeError) throw error;",
    fails: ["bindInRange: a failure other than a port in use is thrown"],
  },
  {
    mistake: "finding out keeps the port",
    from: "bind(address).close();",
    to: "bind(address);",
    fails: ["portState: a port that nobody has is free, and stays so"],
  },
  {
    mistake: "whatever fails is forbidden",
    from: 'return "busy";',
    to: 'return "forbidden";',
    fails: ["portState: a port that somebody has is busy"],
  },
  {
    mistake: "whatever fails is busy",
    from: 'return "forbidden";',
    to: 'return "busy";',
    fails: ["portState: one that Deno does not let the program have is forbidden"],
  },
  {
    mistake: "only Deno's permissions are thought of",
    from: " || error instanceof PermissionDenied",
    to: "",
    fails: ["portState: one that the system keeps is forbidden"],
  },
  {
    mistake: "any other failure but a RangeError is busy",
    from: "throw error;\n  }\n}\n",
    to: 'if (error instanceof RangeError) throw error;\n    return "busy";\n  }\n}\n',
    fails: ["portState: another failure is thrown"],
  },
  {
    mistake: "what is no port is forbidden",
    from: "throw error;\n  }\n}\n",
    to: 'return "forbidden";\n  }\n}\n',
    fails: ["portState: another failure is thrown"],
  },
];
