import type { DeliveryError } from "../../../src/contracts.ts";
import type { MailFault } from "./mail-server.ts";

type Expected = readonly [DeliveryError["verdict"], "not done" | "perhaps done", RegExp];

/** What the server says or does, and what becomes of the delivery. */
export const verdictTable: readonly (readonly [string, MailFault, Expected])[] = [
  [
    "greylisting",
    { at: "rcpt", reply: "450 4.2.0 Greylisted" },
    ["outage", "not done", /puts it off \(450 4\.2\.0\)/],
  ],
  ["451 at MAIL FROM", { at: "mail", reply: "451 4.3.0 Try later" }, ["outage", "not done", /451/]],
  ["421 at RCPT", { at: "rcpt", reply: "421 4.7.0 Bye" }, ["outage", "not done", /421/]],
  ["452 after the dot", { at: "data", reply: "452 4.3.1 Full" }, ["outage", "not done", /452/]],
  ["421 after the dot", { at: "data", reply: "421 4.3.2 Bye" }, ["outage", "not done", /421/]],
  ["454 at login", { at: "auth", reply: "454 4.7.0 Later" }, ["outage", "not done", /454/]],
  [
    "an unknown recipient",
    { at: "rcpt", reply: "550 5.1.1 No such user sales@acme.example" },
    ["refused", "not done", /refuses s…@acme\.example \(550 5\.1\.1\)/],
  ],
  [
    "spam",
    { at: "data", reply: "554 5.7.1 Looks like spam" },
    ["refused", "not done", /refuses the mail \(554 5\.7\.1\)/],
  ],
  [
    "a wrong password",
    { at: "auth", reply: "535 5.7.8 Bad credentials" },
    ["config", "not done", /user and password/],
  ],
  [
    "Gmail without an app password",
    { at: "auth", reply: "534 5.7.9 Application-specific password required" },
    ["config", "not done", /app password/],
  ],
  [
    "Microsoft without SMTP AUTH",
    {
      at: "auth",
      reply: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
    },
    ["config", "not done", /oauth/],
  ],
  [
    "TLS that is wanted",
    { at: "mail", reply: "530 5.7.0 Must issue a STARTTLS command first" },
    ["config", "not done", /requireTls: true/],
  ],
  [
    "a login that is wanted",
    { at: "mail", reply: "530 5.7.57 Client not authenticated" },
    ["config", "not done", /wants a login/],
  ],
  [
    "a sender that is not ours",
    { at: "mail", reply: "550 5.7.1 Sender not owned" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "Microsoft's word for a sender that is not ours",
    { at: "data", reply: "554 5.2.252 SendAsDenied; x@acme.example not allowed" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "Exchange's older word for that",
    {
      at: "data",
      reply:
        "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
    },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "a sender whose address is none, with a recipient's code",
    { at: "mail", reply: "501 5.1.3 Bad address syntax" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "Amazon's word for that",
    { at: "data", reply: "554 Message rejected: Email address is not verified." },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "no relaying",
    { at: "rcpt", reply: "554 5.7.1 Relay access denied" },
    ["config", "not done", /does not send to others/],
  ],
  [
    "Gmail's quota of a day",
    { at: "data", reply: "550 5.4.5 Daily user sending limit exceeded" },
    ["outage", "not done", /as much as it takes a day/],
  ],
  [
    "a host's quota, which has no code of its own",
    {
      at: "data",
      reply: "550 Domain acme.example has exceeded the max emails per hour (200/200 allowed)",
    },
    ["outage", "not done", /as much as it takes a day/],
  ],
  [
    "Yahoo's word for that",
    {
      at: "data",
      reply: "554 5.7.0 The limit on the number of allowed outgoing messages was exceeded",
    },
    ["outage", "not done", /as much as it takes a day/],
  ],
  [
    "a full mailbox, told as permanent",
    { at: "rcpt", reply: "552 5.2.2 Mailbox full" },
    ["outage", "not done", /puts it off \(552 5\.2\.2\)/],
  ],
  [
    "a full mailbox in words alone",
    { at: "rcpt", reply: "452 Mailbox full" },
    ["outage", "not done", /puts it off \(452\)/],
  ],
  [
    "a full mailbox in words alone, told as permanent",
    { at: "rcpt", reply: "550 The user's mailbox has exceeded its quota" },
    ["outage", "not done", /puts it off \(550\)/],
  ],
  [
    "a mailbox that is none, in words alone",
    { at: "rcpt", reply: "550 No mailbox full.quota@acme.example" },
    ["refused", "not done", /refuses s…@acme\.example \(550\)/],
  ],
  [
    "too many recipients, told as permanent",
    { at: "rcpt", reply: "552 Too many recipients" },
    ["outage", "not done", /puts it off \(552\)/],
  ],
  [
    "a sender that is refused with the recipient",
    { at: "rcpt", reply: "553 5.7.1 <x@acme.example>: Sender address rejected: not owned by user" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "a sender whose domain is none",
    { at: "rcpt", reply: "550 5.1.8 Domain not found" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "a name of this host that is refused with the recipient",
    {
      at: "rcpt",
      reply: "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified name",
    },
    ["config", "not done", /let Waypost in/],
  ],
  [
    "an address on a list of blocked ones",
    { at: "rcpt", reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using x" },
    ["config", "not done", /let Waypost in/],
  ],
  [
    "Microsoft's word for that",
    { at: "data", reply: "550 5.7.708 Access denied, traffic not accepted from this IP" },
    ["config", "not done", /let Waypost in/],
  ],
  [
    "DMARC",
    { at: "data", reply: "550 5.7.26 Unauthenticated email is not accepted" },
    ["config", "not done", /SPF, DKIM and DMARC/],
  ],
  [
    "a login that is wanted with the recipient",
    { at: "rcpt", reply: "550 5.7.1 Authentication required" },
    ["config", "not done", /wants a login/],
  ],
  [
    "a login of Amazon's that may not send",
    { at: "data", reply: "554 Access denied: User is not authorized to perform ses:SendRawEmail" },
    ["config", "not done", /does not send to others/],
  ],
  [
    "Microsoft's word for an unknown recipient",
    { at: "rcpt", reply: "550 5.4.1 Recipient address rejected: Access denied" },
    ["refused", "not done", /refuses s…@acme\.example \(550 5\.4\.1\)/],
  ],
  [
    "Postfix's word for an unknown recipient",
    {
      at: "rcpt",
      reply:
        "550 5.1.1 <sales@acme.example>: Recipient address rejected: User unknown in relay recipient table",
    },
    ["refused", "not done", /refuses s…@acme\.example \(550 5\.1\.1\)/],
  ],
  [
    "the same without a code, by a host of that name",
    { at: "rcpt", reply: "550 relay.acme.example: no such user <relay@acme.example>" },
    ["refused", "not done", /refuses s…@acme\.example/],
  ],
  [
    "Exchange's word for no relaying",
    { at: "rcpt", reply: "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain" },
    ["config", "not done", /does not send to others/],
  ],
  [
    "qmail's word for no relaying",
    {
      at: "rcpt",
      reply: "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    },
    ["config", "not done", /does not send to others/],
  ],
  [
    "a recipient who takes mail from inside alone",
    { at: "rcpt", reply: "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required" },
    ["refused", "not done", /refuses s…@acme\.example/],
  ],
  [
    "a recipient who has had as much as he takes an hour",
    {
      at: "rcpt",
      reply: "550 5.2.122 The recipient has exceeded their limit of messages per hour",
    },
    ["outage", "not done", /puts it off/],
  ],
  [
    "a recipient whose account is disabled",
    { at: "rcpt", reply: "550 5.2.1 Your account at this domain is disabled" },
    ["refused", "not done", /refuses s…@acme\.example/],
  ],
  [
    "an account that is not ready",
    { at: "rcpt", reply: "550 5.7.1 Account not approved" },
    ["config", "not done", /does not let this account send/],
  ],
  [
    "Brevo's word for that",
    { at: "data", reply: "502 5.7.0 Your SMTP account is not yet activated" },
    ["config", "not done", /does not let this account send/],
  ],
  [
    "Amazon's word for one that was stopped",
    { at: "data", reply: "554 Message rejected: Sending paused for this account" },
    ["config", "not done", /does not let this account send/],
  ],
  [
    "too large a mail",
    { at: "mail", reply: "552 5.3.4 Message too big" },
    ["refused", "not done", /of this size/],
  ],
  ["a connection that goes at RCPT", { drop: "rcpt" }, ["outage", "not done", /closed/]],
  ["a connection that goes after the dot", { drop: "dot" }, ["outage", "perhaps done", /closed/]],
  ["silence at RCPT", { hang: "rcpt" }, ["outage", "not done", /in time/]],
  ["silence after the dot", { hang: "dot" }, ["outage", "perhaps done", /in time/]],
];
