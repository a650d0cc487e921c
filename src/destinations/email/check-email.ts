import type { DestinationCheck } from "../../contracts.ts";
import { type FailureParts, smtpFailure } from "./failure.ts";
import type { EmailOptions } from "./options.ts";
import type { Smtp } from "./smtp.ts";

/** Connects, encrypts and logs in; sends nothing. */
export async function checkEmail(
  smtp: Smtp,
  { server, secrets, oauth }: EmailOptions,
  signal: AbortSignal,
): Promise<DestinationCheck[]> {
  const where = `${server.host}:${server.port}`;
  const parts: FailureParts = { event: undefined, secrets, signal };
  try {
    const { secure, loggedIn } = await smtp.look(signal);
    const how = secure ? "with TLS" : "without TLS";
    const as = loggedIn ? `logged in${oauth === undefined ? "" : " by access token"}` : "no login";
    return [{ name: "mail server", ok: true, detail: `${where}, ${how}, ${as}` }];
  } catch (error) {
    const { message } = smtpFailure(error, parts);
    return [{ name: "mail server", ok: false, detail: `${where}: ${message}` }];
  }
}
