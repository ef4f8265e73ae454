#!/usr/bin/env bash
# A QUIC server is told of each client before the handshake, so that it can accept or refuse it.
# Deno gives the client's address for that: QuicIncoming has remoteAddr, localIp and
# remoteAddressValidated, beside accept(), refuse() and ignore().
# One would expect a server to look at the address, and then to accept.
# With Deno 2.9.6, whoever has read one of the three can accept nobody: accept() throws BadResource,
# and the client is told that the server refused it. refuse() and ignore() throw the same error.
# So a server cannot choose by address, or even write the address to its log before the handshake.
# It matters to every server with a list of addresses, and to one that wants to limit those
# that have not been validated. The address of the accepted connection can be read: it comes too late.
# Source: Deno's types, "QuicIncoming": an incoming connection for which the server has not yet begun
# its part of the handshake; RFC 9000, section 8.1 (address validation during the handshake).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) machine=unknown ;; esac
timeout 55 npm install --ignore-scripts "@deno/linux-$machine-glibc@2.9.6" >npm.log 2>&1 || {
  echo "npm could not install the package."
  exit 2
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 10 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem 2>openssl.log || {
  echo "There is no openssl that can make a certificate."
  exit 2
}

cat >look.ts <<'TS'
const cert = await Deno.readTextFile("cert.pem");
const key = await Deno.readTextFile("key.pem");
const alpnProtocols = ["look"];

const LOOKS = {
  nothing: () => undefined,
  remoteAddr: (incoming: Deno.QuicIncoming) => incoming.remoteAddr.hostname,
  localIp: (incoming: Deno.QuicIncoming) => incoming.localIp,
  remoteAddressValidated: (incoming: Deno.QuicIncoming) => incoming.remoteAddressValidated,
};

for (const [name, look] of Object.entries(LOOKS)) {
  for (const answer of ["accept", "refuse", "ignore"] as const) {
    const server = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
    const client = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
    const coming = server.listen({ cert, key, alpnProtocols }).incoming();
    const { port } = server.addr;
    const asking = Deno.connectQuic({
      hostname: "127.0.0.1",
      port,
      serverName: "localhost",
      caCerts: [cert],
      alpnProtocols,
      endpoint: client,
    });
    const connected = Promise.resolve(asking).then(() => {}, () => {});

    const incoming = await coming;
    look(incoming);
    let result = "works";
    try {
      await incoming[answer]();
    } catch (error) {
      result = (error as Error).name;
    }
    console.log(`${name} was read, then ${answer}(): ${result}`);
    client.close();
    server.close();
    await connected;
  }
}
TS

cat >before.txt <<'END_OF_OUTPUT'
nothing was read, then accept(): works
nothing was read, then refuse(): works
nothing was read, then ignore(): works
remoteAddr was read, then accept(): BadResource
remoteAddr was read, then refuse(): BadResource
remoteAddr was read, then ignore(): BadResource
localIp was read, then accept(): BadResource
localIp was read, then refuse(): BadResource
localIp was read, then ignore(): BadResource
remoteAddressValidated was read, then accept(): BadResource
remoteAddressValidated was read, then refuse(): BadResource
remoteAddressValidated was read, then ignore(): BadResource
END_OF_OUTPUT
timeout 40 node_modules/@deno/linux-*/deno run --no-config --no-check --quiet --unstable-net \
  --allow-net=127.0.0.1 --allow-read=. look.ts 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
