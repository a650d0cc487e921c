import assert from "node:assert/strict";
import type { lookup } from "node:dns";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { after, before, describe, it } from "node:test";
import {
  isPublicAddress,
  lookupPublic,
  PrivateAddressError,
} from "../../src/destinations/private-addresses.ts";
import { guardedConnector } from "../../src/destinations/webhook/connector.ts";
import { webhook } from "../../src/destinations/webhook/webhook.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

/** Every range that does not lead to the public internet, by its first, an inner and its last address. */
const privateAddresses = [
  ["0.0.0.0", "0.1.2.3", "0.255.255.255"],
  ["10.0.0.0", "10.9.8.7", "10.255.255.255"],
  ["100.64.0.0", "100.100.100.200", "100.127.255.255"],
  ["127.0.0.0", "127.0.0.1", "127.255.255.255"],
  ["168.63.129.16"],
  ["169.254.0.0", "169.254.169.254", "169.254.255.255"],
  ["172.16.0.0", "172.20.1.1", "172.31.255.255"],
  ["192.0.0.0", "192.0.0.192", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.88.99.1"],
  ["192.168.0.0", "192.168.1.1", "192.168.255.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.7", "203.0.113.7"],
  ["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
  ["::", "::1", "::2", "::127.0.0.1", "::10.0.0.1"],
  ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1"],
  ["64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe"],
  ["64:ff9b::", "64:ff9b::1", "64:ff9b:1::1", "64:ff9b:1::808:808"],
  ["100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1"],
  ["2001:db8::1", "2001:db8:ffff::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"],
  ["3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fdff:ffff::1"],
  ["fe80::1", "fe80::1%lo", "febf::1", "fec0::1", "ff00::1", "ff02::1", "ffff::1"],
].flat();

const publicAddresses = [
  ["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"],
  ["126.255.255.255", "128.0.0.0", "168.63.129.15", "169.253.255.255", "169.255.0.0"],
  ["172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0"],
  ["192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"],
  ["2000::1", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111", "3ffe::1"],
  ["64:ff9b::8.8.8.8", "64:ff9b::808:808", "64:ff9b::808:0"],
].flat();

const notAddresses = ["", "localhost", "127.1", "0x7f000001", "2130706433", "8.8.8.8 ", "[::1]"];

describe("isPublicAddress", () => {
  it("refuses every range that is not public", () => {
    for (const address of privateAddresses) assert.equal(isPublicAddress(address), false, address);
  });
  it("lets the neighbours of those ranges through", () => {
    for (const address of publicAddresses) assert.equal(isPublicAddress(address), true, address);
  });
  it("refuses what is no address", () => {
    for (const text of notAddresses) assert.equal(isPublicAddress(text), false, text);
  });
});

/** Hosts as a URL may write them; all of this machine, were they let through. */
const disguised = [
  "localhost",
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "017700000001",
  "127.000.000.001",
  "127.0.0.1.",
  "①②⑦.⓪.⓪.①",
  "0",
  "0.0.0.0",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0000::ffff:7f00:0001]",
];

describe("a webhook that may not reach private addresses", () => {
  let canary: Server;
  let port: number;
  let hits = 0;
  before(async () => {
    // On every address of this machine, IPv4 and IPv6.
    canary = createServer((socket) => {
      hits += 1;
      socket.destroy();
    });
    canary.listen(0, "::");
    await once(canary, "listening");
    port = (canary.address() as AddressInfo).port;
  });
  after(() => canary.close());

  const open = (host: string, allowPrivateAddresses: boolean) => {
    const hostname = new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, "");
    const socketTo = guardedConnector({ tls: {}, allowPrivateAddresses });
    const target = { hostname, host: hostname, protocol: "http:", port: String(port) };
    return new Promise<Error | null>((resolve) => {
      socketTo(target, (error, socket) => {
        socket?.destroy();
        resolve(error);
      });
    });
  };

  it("opens no socket to this machine, however its address is written", async () => {
    for (const host of disguised) {
      const error = await open(host, false);
      assert.ok(error, host);
    }
    for (const address of privateAddresses.filter((each) => !each.includes("%"))) {
      const error = await open(address.includes(":") ? `[${address}]` : address, false);
      assert.ok(error instanceof PrivateAddressError, address);
    }
    assert.equal(hits, 0);
  });

  it("would have reached the canary, were they let through", async () => {
    const before = hits;
    for (const host of ["localhost", "127.0.0.1", "2130706433", "0x7f.0.0.1", "[::ffff:7f00:1]"]) {
      assert.equal(await open(host, true), null, host);
    }
    while (hits < before + 5) await new Promise(setImmediate);
  });

  it("refuses addresses in the configuration already, with http, odd ports and user names", () => {
    const hosts = [...disguised.filter((host) => host !== "localhost"), "10.0.0.1", "[fd00::1]"];
    const urls = [
      ...hosts.map((host) => `https://${host}/`),
      "http://erp.example/",
      `https://erp.example:${port}/`,
      "https://erp.example:22/",
      "https://user@erp.example/",
      "https://user:pass@erp.example/",
      "https://erp.example@127.0.0.1/",
      "ftp://erp.example/",
      "file:///etc/passwd",
      "javascript:alert(1)",
      "//erp.example",
      "erp.example",
    ];
    for (const url of urls) {
      assert.throws(() => webhook.create("erp", { url }, { log: createArrayLog() }), {
        name: "OptionError",
        option: "url",
      });
    }
    for (const url of [
      "https://erp.example/hooks?a=1",
      "https://erp.example:8443/",
      "https://8.8.8.8/",
    ]) {
      webhook.create("erp", { url }, { log: createArrayLog() });
    }
  });

  type Resolve = typeof lookup;
  const resolver = (...answers: string[][]) =>
    ((_host: string, _options: object, done: (error: null, all: object[]) => void) => {
      const addresses = answers.length > 1 ? answers.shift() : answers[0];
      done(
        null,
        (addresses ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    }) as unknown as Resolve;
  const connectVia = async (resolve: Resolve) => {
    const socket = connect({ host: "rebind.example", port, lookup: lookupPublic(resolve) });
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(300) });
      return undefined;
    } catch (error) {
      return error;
    } finally {
      socket.destroy();
    }
  };

  it("checks what a name resolves to, all of it, for every connection", async () => {
    const before = hits;
    for (const answer of [
      ["127.0.0.1"],
      ["::1"],
      ["8.8.8.8", "127.0.0.1"],
      ["::ffff:127.0.0.1"],
      [],
    ]) {
      assert.ok(
        (await connectVia(resolver(answer))) instanceof PrivateAddressError,
        String(answer),
      );
    }
    const rebinding = resolver(["8.8.8.8"], ["127.0.0.1"]);
    const first = await connectVia(rebinding);
    assert.ok(!(first instanceof PrivateAddressError), "the public address is let through");
    assert.ok((await connectVia(rebinding)) instanceof PrivateAddressError);
    assert.equal(hits, before);
  });

  it("hands on what cannot be resolved", async () => {
    const failing = ((_host: string, _options: object, done: (error: Error) => void) =>
      done(Object.assign(new Error("no"), { code: "ENOTFOUND" }))) as unknown as Resolve;
    assert.equal(((await connectVia(failing)) as { code: string }).code, "ENOTFOUND");
  });

  it("pauses the destination when its name turns out to be private", async () => {
    const before = hits;
    const destination = webhook.create(
      "erp",
      { url: "https://localhost/" },
      { log: createArrayLog() },
    );
    const checks = await destination.check(AbortSignal.timeout(5000));
    assert.equal(checks[0]?.ok, false);
    assert.match(checks[0]?.detail ?? "", /allowPrivateAddresses/);
    const event = makeText("x", {});
    const context = {
      destination: "erp",
      idempotencyKey: "k",
      attempt: 1,
      fence: 1,
      routes: [],
      link: undefined,
      contactLink: undefined,
      contact: async () => undefined,
      scope: async () => ({}),
      concerned: async () => undefined,
      files: async () => [],
      shadow: false,
      remember: async () => undefined,
    };
    await assert.rejects(destination.deliver(event, context, AbortSignal.timeout(5000)), {
      verdict: "config",
      maybeDone: false,
    });
    await destination.close();
    assert.equal(hits, before);
  });
});
