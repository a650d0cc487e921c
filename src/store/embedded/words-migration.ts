/**
 * Who waits for an answer. Of conversations of before, the last message is known by its event: where the contact wrote it and it is
 * in the log, they wait since their last word; where your side did, they have been answered by then.
 */
export const conversationWords = `
  ALTER TABLE conversations ADD COLUMN last_inbound_at TEXT;
  ALTER TABLE conversations ADD COLUMN waiting_since TEXT;
  ALTER TABLE conversations ADD COLUMN closed_at TEXT;
  UPDATE conversations SET
    last_inbound_at = json_extract(facts, '$.max.lastInboundAt'),
    closed_at = json_extract(facts, '$.max.closedAt');
  UPDATE conversations SET
      facts = json_set(facts, '$.max.lastAskedAt', last_inbound_at),
      waiting_since = CASE
        WHEN coalesce(closed_at, '') > json_extract(facts, '$.max.lastMessage.at') THEN NULL
        ELSE last_inbound_at END
    WHERE last_inbound_at IS NOT NULL AND EXISTS (SELECT 1 FROM events
      WHERE events.id = json_extract(conversations.facts, '$.max.lastMessage.id')
        AND (type GLOB 'whatsapp.message.*' OR type GLOB 'whatsapp.standby.*'));
  CREATE INDEX conversations_inbound ON conversations (last_inbound_at, id)
    WHERE last_inbound_at IS NOT NULL;
  CREATE INDEX conversations_waiting ON conversations (waiting_since, id)
    WHERE waiting_since IS NOT NULL;
  CREATE INDEX conversations_closed ON conversations (closed_at, id) WHERE closed_at IS NOT NULL;
`;
