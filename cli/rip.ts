/**
 * The option of lesson 16's router.
 *
 * @module
 */
import { INFINITY, isNetwork, networkHere, type Route } from "../lib/rip.ts";
import { printable } from "../lib/text.ts";
import { UsageError } from "./lesson.ts";

/** The most networks that a router can have of its own. */
const MOST = 100;

/** A network, its length, and a metric that may be left out: `10.9/16=1`. */
const ROUTE = /^([\d.]+)\/(\d+)(?:=(\d{1,2}))?$/;

/**
 * Reads what `--routes` names, such as `10.9/16=1,10.8/16`. N stands for the last number of the
 * host, so that two routers of one network do not begin with the same route.
 */
export function ownRoutes(text: string, hostname: string): Route[] {
  try {
    networkHere(hostname);
  } catch (error) {
    throw new UsageError(`--host ${(error as Error).message}`);
  }

  const numbered = text.replace("N", hostname.split(".").at(-1)!);
  const routes = numbered.split(",").map(ownRoute);
  if (routes.length <= MOST) return routes;
  throw new UsageError(`--routes has ${routes.length} routes. At most ${MOST} are allowed.`);
}

function ownRoute(text: string): Route {
  const [, start = "", length, metric = "1"] = text.match(ROUTE) ?? [];
  const missing = Math.max(0, 4 - start.split(".").length);
  const network = `${start}${".0".repeat(missing)}/${length}`; // 10.9/16 is 10.9.0.0/16

  if (isNetwork(network) && Number(metric) >= 1 && Number(metric) < INFINITY) {
    return { network, metric: Number(metric) };
  }
  throw new UsageError(
    `--routes ${
      printable(text, 50) || '""'
    } is not a route. It must be a network, its length and a metric ` +
      "from 1 to 15, such as 10.9/16=1.",
  );
}
