const times = {
  open: "open_since",
  inbound: "last_inbound_at",
  waiting: "waiting_since",
  closed: "closed_at",
};

/**
 * What two parts of a filter find together. Events of a number and a type have an index of their own: where each alone has many and both
 * together few, one would be looked through for the other. A WABA's events stand by its numbers. The indexes that have conversations by a
 * time also hold whose they are, so that those of other accounts are passed over without a look at their rows.
 */
export const questionIndexes = `
  CREATE INDEX events_phone_number_type ON events (phone_number_id, type, received_at, id);
  DROP INDEX events_waba;
  CREATE INDEX events_waba ON events (waba_id, phone_number_id, received_at, id);
  ${Object.entries(times)
    .map(
      ([name, time]) => `DROP INDEX conversations_${name};
        CREATE INDEX conversations_${name} ON conversations (${time}, id, phone_number_id, waba_id)
          WHERE ${time} IS NOT NULL;`,
    )
    .join("\n")}
`;
