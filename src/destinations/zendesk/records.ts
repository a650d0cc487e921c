import { type Fields, fieldsOf, listOf } from "../json.ts";

export interface Ticket {
  readonly id: string;
  /** new, open, pending, hold, solved, closed, deleted. */
  readonly status: string;
  readonly tags: readonly string[];
  readonly updatedAt: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
  readonly role: string;
  /** "": none. */
  readonly externalId: string;
  readonly active: boolean;
  readonly updatedAt: string;
}

export interface Audit {
  readonly at: string;
  /** What the update carried: `metadata` of the request is `metadata.custom` here. */
  readonly custom: Fields;
}

export function ticketOf(json: unknown): Ticket | undefined {
  return toTicket(fieldsOf(json)["ticket"]);
}

export function ticketsOf(json: unknown): Ticket[] {
  return listOf(fieldsOf(json)["tickets"]).flatMap((each) => toTicket(each) ?? []);
}

export function userOf(json: unknown): User | undefined {
  return toUser(fieldsOf(json)["user"]);
}

export function usersOf(json: unknown): User[] {
  return listOf(fieldsOf(json)["users"]).flatMap((each) => toUser(each) ?? []);
}

export function auditsOf(json: unknown): Audit[] {
  return listOf(fieldsOf(json)["audits"]).map((each) => {
    const { created_at, metadata } = fieldsOf(each);
    return { at: textOf(created_at), custom: fieldsOf(fieldsOf(metadata)["custom"]) };
  });
}

/** Phone numbers among a user's identities. */
export function phonesOf(json: unknown): string[] {
  return listOf(fieldsOf(json)["identities"])
    .filter(({ type }) => type === "phone_number")
    .map(({ value }) => textOf(value));
}

export function solvedAtOf(json: unknown): string | undefined {
  const { solved_at } = fieldsOf(fieldsOf(json)["ticket_metric"]);
  return textOf(solved_at) || undefined;
}

export function uploadOf(json: unknown): string | undefined {
  const { token } = fieldsOf(fieldsOf(json)["upload"]);
  return textOf(token) || undefined;
}

export function hasNextPage(json: unknown): boolean {
  return textOf(fieldsOf(json)["next_page"]) !== "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function idOf(value: unknown): string | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined;
}

function toTicket(value: unknown): Ticket | undefined {
  const { id: given, status, tags, updated_at } = fieldsOf(value);
  const id = idOf(given);
  if (id === undefined) return undefined;
  const list = Array.isArray(tags) ? tags.map(textOf) : [];
  return { id, status: textOf(status), tags: list, updatedAt: textOf(updated_at) };
}

function toUser(value: unknown): User | undefined {
  const { id: given, name, phone, role, external_id, active, updated_at } = fieldsOf(value);
  const id = idOf(given);
  if (id === undefined) return undefined;
  return {
    ...{ id, name: textOf(name), phone: textOf(phone), role: textOf(role) },
    externalId: textOf(external_id),
    active: active !== false,
    updatedAt: textOf(updated_at),
  };
}
