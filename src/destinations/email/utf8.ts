import { DeliveryError } from "../../contracts.ts";
import { type MailAddress, maskedAddress } from "./addresses.ts";
import type { Mail } from "./compose.ts";
import { type FailureParts, smtpFailure } from "./failure.ts";
import type { Sent, Smtp } from "./smtp.ts";

interface Reach {
  /** For those who can be reached; the others are not named in it, as its header would hold what the server does not take. */
  readonly mail: Mail;
  /** What the server would say to the others. */
  readonly beyond: NonNullable<Sent["rejectedErrors"]>;
}

/**
 * A name before the @ that is not ASCII can be sent to a server with SMTPUTF8 alone (RFC 6531); a domain has another form (IDNA). Without
 * it some servers take such a name for another one, and some end the connection. Throws DeliveryError where nobody is left.
 */
export async function withinReach(smtp: Smtp, mail: Mail, parts: FailureParts): Promise<Reach> {
  const { from, to, cc, replyTo } = mail;
  const beyond = [...to, ...cc].filter(needsUtf8);
  const others = [from, replyTo].filter((each) => each !== undefined && needsUtf8(each));
  if (beyond.length + others.length === 0) return { mail, beyond: [] };
  const server = await smtp.look(parts.signal).catch((error: unknown) => {
    throw smtpFailure(error, parts);
  });
  if (server.utf8) return { mail, beyond: [] };
  if (needsUtf8(from)) throw new DeliveryError("config", `${noUtf8}: write from in ASCII`);
  const reached = { to: to.filter(isPlain), cc: cc.filter(isPlain) };
  if (reached.to.length + reached.cc.length === 0) {
    const who = beyond.map(({ address }) => maskedAddress(address)).slice(0, 5);
    throw new DeliveryError("refused", `${noUtf8}, as in ${who.join(", ")}`);
  }
  return {
    mail: { ...mail, ...reached, replyTo: replyTo && isPlain(replyTo) ? replyTo : undefined },
    beyond: beyond.map(({ address: recipient }) =>
      Object.assign(new Error(response), { responseCode: 553, response, recipient }),
    ),
  };
}

const response = "553 5.6.7 no SMTPUTF8";
const noUtf8 = "the mail server takes no letters beyond ASCII before the @ (it has no SMTPUTF8)";

function needsUtf8({ address }: MailAddress): boolean {
  return /[^\0-\x7f]/.test(address);
}

function isPlain(address: MailAddress): boolean {
  return !needsUtf8(address);
}
