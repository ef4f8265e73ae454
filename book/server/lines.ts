/**
 * Streams of JSON, an object a line, that end what makes them when nobody listens any more.
 *
 * @module
 */

/**
 * A response that sends what `make` gives to `send`, until it is done. `signal` is aborted when whoever
 * asked has gone away. (In Deno a request's own signal is aborted at every end: this one is not.)
 */
export function streamed(
  make: (send: (value: unknown) => void, signal: AbortSignal) => Promise<void>,
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const send = (value: unknown) => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      };
      make(send, gone.signal).catch((error) =>
        send({ event: "failed", text: String(error?.message ?? error) })
      )
        .finally(() => gone.signal.aborted || controller.close());
    },
    cancel() {
      gone.abort();
    },
  });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson; charset=utf-8", "cache-control": "no-store" },
  });
}

/** The lines of a stream of bytes. A line longer than `limit` characters is cut. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit = 10_000,
): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!.slice(0, limit);
    for (const line of lines) yield line.slice(0, limit);
  }
  if (rest !== "") yield rest;
}
