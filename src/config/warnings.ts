import type { Config } from "./config.ts";
import type { Routing } from "./routing.ts";

/** What is no problem and yet is hardly meant, of both as far as they could be read. */
export function warningsOf(config: Config | undefined, routing: Routing | undefined): string[] {
  const warnings = [...(config?.warnings ?? []), ...(routing?.warnings ?? [])];
  const hasSources = Object.keys(routing?.sources ?? {}).length > 0;
  if (hasSources && config?.http.tls?.clientCaFile !== undefined) {
    warnings.push(
      "TLS_CLIENT_CA_FILE lets in only who has a certificate, as Meta's servers have; the vendors of `sources` have none: end their TLS at a proxy before Waypost",
    );
  }
  return warnings;
}
