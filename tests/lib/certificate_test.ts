import { assert, assertEquals, assertRejects } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { fingerprint, selfSigned } from "../../lib/certificate.ts";
import { element, elements, SEQUENCE } from "../../lib/ber.ts";
import { text } from "../helpers.ts";

/** The bytes of a text in PEM format. */
const bytesOf = (pem: string) => Uint8Array.fromBase64(pem.replace(/-----.*-----/g, ""));

Deno.test("certificate: its parts are where X.509 has them", async () => {
  const { cert } = await selfSigned(["localhost", "127.0.0.1"], 10);
  const [whole] = elements(bytesOf(cert), SEQUENCE);
  const [signed, algorithm, signature] = elements(whole!.content);
  const parts = elements(signed!.content);
  const tags = [0xa0, 0x02, 0x30, 0x30, 0x30, 0x30, 0x30, 0xa3]; // version, number … extensions
  assertEquals(parts.map(({ tag }) => tag), tags);
  assertEquals(parts[2]!.content, algorithm!.content);
  assertEquals(parts[3]!.content, parts[5]!.content); // it has signed itself
  assertEquals(signature!.content[0], 0); // no unused bits
  // A name has the tag 82, an address 87. Both are elements.
  assert(parts[7]!.content.toHex().endsWith("82096c6f63616c686f737487047f000001"));
});

Deno.test("certificate: it is valid from yesterday, and for so many days from now", async () => {
  const { cert } = await selfSigned(["localhost"], 10);
  const [whole] = elements(bytesOf(cert), SEQUENCE);
  const [signed] = elements(whole!.content);
  const times = elements(elements(signed!.content)[4]!.content).map(({ content }) => text(content));
  const [from, to] = times.map((time) => {
    const [, year, month, day, hour, minute, second] = time.match(/^(..)(..)(..)(..)(..)(..)Z$/)!;
    return Date.UTC(2000 + +year!, +month! - 1, +day!, +hour!, +minute!, +second!);
  });
  assertEquals(to! - from!, 11 * 86_400_000);
  const age = Date.now() - from!;
  assert(age >= 86_400_000 && age < 86_460_000 + 60_000, `${age} ms`);
});

Deno.test("certificate: one that is valid beyond 2049 has a year of four digits", async () => {
  const { cert } = await selfSigned(["localhost"], 36_500);
  const valid = new X509Certificate(cert);
  const days = (Date.parse(valid.validTo) - Date.parse(valid.validFrom)) / 86_400_000;
  assertEquals(days, 36_501);
});

Deno.test("certificate: its own key has signed it, each time another one", async () => {
  const hashes = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { cert, key } = await selfSigned(["localhost"], 1);
    hashes.add(await fingerprint(cert));
    const [whole] = elements(bytesOf(cert), SEQUENCE);
    const [signed, , signature] = elements(whole!.content);
    const publicKey = elements(signed!.content)[6]!;
    const numbers = elements(elements(signature!.content.subarray(1), SEQUENCE)[0]!.content);
    const raw = numbers.map(({ content }) => content.toHex().padStart(64, "0").slice(-64)).join("");

    // The two numbers are positive: the first bit of each is 0.
    assert(numbers.every(({ content }) => content[0]! < 0x80), raw);
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const spki = element(publicKey.tag, publicKey.content);
    const verifier = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    const message = element(signed!.tag, signed!.content);
    assert(await crypto.subtle.verify(algorithm, verifier, Uint8Array.fromHex(raw), message));
    const signer = await crypto.subtle.importKey("pkcs8", bytesOf(key), algorithm, false, ["sign"]);
    const again = await crypto.subtle.sign(algorithm, signer, message);
    assert(await crypto.subtle.verify(algorithm, verifier, again, message)); // one pair
  }
  assertEquals(hashes.size, 20);
});

Deno.test("certificate: without a name, for IPv6 or for no days, none is made", async () => {
  const wrong: [string[], number, string][] = [
    [[], 10, "A certificate needs a name or an IPv4 address."],
    [["localhost", "::1"], 10, "::1 is an address of IPv6, which cannot be written here."],
    [["localhost"], 0, "A certificate is valid for 1 to 36500 days, not for 0."],
    [["localhost"], NaN, "A certificate is valid for 1 to 36500 days, not for NaN."],
    [["localhost"], 1e7, "A certificate is valid for 1 to 36500 days, not for 10000000."],
  ];
  for (const [names, days, message] of wrong) {
    await assertRejects(() => selfSigned(names, days), RangeError, message);
  }
});
