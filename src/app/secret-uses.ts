import { createHmac } from "node:crypto";
import type { Installation } from "../contracts.ts";
import type { SecretUses } from "../receive/secret-uses.ts";
import type { Log } from "../support/log.ts";

const everyMs = 30_000;

/** By what the installation keeps of a secret's last use: nobody without its key can try secrets against it. */
async function keyOf(installation: Installation, secret: string): Promise<string> {
  const hmac = createHmac("sha256", await installation.pseudonymKey()).update(`use of ${secret}`);
  return hmac.digest("base64url").slice(0, 22);
}

/** As any receiver has noted it. In the order of the secrets. */
export function readSecretUses(
  installation: Installation,
  secrets: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const read = async (secret: string) => installation.secretUsed(await keyOf(installation, secret));
  return Promise.all(secrets.map(read));
}

/** Keeps every half minute, and at the end, when each secret was last used. */
export function noteSecretUses(options: {
  readonly installation: Installation;
  readonly secrets: readonly string[];
  readonly uses: Pick<SecretUses, "last">;
  readonly log: Log;
}): { close(): Promise<void> } {
  const { installation, secrets, uses, log } = options;
  const noted = new Map<number, number>();
  const note = async () => {
    for (const [place, secret] of secrets.entries()) {
      const at = uses.last(place);
      if (at === undefined || at === noted.get(place)) continue;
      await installation.useSecret(await keyOf(installation, secret), new Date(at).toISOString());
      noted.set(place, at);
    }
  };
  const tryTo = () =>
    note().catch((error) => log.debug("when a secret was used could not be kept", { error }));
  const timer = setInterval(() => void tryTo(), everyMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await tryTo();
    },
  };
}
