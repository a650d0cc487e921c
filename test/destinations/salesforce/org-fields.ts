/** What the stub knows of a field, as `describe` tells it and as writes are held to it. */
export interface FieldFacts {
  readonly length?: number;
  readonly required?: true;
  readonly externalId?: true;
  readonly unique?: true;
  /** Long texts cannot stand in a WHERE. */
  readonly unfilterable?: true;
  readonly readOnly?: true;
  /** Objects that it refers to. */
  readonly refersTo?: readonly string[];
  readonly phone?: true;
  /** Of a restricted picklist. */
  readonly choices?: readonly string[];
  readonly isNumber?: true;
}

export type ObjectFields = Record<string, FieldFacts>;

const phone: FieldFacts = { length: 40, phone: true };
const system: ObjectFields = {
  Id: { readOnly: true },
  CreatedDate: { readOnly: true },
  LastModifiedDate: { readOnly: true },
  IsDeleted: { readOnly: true },
};
const person: ObjectFields = {
  ...system,
  FirstName: { length: 40 },
  LastName: { length: 80, required: true },
  Phone: phone,
  MobilePhone: phone,
  LeadSource: { length: 255 },
  MasterRecordId: { readOnly: true },
  WhatsApp_Id__c: { length: 255, externalId: true, unique: true },
};

/** As of a new account, with the fields that docs/destinations/salesforce.md asks for. */
export function standardFields(): Record<string, ObjectFields> {
  return {
    Contact: { ...person, HomePhone: phone, OtherPhone: phone },
    Lead: {
      ...person,
      Company: { length: 255, required: true },
      IsConverted: { readOnly: true },
      ConvertedContactId: { readOnly: true },
    },
    Task: {
      ...system,
      Subject: { length: 255 },
      Description: { length: 32_000, unfilterable: true },
      Status: { length: 255 },
      ActivityDate: {},
      WhoId: { refersTo: ["Contact", "Lead"] },
      WhatId: { refersTo: ["Case"] },
      Waypost_Event_Id__c: { length: 255, externalId: true },
    },
    Case: {
      ...system,
      Subject: { length: 255 },
      Description: { length: 32_000, unfilterable: true },
      Origin: { length: 255 },
      Status: { length: 255 },
      Priority: { length: 255 },
      ContactId: { refersTo: ["Contact"] },
      ParentId: { refersTo: ["Case"] },
      SuppliedName: { length: 80 },
      SuppliedPhone: { length: 40 },
      IsClosed: { readOnly: true },
      ClosedDate: { readOnly: true },
      MasterRecordId: { readOnly: true },
      Waypost_Event_Id__c: { length: 255, externalId: true, unique: true },
    },
    CaseComment: {
      ...system,
      ParentId: { required: true, refersTo: ["Case"] },
      CommentBody: { unfilterable: true },
      IsPublished: {},
    },
    ContentVersion: {
      ...system,
      Title: { length: 255, required: true },
      PathOnClient: { length: 500, required: true },
      VersionData: { unfilterable: true, required: true },
      FirstPublishLocationId: { refersTo: ["Task", "Case"] },
    },
    CaseStatus: { ApiName: {}, IsClosed: {}, IsDefault: {}, Id: { readOnly: true } },
  };
}

export const prefixes: Readonly<Record<string, string>> = {
  Contact: "003",
  Lead: "00Q",
  Task: "00T",
  Case: "500",
  CaseComment: "00a",
  ContentVersion: "068",
  CaseStatus: "01J",
};
