import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 3. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the first port is left out",
    from: "port = first;",
    to: "port = first + 1;",
    fails: ["bindInRange: binds the first port if it is free, and leaves the socket open"],
  },
  {
    mistake: "a port in use is an error",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "throw error;",
    fails: [
      "bindInRange: skips ports that are taken",
      "bindInRange: returns undefined if all ports are taken",
    ],
  },
  {
    mistake: "it goes one port too far",
    from: "port <= last",
    to: "port <= last + 1",
    fails: ["bindInRange: returns undefined if all ports are taken"],
  },
  {
    mistake: "the socket is closed as it is returned",
    from: "return bind({ port });",
    to: "using socket = bind({ port });\n      return socket;",
    fails: ["bindInRange: binds the first port if it is free, and leaves the socket open"],
  },
  {
    mistake: "every failure is hidden",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "",
    fails: ["bindInRange: lets every other error through"],
  },
  {
    mistake: "only a RangeError is thrown",
    from: "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
    to: "if (error instanceof RangeError) throw error;",
    fails: ["bindInRange: lets every other error through"],
  },
  {
    mistake: "finding out keeps the port",
    from: "bind(address).close();",
    to: "bind(address);",
    fails: ["portState: a free port is free, and stays free"],
  },
  {
    mistake: "whatever fails is forbidden",
    from: 'return "busy";',
    to: 'return "forbidden";',
    fails: ["portState: a taken port is busy"],
  },
  {
    mistake: "whatever fails is busy",
    from: 'return "forbidden";',
    to: 'return "busy";',
    fails: ["portState: an address for which Deno has no permission is forbidden"],
  },
  {
    mistake: "only Deno's permissions are thought of",
    from: " || error instanceof PermissionDenied",
    to: "",
    fails: ["portState: a port that the system keeps is forbidden"],
  },
  {
    mistake: "any other failure but a RangeError is busy",
    from: "throw error;\n  }\n}\n",
    to: 'if (error instanceof RangeError) throw error;\n    return "busy";\n  }\n}\n',
    fails: ["portState: lets every other error through"],
  },
  {
    mistake: "what is no port is forbidden",
    from: "throw error;\n  }\n}\n",
    to: 'return "forbidden";\n  }\n}\n',
    fails: ["portState: lets every other error through"],
  },
];
