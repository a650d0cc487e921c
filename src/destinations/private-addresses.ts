import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** The host is, or resolves to, an address that is not on the public internet. */
export class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
  readonly code = "ERR_PRIVATE_ADDRESS";
  constructor() {
    super("the host is, or resolves to, an address that is not public");
  }
}

/** IANA's special-purpose registries, multicast, and the address of Azure's host agent. */
const refused4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** Within 2000::/3, the only global unicast space: protocol assignments with Teredo, documentation, 6to4. */
const refused6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const refused = new BlockList();
for (const range of refused4) add(refused, range, "ipv4");
for (const range of refused6) add(refused, range, "ipv6");
const global6 = new BlockList();
add(global6, "2000::/3", "ipv6");

function add(list: BlockList, range: string, family: "ipv4" | "ipv6"): void {
  const [net = "", bits] = range.split("/");
  list.addSubnet(net, Number(bits), family);
}

/** Whether an IP address can only lead to the public internet. False for anything that is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused.check(address, "ipv4");
  if (family !== 6 || address.includes("%")) return false;
  const inside = embedded4(address);
  if (inside !== undefined) return isPublicAddress(inside);
  return global6.check(address, "ipv6") && !refused.check(address, "ipv6");
}

/** The IPv4 address behind NAT64's well-known prefix: where there is only IPv6, every IPv4 host looks so. */
function embedded4(address: string): string | undefined {
  const { hostname } = new URL(`http://[${address}]`);
  const tail = /^\[64:ff9b::([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (!tail) return undefined;
  const [high, low] = [Number.parseInt(tail[1] ?? "", 16), Number.parseInt(tail[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/**
 * For sockets: resolves as usual and fails with PrivateAddressError unless every address is public. The socket
 * connects to what was checked, so a name that resolves differently a moment later gains nothing.
 */
export function lookupPublic(resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new PrivateAddressError(), "", 0);
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
