import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { isMasked, reasonFor } from "../../api/reveal.ts";
import { may } from "../../api/viewer.ts";
import { CopyId } from "../../ui/copy.tsx";
import { Absent, Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import type { Conversation } from "../../words/conversation.ts";
import { phone } from "../../words/number.ts";
import { Records } from "./records.tsx";
import { Spam } from "./spam.tsx";

/** Who it is, over all numbers. */
export function Person({ conversation }: { readonly conversation: Conversation }) {
  const { id, contact } = conversation;
  const known = contact.waId ?? contact.userId;
  const reveal = reasonFor(id);
  const { data, problem, reload } = useResource(`${known} ${reveal}`, (signal) =>
    find(known, reveal, signal),
  );
  if (data === undefined) return <Absent problem={problem} retry={reload} />;
  if (data.contact === undefined) {
    return (
      <Empty icon="person" title="Nothing more is known">
        <p>
          {isMasked(id)
            ? "Reveal the conversation to see who it is."
            : "Contacts are learnt from messages; a group is none."}
        </p>
      </Empty>
    );
  }
  const { userIds, phones, name, username, tags, fields, owner, consent, first } = data.contact;
  const rows: readonly (readonly [string, string])[] = [
    ["Name", name ?? ""],
    ["Username", username ? `@${username}` : ""],
    ["Phone", phones.map(phone).join(", ")],
    ["User id", userIds.join(", ")],
    ["Tags", tags.join(", ")],
    ["Owner", owner ? Object.values(owner).join(", ") : ""],
    ["Consent", consentInWords(consent)],
    ...Object.entries(fields).map(([field, value]) => [field, `${value}`] as const),
  ];
  return (
    <>
      <dl class="facts">
        {rows
          .filter(([, value]) => value !== "")
          .map(([label, value]) => (
            <>
              <dt>{label}</dt>
              <dd class="said">{value}</dd>
            </>
          ))}
        {first && (
          <>
            <dt>First wrote</dt>
            <dd>
              <Time at={first.at} exact />
            </dd>
          </>
        )}
        <dt>Contact</dt>
        <dd>
          <CopyId id={data.contact.id} label="the contact's id" />
        </dd>
      </dl>
      <Records contact={data.contact.id} subject={id} reveal={reveal} />
      {may("operate") && !isMasked(id) && (
        <Spam id={data.contact.id} tags={tags} reveal={reveal} done={reload} />
      )}
    </>
  );
}

type Contact = Awaited<ReturnType<typeof get>>;

function get(id: string, reveal: string | undefined, signal: AbortSignal) {
  return api.get("/api/contacts/{id}", { path: { id }, reveal, signal });
}

/** By search, which is posted: no address may hold a phone number. */
async function find(
  q: string | undefined,
  reveal: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly contact: Contact | undefined }> {
  if (q === undefined) return { contact: undefined };
  const { items } = await api.post("/api/search", { body: { q }, reveal, signal });
  const hit = items.find(({ kind }) => kind === "contact");
  return { contact: hit && (await get(hit.id, reveal, signal)) };
}

function consentInWords(consent: Contact["consent"]): string {
  if (consent.stopped) return "said stop: nothing at all is sent until they write again";
  return consent.marketing === "revoked" ? "said no to offers" : "";
}
