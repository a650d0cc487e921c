import { type FieldFacts, type ObjectFields, prefixes, standardFields } from "./org-fields.ts";

export type OrgRecord = Record<string, unknown> & { Id: string };

/** An error of Salesforce, as its API tells it. */
export class OrgError extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly fields: readonly string[];
  constructor(errorCode: string, message: string, { status = 400, fields = [] as string[] } = {}) {
    super(message);
    this.errorCode = errorCode;
    this.status = status;
    this.fields = fields;
  }
}

/** The records of an account, with the rules that Salesforce has for them. */
export class Org {
  readonly objects: Record<string, ObjectFields> = standardFields();
  readonly rows = new Map<string, Map<string, OrgRecord>>();
  /** What a rule for duplicates (same last name) does to a new person. */
  duplicateRule: "none" | "alert" | "block" = "none";
  /** Ids of records that an approval process locks. */
  readonly locked = new Set<string>();
  /** Writes that were kept, in order; what was rolled back is not among them. */
  effects: {
    readonly did: "insert" | "update" | "delete";
    readonly object: string;
    readonly id: string;
  }[] = [];
  #count = 0;
  #undo: (() => void)[] = [];
  readonly #now: () => number;
  constructor(now: () => number) {
    this.#now = now;
    const statuses = [
      { ApiName: "New", IsClosed: false, IsDefault: true },
      { ApiName: "Working", IsClosed: false, IsDefault: false },
      { ApiName: "Closed", IsClosed: true, IsDefault: false },
    ];
    for (const status of statuses) this.seed("CaseStatus", status);
    this.effects = [];
  }

  fieldsOf(object: string): ObjectFields {
    const fields = this.objects[object];
    if (fields) return fields;
    throw new OrgError("NOT_FOUND", "The requested resource does not exist", { status: 404 });
  }

  table(object: string): Map<string, OrgRecord> {
    const table = this.rows.get(object) ?? new Map<string, OrgRecord>();
    this.rows.set(object, table);
    return table;
  }

  all(object: string): OrgRecord[] {
    return [...this.table(object).values()].filter(({ IsDeleted }) => IsDeleted !== true);
  }

  /** As a user would make it: no rule is asked. */
  seed(object: string, values: Record<string, unknown>): OrgRecord {
    this.#count += 1;
    const Id = `${prefixes[object]}${String(this.#count).padStart(15, "0")}`;
    const at = new Date(this.#now()).toISOString();
    const record = { Id, CreatedDate: at, LastModifiedDate: at, IsDeleted: false, ...values };
    this.table(object).set(Id, record);
    this.#undo.push(() => this.table(object).delete(Id));
    return record;
  }

  insert(object: string, body: Record<string, unknown>, { allowSave = false } = {}): OrgRecord {
    const fields = this.fieldsOf(object);
    this.#hold(object, body);
    const missing = Object.keys(fields).filter(
      (name) => fields[name]?.required && (body[name] ?? "") === "",
    );
    if (missing.length > 0) {
      const words = `Required fields are missing: [${missing.join(", ")}]`;
      throw new OrgError("REQUIRED_FIELD_MISSING", words, { fields: missing });
    }
    if (object === "Contact" || object === "Lead") this.#holdDuplicates(object, body, allowSave);
    const opened = object === "Case" ? { IsClosed: false, ClosedDate: null, Status: "New" } : {};
    const lead = object === "Lead" ? { IsConverted: false, ConvertedContactId: null } : {};
    const record = this.seed(object, { ...opened, ...lead, ...body });
    this.effects.push({ did: "insert", object, id: record.Id });
    return record;
  }

  update(object: string, id: string, body: Record<string, unknown>): OrgRecord {
    const record = this.#there(object, id);
    if (record["IsConverted"] === true) {
      throw new OrgError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
    }
    if (this.locked.has(id)) throw new OrgError("ENTITY_IS_LOCKED", "entity is locked");
    this.#hold(object, body, id);
    this.#keep(record);
    Object.assign(record, body, { LastModifiedDate: new Date(this.#now()).toISOString() });
    if (object === "Case" && body["Status"] !== undefined) this.#status(record);
    this.effects.push({ did: "update", object, id });
    return record;
  }

  delete(object: string, id: string): void {
    const record = this.#there(object, id);
    const cases = this.all("Case").filter(({ ContactId }) => ContactId === id);
    if (object === "Contact" && cases.length > 0) {
      throw new OrgError("DELETE_FAILED", "the contact is associated with cases");
    }
    this.#keep(record);
    record["IsDeleted"] = true;
    this.effects.push({ did: "delete", object, id });
  }

  /** As people do: the loser's Tasks move. */
  merge(object: string, loser: string, winner: string): void {
    Object.assign(this.#there(object, loser), { IsDeleted: true, MasterRecordId: winner });
    for (const task of this.all("Task")) {
      if (task["WhoId"] === loser) task["WhoId"] = winner;
    }
  }

  convert(leadId: string): OrgRecord {
    const lead = this.#there("Lead", leadId);
    const { FirstName, LastName } = lead;
    const contact = this.seed("Contact", { FirstName, LastName });
    Object.assign(lead, { IsConverted: true, ConvertedContactId: contact.Id });
    return contact;
  }

  /** All that is done in `work` is kept, or nothing. */
  atomically<T>(work: () => T): T {
    this.#undo = [];
    const before = this.effects.length;
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo();
      this.effects.splice(before);
      throw error;
    }
  }

  #keep(record: OrgRecord): void {
    const before = { ...record };
    this.#undo.push(() => void Object.assign(record, before));
  }

  #there(object: string, id: string): OrgRecord {
    this.fieldsOf(object);
    const record = this.table(object).get(id);
    if (record === undefined) {
      throw new OrgError("NOT_FOUND", "Provided external ID field does not exist", { status: 404 });
    }
    if (record["IsDeleted"] === true) {
      throw new OrgError("ENTITY_IS_DELETED", "entity is deleted", { status: 404 });
    }
    return record;
  }

  #status(record: OrgRecord): void {
    const status = this.all("CaseStatus").find(({ ApiName }) => ApiName === record["Status"]);
    const isClosed = status?.["IsClosed"] === true;
    record["IsClosed"] = isClosed;
    record["ClosedDate"] = isClosed ? new Date(this.#now()).toISOString() : null;
  }

  #hold(object: string, body: Record<string, unknown>, id?: string): void {
    const fields = this.fieldsOf(object);
    for (const [name, value] of Object.entries(body)) {
      const facts = fields[name];
      if (facts === undefined) {
        const words = `No such column '${name}' on sobject of type ${object}`;
        throw new OrgError("INVALID_FIELD", words);
      }
      this.#holdField(object, { name, value, id, facts });
    }
    const who = body["WhoId"];
    if (object === "Task" && body["WhatId"] && typeof who === "string" && who.startsWith("00Q")) {
      throw new OrgError("FIELD_INTEGRITY_EXCEPTION", "a lead's activity has no related record");
    }
  }

  #holdField(
    object: string,
    {
      name,
      value,
      id,
      facts,
    }: { name: string; value: unknown; id: string | undefined; facts: FieldFacts },
  ): void {
    if (facts.readOnly) {
      throw new OrgError("INVALID_FIELD_FOR_INSERT_UPDATE", name, { fields: [name] });
    }
    if (value === null || value === "") return;
    const text = String(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
    if (/[\u0000-\u0008]/.test(text)) throw new OrgError("JSON_PARSER_ERROR", "illegal character");
    const bytes = name === "CommentBody" ? Buffer.byteLength(text) : 0;
    if (text.length > (facts.length ?? Number.POSITIVE_INFINITY) || bytes > 4_000) {
      throw new OrgError("STRING_TOO_LONG", `${name}: data value too large`, { fields: [name] });
    }
    if (facts.choices && !facts.choices.includes(text)) {
      const words = `${name}: bad value for restricted picklist field: ${text}`;
      throw new OrgError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, { fields: [name] });
    }
    if (facts.isNumber && typeof value !== "number") {
      throw new OrgError("JSON_PARSER_ERROR", "Cannot deserialize instance of double");
    }
    if (facts.refersTo) this.#holdReference(facts.refersTo, text);
    const isTaken = (record: OrgRecord) => record.Id !== id && record[name] === value;
    if (facts.unique && this.all(object).some(isTaken)) {
      throw new OrgError("DUPLICATE_VALUE", `duplicate value found: ${name}`);
    }
  }

  #holdReference(objects: readonly string[], id: string): void {
    const found = objects.map((object) => this.table(object).get(id)).find(Boolean);
    if (found === undefined) throw new OrgError("INVALID_CROSS_REFERENCE_KEY", "invalid id");
    if (found["IsDeleted"] === true) throw new OrgError("ENTITY_IS_DELETED", "entity is deleted");
    if (found["IsConverted"] === true) {
      throw new OrgError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
    }
  }

  #holdDuplicates(object: string, body: Record<string, unknown>, allowSave: boolean): void {
    const isSame = ({ LastName }: OrgRecord) => LastName === body["LastName"];
    if (this.duplicateRule === "none" || !this.all(object).some(isSame)) return;
    if (this.duplicateRule === "alert" && allowSave) return;
    throw new OrgError("DUPLICATES_DETECTED", "Use one of these records?");
  }
}
