import { isIP } from "node:net";
import { buildConnector } from "undici";
import { isPublicAddress, lookupPublic, PrivateAddressError } from "../private-addresses.ts";
import type { WebhookOptions } from "./options.ts";

/**
 * Opens the sockets of one webhook. Without `allowPrivateAddresses` only to public addresses: names are checked
 * as they are resolved, for every connection; an address in the URL is never resolved and is checked here.
 */
export function guardedConnector({
  tls,
  allowPrivateAddresses,
}: Pick<WebhookOptions, "tls" | "allowPrivateAddresses">): buildConnector.connector {
  const options = { ...tls, timeout: 5000, maxCachedSessions: 10 };
  if (allowPrivateAddresses) return buildConnector(options);
  const connect = buildConnector({ ...options, lookup: lookupPublic() });
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) > 0 && !isPublicAddress(host)) callback(new PrivateAddressError(), null);
    else connect(target, callback);
  };
}
