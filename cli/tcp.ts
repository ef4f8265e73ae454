/**
 * TCP, for the lesson that compares UDP with it.
 *
 * @module
 */

/** Writes these texts to a TCP connection on loopback. Returns the text of each read, in quotes. */
export async function overTcp(texts: string[]): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  using server = await listener.accept();
  for (const text of texts) await client.write(new TextEncoder().encode(text));
  await client.closeWrite();
  const reads = await Array.fromAsync(server.readable);
  return reads.map((bytes) => `"${new TextDecoder().decode(bytes)}"`).join(", ");
}
