/**
 * What docs/questions.md says about more than one machine, and no lesson shows.
 *
 * @module
 */
import { assertMatch } from "@std/assert";
import { network, python } from "../hosts.ts";

network("question 10: on 127.0.0.1, a send to another machine is refused", async ([one, two]) => {
  const { stderr } = await one.python(`
s.bind(("127.0.0.1", 0))
s.sendto(b"Hello", ("${two.address}", 9999))`).end();
  assertMatch(stderr, /OSError: \[Errno 22\] Invalid argument/);
}, !python);
