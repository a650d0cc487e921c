import { CommandError } from "../common/ops-client.ts";
import type { SimulateFlags } from "./flags.ts";

/** What the configuration knows of a receiver. */
interface SimulateTarget {
  readonly webhookUrl: string;
  readonly appSecret?: string;
  readonly verifyToken?: string;
}

/** Finds the target in the configuration, so that no secret need be copied. Flags override what it finds. */
export type ResolveTarget = () => SimulateTarget | Promise<SimulateTarget>;

export interface Target {
  readonly url: string;
  readonly appSecret: string;
  /** Empty where it is not needed. */
  readonly verifyToken: string;
}

const noSecret =
  "No app secret to sign with: run `waypost start` once in this folder (it makes one in DATA_DIR), " +
  "set WHATSAPP_APP_SECRET, or pass --secret.";

/** Where to send; the configuration is asked only for what the flags leave open. Throws CommandError. */
export async function findTarget(flags: SimulateFlags, resolve: ResolveTarget): Promise<Target> {
  const needsToken = flags.challenge === true && flags.verifyToken === undefined;
  const isWhole = flags.url !== undefined && flags.secret !== undefined && !needsToken;
  const found: Partial<SimulateTarget> = isWhole ? {} : await resolve();
  const url = flags.url ?? found.webhookUrl ?? "";
  const appSecret = flags.secret ?? found.appSecret;
  const verifyToken = flags.verifyToken ?? found.verifyToken ?? "";
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CommandError("--url must be an http or https address.");
  }
  if (appSecret === undefined) throw new CommandError(noSecret);
  if (flags.challenge === true && verifyToken === "") {
    throw new CommandError("--challenge needs a verify token: --verify-token.");
  }
  return { url, appSecret, verifyToken };
}

/** Without credentials or a query, which may be secret. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
