/* Generated from schemas/event.schema.json by `npm run generate`. */
export interface WaypostEvent {
  specversion: "1.0";
  id: string;
  type: string;
  source: string;
  subject?: string;
  time: string;
  datacontenttype: "application/json";
  dataschema: "urn:waypost:event:1";
  postid: string;
  dataversion: number;
  data: EventData;
}
export interface EventData {
  account: { wabaId?: string; phoneNumberId?: string; displayPhoneNumber?: string };
  contact?: Contact;
  conversationId?: string;
  groupId?: string;
  receivedAt: string;
  test?: true;
  message?: Message;
  status?: Status;
  raw: unknown;
}
export interface Contact {
  userId?: string;
  parentUserId?: string;
  waId?: string;
  name?: string;
  username?: string;
}
export interface Message {
  id?: string;
  type: string;
  sentAt?: string;
  text?: { body: string };
  [k: string]: unknown;
}
export interface Status {
  messageId: string;
  status: string;
  at?: string;
  errors?: { code?: number; title?: string; message?: string; details?: string; href?: string }[];
  pricing?: { billable?: boolean; model?: string; type?: string; category?: string };
  [k: string]: unknown;
}
